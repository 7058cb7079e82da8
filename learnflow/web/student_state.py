"""The state of a student, from core's tables or from PostgreSQL: the same, by either way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import ClassVar, Final, TypeAlias

from learnflow.database.struggle_window import Wanted, load_windows
from learnflow.database.students import StoredStudent, load_students
from learnflow.domain.learner.mastery_change_reasons import Day, Outcome
from learnflow.domain.question.similarity import Alike
from learnflow.domain.struggle.observations import Observation, in_order
from learnflow.domain.struggle.struggle_lifecycle import OngoingStruggle, restored_struggle
from learnflow.domain.struggle.window import WINDOW
from learnflow.models.events.routing import Turn
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.taxonomy import lookup
from learnflow.tables import Tables
from learnflow.web.database_views import WebDatabase
from learnflow.web.json_http import Refused
from learnflow.web.models import MasteryDay, OpenStruggle, Source

DAYS: Final = 8  # today and the seven before: what the mastery table keeps
NOBODY: Final = "There is no student with this id."

_OUTCOMES: Final = """
SELECT * FROM (
    SELECT timestamp AS at, query_id AS id, topic, 'asked' AS kind, NULL::uuid AS exercise, FALSE AS closes
    FROM query_history WHERE student_id = $1 AND timestamp >= $2 AND detected_intent IS NOT NULL AND topic IS NOT NULL
    UNION ALL
    SELECT at, message_id, topic, CASE WHEN score = 1 THEN 'passed' ELSE 'failed' END, exercise_id, passed OR gave_up
    FROM exercise_evidence WHERE student_id = $1 AND at >= $2
) AS outcomes ORDER BY at, id
"""


@dataclass(frozen=True)
class TableStudentState:
    """Reads core's tables; only of students that `knows` knows, and while their partition is this worker's."""

    tables: Tables
    now: Callable[[], datetime]
    source: ClassVar[Source] = "tables"

    def knows(self, student_id: str) -> bool:
        """Return whether a student is in the tables."""
        return student_id in self.tables.profiles

    async def progress(self, student_id: str) -> LearningProgress | None:
        """Return the progress as of the last event; None before the first question."""
        entry = self.tables.progress.get(student_id)
        return None if entry is None else entry.progress

    async def days(self, student_id: str) -> tuple[MasteryDay, ...]:
        """Return what happened today and on the seven days before, the oldest first."""
        now = self.now()
        days = ((now - timedelta(days=back), back) for back in reversed(range(DAYS)))
        panes = ((day.date(), self.tables.mastery.get(student_id, now, back)) for day, back in days)
        return tuple(MasteryDay(day=day, outcomes=pane.outcomes) for day, pane in panes if pane)

    async def turns(self, student_id: str) -> tuple[Turn, ...]:
        """Return the last turns of the conversation, which go with the next question; the oldest first."""
        conversation = self.tables.conversations.get(student_id)
        return conversation.turns if conversation else ()

    async def struggles(self, student_id: str) -> tuple[tuple[Observation, ...], tuple[OpenStruggle, ...]]:
        """Return the observations of the last 24 hours, the oldest first, and the struggles that are open."""
        now = self.now()
        struggles = self.tables.struggles.get(student_id)
        open_ = () if struggles is None else struggles.topics.values()
        return _within(self.tables.struggle.around(student_id, now), now), _open_struggles(open_)


@dataclass(frozen=True)
class DatabaseStudentState:
    """Reads PostgreSQL, and adds it up as core does. Raises Refused with 404 where nobody knows the student."""

    database: WebDatabase
    turns_kept: int
    same: Alike
    now: Callable[[], datetime]
    source: ClassVar[Source] = "postgresql"

    async def _student(self, student_id: str) -> StoredStudent:
        student = (await load_students(self.database, [student_id], self.turns_kept)).get(student_id)
        if student is None:
            raise Refused(HTTPStatus.NOT_FOUND, NOBODY)
        return student

    async def progress(self, student_id: str) -> LearningProgress | None:
        """As the sink has written it."""
        return (await self._student(student_id)).progress

    async def days(self, student_id: str) -> tuple[MasteryDay, ...]:
        """The days, from questions and submissions."""
        first = self.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
        days: dict[date, Day] = {}
        for row in await self.database.read(Outcome, _OUTCOMES, student_id, first):
            day = row.at.date()
            outcome = row.model_copy(update={"topic": lookup(row.topic)})
            days[day] = days.get(day, Day()).with_outcome(outcome)
        return tuple(MasteryDay(day=day, outcomes=content.outcomes) for day, content in days.items())

    async def turns(self, student_id: str) -> tuple[Turn, ...]:
        """The last questions with their answers."""
        return (await self._student(student_id)).turns

    async def struggles(self, student_id: str) -> tuple[tuple[Observation, ...], tuple[OpenStruggle, ...]]:
        """The window, and what was told and has not ended."""
        await self._student(student_id)
        now = self.now()
        span = Wanted(student_id, now - 2 * WINDOW, now + WINDOW)
        window = (await load_windows(self.database, [span]))[span]
        open_ = (restored_struggle(events, window.observations, self.same) for events in window.announced.values())
        lasting = (struggle for struggle in open_ if struggle.ends_at > now)
        return _within(window.observations, now), _open_struggles(lasting)


StudentState: TypeAlias = TableStudentState | DatabaseStudentState


def _within(observations: Iterable[Observation], now: datetime) -> tuple[Observation, ...]:
    return tuple(sorted((each for each in observations if now - each.at < WINDOW), key=in_order))


def _open_struggles(struggles: Iterable[OngoingStruggle]) -> tuple[OpenStruggle, ...]:
    return tuple(_open(struggle) for struggle in sorted(struggles, key=lambda struggle: struggle.since))


def _open(struggle: OngoingStruggle) -> OpenStruggle:
    announced = struggle.announced[-1].event.payload
    return OpenStruggle(
        topic=struggle.topic,
        level=struggle.level,
        count=struggle.count,
        since=struggle.since,
        newest=struggle.newest,
        ends_at=struggle.ends_at,
        recommendation=announced.recommendation,
        evidence=announced.evidence,
        signals=announced.signals,
    )
