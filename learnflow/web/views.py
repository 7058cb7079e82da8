"""The views on students, questions, struggles, the search, the class and the tables, put on a process's web server."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from aiohttp import web

from learnflow.models.fields import Model
from learnflow.streams.stream_app import StreamApp
from learnflow.tables import Tables
from learnflow.web.access import visitor_of
from learnflow.web.database_views import NO_QUESTION, StoredViews
from learnflow.web.json_http import Refused, answer, parameters
from learnflow.web.models import AnswersAsked, ClassAsked, QuestionsAsked, Searched
from learnflow.web.push_messages import PushedStruggle
from learnflow.web.student_state import DatabaseStudentState, TableStudentState
from learnflow.web.student_views import StudentRouter, StudentViews, add_students, checked_id
from learnflow.web.table_owners import TableOwners
from learnflow.web.table_views import TableViews, add_tables


def add_questions(app: StreamApp, stored: StoredViews) -> None:
    """Serve the six views."""

    @app.page("/api/students/{student_id}/answers", name="student-answers")
    async def answers_of(_view: Any, request: Any, student_id: str) -> Any:  # noqa: ANN401 - Faust's view, request, response
        return answer(await stored.students_answers(checked_id(student_id), parameters(AnswersAsked, request)))

    @app.page("/api/answers", name="answers")
    async def answers(_view: Any, request: Any) -> Any:  # noqa: ANN401 - as above
        return answer(await stored.answers(parameters(AnswersAsked, request)))

    @app.page("/api/students/{student_id}/questions", name="student-questions")
    async def questions(_view: Any, request: Any, student_id: str) -> Any:  # noqa: ANN401 - Faust's view, request, response
        return answer(await stored.questions(checked_id(student_id), parameters(QuestionsAsked, request)))

    @app.page("/api/queries/{query_id}", name="query")
    async def query(_view: Any, request: Any, query_id: str) -> Any:  # noqa: ANN401 - as above
        return answer(await _query(stored, request, query_id))

    @app.page("/api/search", name="search")
    async def search(_view: Any, request: Any) -> Any:  # noqa: ANN401 - as above
        return answer(await stored.search(parameters(Searched, request)))

    @app.page("/api/class", name="class")
    async def class_(_view: Any, request: Any) -> Any:  # noqa: ANN401 - as above
        return answer(await stored.mastery_of_class(parameters(ClassAsked, request)))


async def _query(stored: StoredViews, request: web.Request, text: str) -> Model:
    """Return a question. Another student's is as unknown to a student as one that does not exist."""
    try:
        query_id = UUID(text)
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST, "This is no question's id.") from None
    question = await stored.query(query_id)
    if not visitor_of(request).may_see(question.question.student_id):
        raise Refused(HTTPStatus.NOT_FOUND, NO_QUESTION)
    return question


_LAST: Final = """
SELECT student_id, at, topic, struggle_level, query_count, time_window_minutes, recommendation, evidence,
    coalesce(signals, '{}') AS signals
FROM struggle_history WHERE resolved_by IS NULL AND at > now() - interval '24 hours' ORDER BY at DESC LIMIT 20
"""


class Struggles(Model):
    """Of the last 24 hours, at most 20, the newest first."""

    struggles: tuple[PushedStruggle, ...]


def add_views(app: StreamApp, state: DatabaseStudentState, core: tuple[StreamApp, Tables] | None) -> None:
    """Serve them on an app; `core` is core's app with its tables, where core runs in this process."""
    stored = StoredViews(state.database)
    tables, owners = (None, None) if core is None else (TableStudentState(core[1], state.now), TableOwners(core[0]))
    add_students(app, StudentRouter(state, tables, owners), StudentViews(stored))
    add_questions(app, stored)
    add_tables(app, None if core is None or owners is None else TableViews(core[1].contents(), owners))

    @app.page("/api/struggles")
    async def struggles(_view: Any, _request: Any) -> Any:  # noqa: ANN401 - Faust's view, request and response
        return answer(Struggles(struggles=tuple(await state.database.read(PushedStruggle, _LAST))))
