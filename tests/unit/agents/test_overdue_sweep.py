"""Queries that wait too long: who hears of it first."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

from learnflow.agents.context import Context
from learnflow.agents.student_store import StudentStore
from learnflow.agents.sweep import Sweep
from learnflow.domain.open_queries import OpenQuery
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Specialist
from learnflow.settings import Settings
from learnflow.streams.outbox import Outbox, Outgoing

NOW = datetime(2026, 1, 2, 14, 24, tzinfo=UTC)
LIMIT = timedelta(seconds=Settings().limits.open_query_seconds)


class Sent(list[UUID]):
    """The queries that messages were sent about."""

    async def send(self, messages: Sequence[Outgoing]) -> None:
        self.extend(message.event.payload.query_id for message in messages)


def waiting(minutes: int) -> OpenQuery:
    """Return a query that was routed so long ago."""
    at = NOW - LIMIT - timedelta(minutes=minutes)
    query = StudentQuery(
        query_id=uuid4(), student_id="ann", timestamp=at, query_text="Why?", routed_to_agent=Specialist.DEBUG
    )
    return OpenQuery(query=query, trace_id=uuid4(), routed_at=at, partition=0, offset=0)


async def test_the_oldest_is_told_first_or_answers_of_a_student_would_change_places() -> None:
    queries = {minutes: waiting(minutes) for minutes in (2, 3, 1)}
    sent = Sent()
    context = cast("Context", SimpleNamespace(settings=Settings(), now=lambda: NOW))
    known = cast("StudentStore", SimpleNamespace(tables=SimpleNamespace(open_queries=queries)))
    await Sweep(context, known, cast("Outbox", cast("Any", sent)), lambda _: False)()
    assert sent == [queries[minutes].query.query_id for minutes in (3, 2, 1)]
