"""Students of whom something came too late to be put in its place: their history is read and added up anew."""

import asyncio
from typing import Final
from uuid import UUID

from mode.utils.logging import get_logger

from learnflow.agents.context import Context
from learnflow.agents.student_store import StudentStore
from learnflow.database.postgres import BatchSource
from learnflow.domain.learner.history_replay import replayed
from learnflow.models.envelope import derived_id
from learnflow.models.events import event_with
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.events.students import ProgressRebuilt
from learnflow.models.learner_model import Observation
from learnflow.streams.event_producer import EventProducer, Outgoing
from learnflow.topics import STUDENT_EVENTS

TRIES: Final = 100  # in which PostgreSQL lacks something; after them, the next start or the next day tries again
_NO_QUERY: Final = UUID(int=0)
_log = get_logger(__name__)


class ReplaySweep:
    """Looks through the students whose state is late. It writes no table: what it sends comes back to the learner.

    Until then a late observation counts as the oldest of those that are open, and no success counts twice.
    """

    def __init__(
        self,
        context: Context,
        students: StudentStore,
        histories: BatchSource[str, list[Observation]],
        outbox: EventProducer,
    ) -> None:
        self._context = context
        self._students = students
        self._histories = histories
        self._outbox = outbox
        self._tries: dict[str, int] = {}

    async def __call__(self) -> None:
        """Send what the histories add up to. One that is not complete in PostgreSQL yet is left for later."""
        for student_id in sorted(self._students.late):
            live = self._students.tables.progress.get(student_id)
            if live is None or not live.state.late or self._tries.get(student_id, 0) >= TRIES:
                self._forget(student_id)
            else:
                await self._replay(student_id, live)

    async def _replay(self, student_id: str, live: ProgressUpdated) -> None:
        history = await self._histories.read(student_id)
        if history is None:
            _log.warning("%s is not put in order: some of their questions are deleted", student_id)
            self._forget(student_id)
            return
        self._tries[student_id] = self._tries.get(student_id, 0) + 1
        state = await asyncio.to_thread(replayed, history, live.state, self._context.mastery)
        if state is not None:
            message_id = derived_id(student_id, _NO_QUERY, f"replay {live.version}")
            event = event_with(
                ProgressRebuilt(state=state),
                message_id,
                self._context.now(),
                student_id=student_id,
                trace_id=message_id,
            )
            await self._outbox.send([Outgoing(STUDENT_EVENTS, event)])

    def _forget(self, student_id: str) -> None:
        self._students.late.discard(student_id)
        self._tries.pop(student_id, None)
