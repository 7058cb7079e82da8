"""A student's progress, mastery, struggles and conversation, as core's tables have them, whichever worker is asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import aiohttp
from aiohttp import web
from aiokafka.partitioner import murmur2
from faust.types import TP
from pydantic import BaseModel, TypeAdapter, ValidationError
from yarl import URL

from learnflow.models.fields import StudentId
from learnflow.streams.stream_app import StreamApp
from learnflow.tables import CORE
from learnflow.tables.model_tables import PARTITIONS
from learnflow.topics import changelog
from learnflow.web.access import token_of
from learnflow.web.database_views import StoredViews
from learnflow.web.json_http import Refused, answer
from learnflow.web.models import StudentConversation, StudentMastery, StudentProgress, StudentStruggle
from learnflow.web.student_state import DatabaseStudentState, StudentState, TableStudentState

NOTHING_YET: Final = "This student has not asked or submitted anything yet."
NO_ID: Final = "This is no student's id."
FORWARDED: Final = "X-LearnFlow-Forwarded"
SECONDS: Final = 5.0  # that another worker has for its answer
MOVING: Final = "Nobody has this student's tables just now: workers are starting or stopping. Try again in a moment."
UNREACHABLE: Final = "The worker that has this student's tables does not answer. Try again in a moment."
_TABLE: Final = "progress"  # all of a student's tables lie together
_CHANGELOG: Final = changelog(CORE, _TABLE).name
_STUDENT_ID: Final[TypeAdapter[str]] = TypeAdapter(StudentId)

View: TypeAlias = Callable[[StudentState, str], Awaitable[BaseModel]]


def checked_id(text: str) -> str:
    """Return a student's id from an address. Raises Refused with 400."""
    try:
        return _STUDENT_ID.validate_python(text)
    except ValidationError:
        raise Refused(HTTPStatus.BAD_REQUEST, NO_ID) from None


class TableOwners:
    """Which worker has a student in its tables: ours, another that we ask, or for a moment none.

    It goes by what core's group agreed on when partitions were last given out.
    """

    def __init__(self, core: StreamApp) -> None:
        self._core = core

    def url_of(self, student_id: str) -> URL | None:
        """Return where a student's tables are; None where they are ours. Raises Refused with 503 when nobody's."""
        partition = (murmur2(student_id.encode()) & 0x7FFFFFFF) % PARTITIONS
        if TP(_CHANGELOG, partition) in self._core.assignor.assigned_actives():
            if self._core.caught_up:
                return None
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, MOVING)
        metadata = self._core.router.table_metadata(_TABLE)
        addresses = (url for url, topics in metadata.items() if partition in topics.get(_CHANGELOG, ()))
        url = next((URL(address) for address in addresses), None)
        if url is None or url == self._core.conf.canonical_url:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, MOVING)
        return url

    async def forward(self, request: web.Request, url: URL) -> web.Response:
        """Ask another worker, as whoever asked us, and give its answer. A request goes from one to one other only."""
        if FORWARDED in request.headers:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, MOVING)
        token = token_of(request)
        headers = {FORWARDED: "1"} | ({"Authorization": f"Bearer {token}"} if token else {})
        there = URL(f"{str(url).rstrip('/')}{request.raw_path}", encoded=True)
        client: Any = self._core.http_client
        try:
            async with client.get(there, headers=headers, timeout=aiohttp.ClientTimeout(SECONDS)) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, UNREACHABLE) from error
        return web.Response(
            body=body, status=response.status, content_type=response.content_type, headers={"Cache-Control": "no-store"}
        )


@dataclass(frozen=True, slots=True)
class StudentRouter:
    """Finds out who has a student's state, and shows what is asked for from there.

    Core's worker that owns the student answers from its tables, or from PostgreSQL for a student who is not in them;
    its colleagues ask it. A process without core knows nothing of core's group, and answers from PostgreSQL.
    """

    stored: DatabaseStudentState
    tables: TableStudentState | None
    table_owners: TableOwners | None

    async def show(self, request: web.Request, student_id: str, view: View) -> web.Response:
        """Return a view's body, or what the owner answers. Raises Refused."""
        student_id = checked_id(student_id)
        if self.tables is None or self.table_owners is None:
            return answer(await view(self.stored, student_id))
        url = self.table_owners.url_of(student_id)
        if url is not None:
            return await self.table_owners.forward(request, url)
        here = self.tables.knows(student_id)
        return answer(await view(self.tables if here else self.stored, student_id))


class StudentViews:
    """Put together what is shown."""

    def __init__(self, stored: StoredViews) -> None:
        self._stored = stored

    async def progress(self, state: StudentState, student_id: str) -> StudentProgress:
        """Raises Refused with 404 before the first question."""
        progress = await state.progress(student_id)
        if progress is None:
            raise Refused(HTTPStatus.NOT_FOUND, NOTHING_YET)
        return StudentProgress(**dict(progress), source=state.source)

    async def mastery(self, state: StudentState, student_id: str) -> StudentMastery:
        """The levels, the days and the ledger."""
        progress = await state.progress(student_id)
        return StudentMastery(
            student_id=student_id,
            levels=progress.python_mastery_levels if progress else {},
            days=await state.days(student_id),
            ledger=await self._stored.ledger(student_id),
            source=state.source,
        )

    async def struggle(self, state: StudentState, student_id: str) -> StudentStruggle:
        """The window, what is open, and what was told."""
        observations, open_ = await state.struggles(student_id)
        return StudentStruggle(
            student_id=student_id,
            observations=observations,
            open=open_,
            history=await self._stored.struggles(student_id),
            source=state.source,
        )

    @staticmethod
    async def conversation(state: StudentState, student_id: str) -> StudentConversation:
        """The last turns."""
        turns = sorted(await state.turns(student_id), key=lambda turn: (turn.at, turn.query_id))
        return StudentConversation(student_id=student_id, turns=tuple(turns), source=state.source)


def add_students(app: StreamApp, router: StudentRouter, views: StudentViews) -> None:
    """Serve the four views."""
    for view in (views.progress, views.mastery, views.struggle, views.conversation):
        _add(app, router, view.__name__, view)


def _add(app: StreamApp, router: StudentRouter, name: str, view: View) -> None:
    @app.page(f"/api/students/{{student_id}}/{name}", name=f"student-{name}")
    async def shown(_view: Any, request: Any, student_id: str) -> Any:  # noqa: ANN401 - Faust's view, request, response
        return await router.show(request, student_id, view)
