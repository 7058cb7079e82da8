"""The page, and the questions that it sends on their way to the agents as any others, and stops.

`/`, `/static`, `POST /api/questions` and `POST /api/questions/{query_id}/stop`. All that the page needs comes from
here, and it can reach no other host.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self, cast
from uuid import UUID, uuid4

from aiohttp import web
from faust.web import View
from pydantic import ValidationError, model_validator

from learnflow.models.envelope import Event
from learnflow.models.events import event_with
from learnflow.models.events.queries import QueryCancelled, QuerySubmitted
from learnflow.models.fields import JsonObject, Model, StudentId
from learnflow.models.student_query import Code, QueryText, need_language
from learnflow.models.vocabulary import Language
from learnflow.streams.event_producer import EventProducer, Outgoing
from learnflow.streams.stream_app import StreamApp
from learnflow.topics import STUDENT_EVENTS, STUDENT_QUERIES
from learnflow.web.access import visitor_of
from learnflow.web.json_http import Refused, answer, log_no_unreadable_requests, posted

STATIC: Final = Path(__file__).parent / "static"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = MappingProxyType({
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
})

LARGEST: Final = 131_072  # bytes; text, code and context of the largest question, escaped, are less
SEND_SECONDS: Final = 10.0


def add_page(app: StreamApp) -> None:
    """Serve the page on an app's web server, and protect all that this server answers."""
    server = cast("web.Application", cast("Any", app.web).web_app)  # before Faust's own index
    server.router.add_get("/", _index)
    server.router.add_static("/static", STATIC)
    server.on_response_prepare.append(_protect)
    log_no_unreadable_requests()


async def _index(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def _protect(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-cache")  # files are asked for again, and rarely sent again


class Question(Model):
    """What a student asks. Code needs its language."""

    student_id: StudentId
    query_text: QueryText
    code_snippet: Code | None = None
    language: Language | None = None
    context: JsonObject | None = None

    @model_validator(mode="after")
    def _code_has_a_language(self) -> Self:
        need_language(self.code_snippet, self.language)
        return self


class Stop(Model):
    """Whose question it is whose answer is wanted no longer."""

    student_id: StudentId


class Accepted(Model):
    """The question, or the wish to stop its answer, is on its way; `/api/queries/{query_id}` tells how far it is."""

    query_id: UUID


def add_ask(app: StreamApp, now: Callable[[], datetime], asked: Callable[[UUID], None] = lambda _: None) -> None:
    """Take questions on an app's web server. `asked` is told of each before it leaves."""
    outbox = EventProducer(app)

    @app.page("/api/questions")
    class QuestionsView(View):
        async def post(self, request: Any, **_: Any) -> Any:  # noqa: ANN401 - Faust's request and response
            question = await posted(Question, request, LARGEST)
            if not visitor_of(request).may_see(question.student_id):
                raise Refused(HTTPStatus.FORBIDDEN, "student_id: you may only ask for yourself.")
            event = _event(question, now())
            asked(event.message_id)
            await send_in_time(outbox, Outgoing(STUDENT_QUERIES, event))
            return answer(Accepted(query_id=event.message_id), HTTPStatus.ACCEPTED)

    @app.page("/api/questions/{query_id}/stop", name="stop")
    class StopView(View):
        async def post(self, request: Any, query_id: str, **_: Any) -> Any:  # noqa: ANN401 - as above
            stop = await posted(Stop, request, LARGEST)
            if not visitor_of(request).may_see(stop.student_id):
                raise Refused(HTTPStatus.FORBIDDEN, "student_id: you may only stop answers to yourself.")
            try:
                cancelled = QueryCancelled.model_validate({"query_id": query_id})
            except ValidationError:
                raise Refused(HTTPStatus.BAD_REQUEST, "This is no question's id.") from None
            event = event_with(cancelled, uuid4(), now(), student_id=stop.student_id, trace_id=uuid4())
            await send_in_time(outbox, Outgoing(STUDENT_EVENTS, event))
            return answer(Accepted(query_id=cancelled.query_id), HTTPStatus.ACCEPTED)


async def send_in_time(outbox: EventProducer, message: Outgoing) -> None:
    """Send what somebody waits for. Raises Refused with 503 when the broker does not take it in time."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await outbox.send([message])
    except TimeoutError:
        sentence = "This could not be sent on in time. Please try again in a moment."
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, sentence) from None


def _event(question: Question, at: datetime) -> Event[QuerySubmitted]:
    content = {name: value for name, value in question if name != "student_id"}
    payload = QuerySubmitted(query_type="code" if question.code_snippet else "text", **content)
    return Event[QuerySubmitted](
        message_id=uuid4(),
        timestamp=at,
        student_id=question.student_id,
        trace_id=uuid4(),
        event_type="student.query.submitted",
        payload=payload,
    )
