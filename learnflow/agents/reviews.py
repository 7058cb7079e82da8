"""What the end of a day brings: what students have asked within seven days is less, though nothing has happened."""

import asyncio
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from learnflow.agents.context import Context
from learnflow.agents.known import Known
from learnflow.domain.learner import current, velocity
from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.events.students import ProgressDue
from learnflow.streams.outbox import Outbox, Outgoing
from learnflow.topics import STUDENT_EVENTS

AT_A_TIME: Final = 20  # students, before others get their turn
_DUE: Final = UUID("6f6f7c39-2f5c-5f59-9c0e-3a8d3c0f6b1e")


class Reviews:
    """Looks once a day through this worker's students. It writes no table: the event comes back to the learner."""

    def __init__(self, context: Context, known: Known, outbox: Outbox) -> None:
        self._context = context
        self._known = known
        self._outbox = outbox
        self._done: tuple[date, frozenset[int]] | None = None

    async def __call__(self, partitions: frozenset[int]) -> None:
        """Send what is due, when a day has ended or other partitions have come since the last time."""
        today = self._context.now().date()
        if self._done == (today, partitions):
            return
        for number, (student_id, standing) in enumerate(self._known.tables.progress.items(), start=1):
            if self._is_due(standing, today):
                await self._outbox.send([self._message(student_id, today - timedelta(days=1))])
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
        self._done = (today, partitions)

    def _is_due(self, standing: ProgressUpdated, today: date) -> bool:
        told = standing.progress.learning_velocity
        return bool(told) and told != velocity(current(standing.state, self._context.mastery), today)

    def _message(self, student_id: str, day: date) -> Outgoing:
        message_id = uuid5(_DUE, f"{student_id}\\n{day}")
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
