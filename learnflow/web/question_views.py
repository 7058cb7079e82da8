"""Questions, one question's way, the search and the class, from PostgreSQL."""

from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import ValidationError

from learnflow.models.fields import Model, explain
from learnflow.streams.stream_app import StreamApp
from learnflow.web.access import visitor_of
from learnflow.web.database_views import NO_QUESTION, Stored
from learnflow.web.models import ClassAsked, QuestionsAsked, Searched
from learnflow.web.responses import Refused, answer
from learnflow.web.student_views import checked_id

Asked = TypeVar("Asked", bound=Model)


def asked(model: type[Asked], request: web.Request) -> Asked:
    """Return what stands behind the question mark; what is empty counts as absent. Raises Refused with 400."""
    try:
        return model.model_validate({name: value for name, value in request.query.items() if value})
    except ValidationError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, explain(error)) from None


def add_questions(app: StreamApp, stored: Stored) -> None:
    """Serve the four views."""

    @app.page("/api/students/{student_id}/questions", name="student-questions")
    async def questions(_view: Any, request: Any, student_id: str) -> Any:  # noqa: ANN401 - Faust's view, request, response
        return answer(await stored.questions(checked_id(student_id), asked(QuestionsAsked, request)))

    @app.page("/api/queries/{query_id}", name="query")
    async def query(_view: Any, request: Any, query_id: str) -> Any:  # noqa: ANN401 - as above
        return answer(await _query(stored, request, query_id))

    @app.page("/api/search", name="search")
    async def search(_view: Any, request: Any) -> Any:  # noqa: ANN401 - as above
        return answer(await stored.search(asked(Searched, request)))

    @app.page("/api/class", name="class")
    async def class_(_view: Any, request: Any) -> Any:  # noqa: ANN401 - as above
        return answer(await stored.mastery_of_class(asked(ClassAsked, request)))


async def _query(stored: Stored, request: web.Request, text: str) -> Model:
    """Return a question. Another student's is as unknown to a student as one that does not exist."""
    try:
        query_id = UUID(text)
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST, "This is no question's id.") from None
    found = await stored.query(query_id)
    if not visitor_of(request).may_see(found.question.student_id):
        raise Refused(HTTPStatus.NOT_FOUND, NO_QUESTION)
    return found
