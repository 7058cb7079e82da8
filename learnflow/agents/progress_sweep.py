"""What the end of a day brings: what students have asked within seven days is less, though nothing has happened."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from learnflow.agents.context import Context
from learnflow.agents.student_store import StudentStore
from learnflow.domain.learner import current, velocity
from learnflow.models.envelope import Event, derived_id, version_metadata
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.events.students import ProgressDue
from learnflow.streams.outbox import Outbox, Outgoing
from learnflow.topics import STUDENT_EVENTS

AT_A_TIME: Final = 20  # students, before others get their turn
_NO_QUERY: Final = UUID(int=0)


class ProgressSweep:
    """Looks once a day through this worker's students. It writes no table: the event comes back to the learner."""

    def __init__(self, context: Context, known: StudentStore, outbox: Outbox) -> None:
        self._context = context
        self._known = known
        self._outbox = outbox
        self._done: tuple[date, frozenset[int]] | None = None

    async def __call__(self, partitions: frozenset[int]) -> None:
        """Send what is due, when a day has ended or other partitions have come since the last time."""
        today = self._context.now().date()
        if self._done == (today, partitions):
            return
        students = self._known.tables.progress.items()
        while some := list(islice(students, AT_A_TIME)):
            await self._outbox.send(self._due(some, today))
            await asyncio.sleep(0)
        self._done = (today, partitions)

    def _due(self, students: Sequence[tuple[str, ProgressUpdated]], today: date) -> list[Outgoing]:
        return [
            self._message(student_id, today - timedelta(days=1))
            for student_id, standing in students
            if self._is_due(standing, today)
        ]

    def _is_due(self, standing: ProgressUpdated, today: date) -> bool:
        told = standing.progress.learning_velocity
        return bool(told) and told != velocity(current(standing.state, self._context.mastery), today)

    def _message(self, student_id: str, day: date) -> Outgoing:
        message_id = derived_id(student_id, _NO_QUERY, f"progress due {day}")
        event = Event[Any](
            message_id=message_id,
            timestamp=self._context.now(),
            student_id=student_id,
            trace_id=message_id,
            event_type=EVENT_TYPES[ProgressDue],
            payload=ProgressDue(day=day),
            metadata=version_metadata(),
        )
        return Outgoing(STUDENT_EVENTS, event)
