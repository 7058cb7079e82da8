"""A student's progress, mastery, struggles and conversation, as core's tables have them, whichever worker is asked."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from learnflow.models.fields import StudentId
from learnflow.streams.stream_app import StreamApp
from learnflow.web.database_views import Stored
from learnflow.web.models import StudentConversation, StudentMastery, StudentProgress, StudentStruggle
from learnflow.web.responses import Refused, answer
from learnflow.web.student_facts import Facts, StoredFacts, TableFacts
from learnflow.web.student_owner import Owners

NOTHING_YET: Final = "This student has not asked or submitted anything yet."
NO_ID: Final = "This is no student's id."
_STUDENT_ID: Final[TypeAdapter[str]] = TypeAdapter(StudentId)

View: TypeAlias = Callable[[Facts, str], Awaitable[BaseModel]]


def checked_id(text: str) -> str:
    """Return a student's id from an address. Raises Refused with 400."""
    try:
        return _STUDENT_ID.validate_python(text)
    except ValidationError:
        raise Refused(HTTPStatus.BAD_REQUEST, NO_ID) from None


class Desk:
    """Finds out where a student is known, and shows what is asked for from there.

    Core's worker that owns the student answers from its tables, or from PostgreSQL for a student who is not in them;
    its colleagues ask it. A process without core knows nothing of core's group, and answers from PostgreSQL.
    """

    def __init__(self, stored: StoredFacts, tables: TableFacts | None, owners: Owners | None) -> None:
        self._stored = stored
        self._tables = tables
        self._owners = owners

    async def show(self, request: web.Request, student_id: str, view: View) -> web.Response:
        """Return a view's body, or what the owner answers. Raises Refused."""
        student_id = checked_id(student_id)
        if self._tables is None or self._owners is None:
            return answer(await view(self._stored, student_id))
        url = self._owners.url_of(student_id)
        if url is not None:
            return await self._owners.forward(request, url)
        here = self._tables.knows(student_id)
        return answer(await view(self._tables if here else self._stored, student_id))


class Views:
    """Put together what is shown."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    async def progress(self, facts: Facts, student_id: str) -> StudentProgress:
        """Raises Refused with 404 before the first question."""
        found = await facts.progress(student_id)
        if found is None:
            raise Refused(HTTPStatus.NOT_FOUND, NOTHING_YET)
        return StudentProgress(**dict(found), source=facts.source)

    async def mastery(self, facts: Facts, student_id: str) -> StudentMastery:
        """The levels, the days and the ledger."""
        progress = await facts.progress(student_id)
        return StudentMastery(
            student_id=student_id,
            levels=progress.python_mastery_levels if progress else {},
            days=await facts.days(student_id),
            ledger=await self._stored.ledger(student_id),
            source=facts.source,
        )

    async def struggle(self, facts: Facts, student_id: str) -> StudentStruggle:
        """The window, what is open, and what was told."""
        observations, open_ = await facts.struggles(student_id)
        return StudentStruggle(
            student_id=student_id,
            observations=observations,
            open=open_,
            history=await self._stored.struggles(student_id),
            source=facts.source,
        )

    @staticmethod
    async def conversation(facts: Facts, student_id: str) -> StudentConversation:
        """The last turns."""
        turns = sorted(await facts.turns(student_id), key=lambda turn: (turn.at, turn.query_id))
        return StudentConversation(student_id=student_id, turns=tuple(turns), source=facts.source)


def add_students(app: StreamApp, desk: Desk, views: Views) -> None:
    """Serve the four views."""
    for name, view in (
        ("progress", views.progress), ("mastery", views.mastery), ("struggle", views.struggle),
        ("conversation", views.conversation),
    ):  # fmt: skip
        _add(app, desk, name, view)


def _add(app: StreamApp, desk: Desk, name: str, view: View) -> None:
    @app.page(f"/api/students/{{student_id}}/{name}", name=f"student-{name}")
    async def shown(_view: Any, request: Any, student_id: str) -> Any:  # noqa: ANN401 - Faust's view, request, response
        return await desk.show(request, student_id, view)
