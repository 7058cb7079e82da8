"""A student's progress, mastery, struggles and conversation, as core's tables have them, whichever worker is asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from learnflow.models.fields import StudentId
from learnflow.streams.stream_app import StreamApp
from learnflow.web.database_views import StoredViews
from learnflow.web.json_http import Refused, answer
from learnflow.web.models import StudentConversation, StudentMastery, StudentProgress, StudentStruggle
from learnflow.web.student_state import DatabaseStudentState, StudentState, TableStudentState
from learnflow.web.table_owners import TableOwners

NOTHING_YET: Final = "This student has not asked or submitted anything yet."
NO_ID: Final = "This is no student's id."
_STUDENT_ID: Final[TypeAdapter[str]] = TypeAdapter(StudentId)

View: TypeAlias = Callable[[StudentState, str], Awaitable[BaseModel]]


def checked_id(text: str) -> str:
    """Return a student's id from an address. Raises Refused with 400."""
    try:
        return _STUDENT_ID.validate_python(text)
    except ValidationError:
        raise Refused(HTTPStatus.BAD_REQUEST, NO_ID) from None


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
