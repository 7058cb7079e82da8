"""What time alone brings: overdue queries fail, and debug answers without concepts."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from learnflow.agents.context import Context
from learnflow.agents.messages import failed
from learnflow.agents.router import request
from learnflow.agents.student_store import NEW, StudentStore
from learnflow.domain.open_queries import Due, OpenQuery, Patience, due
from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.responses import Failure
from learnflow.models.events.work import RoutingDecision
from learnflow.models.vocabulary import Agent
from learnflow.streams.outbox import Outbox, Outgoing
from learnflow.streams.recent_ids import Recent

TOO_LATE: Final = "Nobody could answer this in time. Please ask again."
AT_A_TIME: Final = 200  # entries, before others get their turn


class Sweep:
    """Looks through this worker's open queries. It writes no table: the outcome comes back to the learner."""

    def __init__(self, context: Context, known: StudentStore, outbox: Outbox, behind: Callable[[int], bool]) -> None:
        limits = context.settings.limits
        self._context = context
        self._known = known
        self._outbox = outbox
        self._behind = behind
        self._sent = Recent()
        self.patience = Patience(
            timedelta(seconds=limits.open_query_seconds), timedelta(seconds=limits.collaboration_seconds)
        )

    async def __call__(self) -> None:
        """Send what is overdue, oldest first. Partitions whose answers are not all read yet are left for later."""
        waiting = sorted(self._known.tables.open_queries.items(), key=lambda item: item[1].routed_at)
        for number, (key, query) in enumerate(waiting):
            if number % AT_A_TIME == AT_A_TIME - 1:
                await asyncio.sleep(0)
            overdue = due(query, self.patience, self._context.now())
            if overdue is None or (key, query.attempt, overdue) in self._sent or self._behind(query.partition):
                continue
            await self._outbox.send([self._message(query, overdue)])
            self._sent.add((key, query.attempt, overdue))

    def _message(self, query: OpenQuery, overdue: Due) -> Outgoing:
        cause = _cause(query)
        if overdue is Due.ANSWER:
            return failed(cause, query.query, Agent.ROUTER, Failure.OVERDUE, TOO_LATE, self._context.now())
        student = self._known.in_tables(query.query.student_id) or NEW
        return request(cause, query.query, student, self._context, alone=True)


def _cause(query: OpenQuery) -> Event[Any]:
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
