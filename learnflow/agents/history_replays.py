"""Students of whom something came too late to be put in its place: their history is read and added up anew."""

import asyncio
import time
from itertools import islice
from typing import Final
from uuid import UUID

from mode.utils.logging import get_logger

from learnflow.agents.context import Context
from learnflow.agents.student_store import StudentStore
from learnflow.backoff import Backoff
from learnflow.database.postgres import BatchSource
from learnflow.domain.learner.history_replay import replayed
from learnflow.models.envelope import derived_id
from learnflow.models.events import event_with
from learnflow.models.events.students import ProgressRebuilt
from learnflow.models.learner_model import Observation
from learnflow.streams.event_producer import EventProducer, Outgoing
from learnflow.topics import STUDENT_EVENTS

AT_A_TIME: Final = 50  # students, whose histories are read together
_BACKOFF: Final = Backoff(first=5.0, longest=600.0)  # while PostgreSQL lacks something
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
        self._next: dict[str, float] = {}  # when to try again

    async def __call__(self) -> None:
        """Send what the histories add up to. One that is not complete in PostgreSQL yet is left for later."""
        now = time.monotonic()
        waiting = iter([each for each in sorted(self._students.late) if self._next.get(each, now) <= now])
        while some := list(islice(waiting, AT_A_TIME)):
            await asyncio.gather(*map(self._replay, some))

    async def _replay(self, student_id: str) -> None:
        live = self._students.tables.progress.get(student_id)
        if live is None or not live.state.late:
            self._forget(student_id)
            return
        history = await self._histories.read(student_id)
        if history is None:
            _log.warning("%s is not put in order: some of their questions are deleted", student_id)
            self._forget(student_id)
            return
        tried = self._tries[student_id] = self._tries.get(student_id, 0) + 1
        self._next[student_id] = time.monotonic() + _BACKOFF.wait(tried)
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
        self._next.pop(student_id, None)
