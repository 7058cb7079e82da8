"""What time alone brings: overdue queries fail, struggles end, a day's questions are a week old.

A sweep looks through tables of this worker and writes none: what it sends comes back to the agent that does.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Iterable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from learnflow.agents.context import Context
from learnflow.agents.messages import TOO_LATE, failed
from learnflow.agents.router import request
from learnflow.agents.student_store import NEW, StudentStore
from learnflow.domain.conversation import Due, OpenQuery, Patience, due
from learnflow.domain.learner.learner_state import current
from learnflow.domain.learner.progress import velocity
from learnflow.domain.struggle.struggle_lifecycle import Struggles, ended_by_time
from learnflow.models.envelope import Event, derived_id, version_metadata
from learnflow.models.events import EVENT_TYPES, event_with
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.events.responses import Failure
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.events.students import ProgressDue
from learnflow.models.vocabulary import Agent
from learnflow.streams.event_producer import EventProducer, Outgoing
from learnflow.streams.outcomes import Outcomes
from learnflow.streams.processing import RecentIds
from learnflow.tables.model_tables import ValueTable
from learnflow.topics import STUDENT_EVENTS

BATCH_SIZE: Final = 200  # entries, before others get their turn
STUDENTS_AT_A_TIME: Final = 20  # whose progress takes longer to look at
_NO_QUERY: Final = UUID(int=0)

Behind = Callable[[int], bool]  # whether messages of a partition wait to be read that may change what is due
Entry = TypeVar("Entry")


class _SendOnce(RecentIds):
    """Sends what is due, and remembers it, so that each message is sent once."""

    def __init__(self, outbox: EventProducer) -> None:
        super().__init__()
        self._outbox = outbox

    async def __call__(self, key: Hashable, message: Outgoing) -> None:
        await self._outbox.send([message])
        self.add(key)


class OverdueSweep:
    """Looks through the open queries: late ones fail, and debug answers without concepts."""

    def __init__(
        self, context: Context, students: StudentStore, outbox: EventProducer, outcomes: Outcomes, behind: Behind
    ) -> None:
        limits = context.settings.limits
        self._outcomes = outcomes
        self._context = context
        self._students = students
        self._behind = behind
        self._send_once = _SendOnce(outbox)
        self.patience = Patience(
            timedelta(seconds=limits.open_query_seconds), timedelta(seconds=limits.collaboration_seconds)
        )

    async def __call__(self) -> None:
        """Send what is overdue, oldest first. Partitions whose answers are not all read yet are left for later."""
        waiting = sorted(self._students.tables.open_queries.items(), key=lambda item: item[1].routed_at)
        async for key, query in _in_turns(waiting):
            overdue = due(query, self.patience, self._context.now())
            message_key = (key, query.attempt, overdue)
            if overdue is None or message_key in self._send_once or self._behind(query.partition):
                continue
            if not await self._is_closed(query, overdue):
                await self._send_once(message_key, self._message(query, overdue))

    async def _is_closed(self, query: OpenQuery, overdue: Due) -> bool:
        """Say whether a query has its outcome already, which this worker has not heard of yet."""
        cause, until = _routing_decision(query), self._context.now()
        if overdue is Due.ANSWER:  # no agent sends one after that, so that one look is enough for many queries
            until = min(until, query.routed_at + self.patience.failure)
        return await self._outcomes.has(cause, query.routed_at.timestamp(), until.timestamp())

    def _message(self, query: OpenQuery, overdue: Due) -> Outgoing:
        cause = _routing_decision(query)
        if overdue is Due.ANSWER:
            return failed(cause, query.query, Agent.ROUTER, Failure.OVERDUE, TOO_LATE, self._context.now())
        student = self._students.in_tables(query.query.student_id) or NEW
        return request(cause, query.query, student, self._context, alone=True)


class StruggleSweep:
    """Looks through the open struggles, which end when too little of them is left in the last 24 hours."""

    def __init__(
        self, context: Context, struggles: ValueTable[Struggles], outbox: EventProducer, behind: Behind
    ) -> None:
        self._context = context
        self._struggles = struggles
        self._behind = behind
        self._send_once = _SendOnce(outbox)

    async def __call__(self) -> None:
        """Send what has ended. Partitions with messages that may prolong a struggle are left for later."""
        async for _, struggles in _in_turns(self._struggles.items()):
            if not self._behind(struggles.partition):
                now = self._context.now()
                for struggle in struggles.topics.values():
                    if struggle.ends_at <= now and struggle.end_id not in self._send_once:
                        await self._send_once(struggle.end_id, Outgoing(STUDENT_EVENTS, ended_by_time(struggle)))


class ProgressSweep:
    """Looks once a day through the students: what they asked within seven days is less, though nothing has happened."""

    def __init__(self, context: Context, students: StudentStore, outbox: EventProducer) -> None:
        self._context = context
        self._students = students
        self._outbox = outbox
        self._done: tuple[date, frozenset[int]] | None = None

    async def __call__(self, partitions: frozenset[int]) -> None:
        """Send what is due, when a day has ended or other partitions have come since the last time."""
        now = self._context.now()
        today = now.date()
        if self._done == (today, partitions):
            return
        students = self._students.tables.progress.items()
        while some := list(islice(students, STUDENTS_AT_A_TIME)):
            self._students.late.update(student_id for student_id, progress in some if progress.state.late)
            students_due = [student_id for student_id, progress in some if self._is_due(progress, now)]
            await self._outbox.send([self._message(each, today - timedelta(days=1)) for each in students_due])
            await asyncio.sleep(0)
        self._done = (today, partitions)

    def _is_due(self, progress: ProgressUpdated, now: datetime) -> bool:
        announced = progress.progress.learning_velocity
        return bool(announced) and announced != velocity(current(progress.state, self._context.mastery), now)

    def _message(self, student_id: str, day: date) -> Outgoing:
        message_id = derived_id(student_id, _NO_QUERY, f"progress due {day}")
        payload, now = ProgressDue(day=day), self._context.now()
        event = event_with(payload, message_id, now, student_id=student_id, trace_id=message_id)
        return Outgoing(STUDENT_EVENTS, event)


async def _in_turns(entries: Iterable[Entry]) -> AsyncIterator[Entry]:
    """Yield entries, and let others have their turn in between."""
    for number, entry in enumerate(entries, start=1):
        yield entry
        if number % BATCH_SIZE == 0:
            await asyncio.sleep(0)


def _routing_decision(query: OpenQuery) -> Event[Any]:
    """Return the routing decision that opened a query, as far as messages that follow need it."""
    return Event[Any](
        message_id=query.query.query_id,
        timestamp=query.routed_at,
        student_id=query.query.student_id,
        trace_id=query.trace_id,
        event_type=EVENT_TYPES[RoutingDecision],
        payload=query,
        metadata=version_metadata(sequence=1, attempt=query.attempt),
    )
