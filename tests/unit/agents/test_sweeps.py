"""What time alone brings: which queries that wait are sent first, and which struggles end."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from learnflow.agents.context import Context
from learnflow.agents.due_checks import OverdueSweep, StruggleSweep
from learnflow.agents.student_store import StudentStore
from learnflow.domain.conversation import OpenQuery
from learnflow.domain.struggle.struggle_lifecycle import Struggles
from learnflow.domain.struggle.window import WINDOW
from learnflow.models.envelope import Event
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Specialist
from learnflow.settings import Settings
from learnflow.streams.event_producer import Outgoing
from tests.support.struggle_days import LOOPS, NOW, Desk, asked

ROUTED = datetime(2026, 1, 2, 14, 24, tzinfo=UTC)
LIMIT = timedelta(seconds=Settings().limits.open_query_seconds)
PARTITION = 3


FAILS_AFTER = 150.0  # seconds


class Sent(list[UUID]):
    """The queries that messages were sent about, and those that somebody else has answered."""

    answered: tuple[UUID, ...] = ()

    async def send(self, messages: Sequence[Outgoing]) -> None:
        self.extend(message.event.payload.query_id for message in messages)

    async def has(self, event: Event[Any], since: float, until: float) -> bool:
        assert since == event.timestamp.timestamp()
        assert until in (ROUTED.timestamp(), since + FAILS_AFTER)  # one look is enough for all that are long overdue
        return event.payload.query.query_id in self.answered


def waiting(minutes: int) -> OpenQuery:
    """Return a query that was routed so long ago."""
    at = ROUTED - LIMIT * 1.25 - timedelta(minutes=minutes)
    query = StudentQuery(
        query_id=uuid4(), student_id="ann", timestamp=at, query_text="Why?", routed_to_agent=Specialist.DEBUG
    )
    return OpenQuery(query=query, trace_id=uuid4(), routed_at=at, partition=0, offset=0)


def overdue_sweep(queries: Mapping[int, OpenQuery], sent: Sent) -> OverdueSweep:
    """Return the sweep over queries, which sees and sends what `sent` has."""
    context = cast("Context", SimpleNamespace(settings=Settings(), now=lambda: ROUTED))
    known = cast("StudentStore", SimpleNamespace(tables=SimpleNamespace(open_queries=queries)))
    anything = cast("Any", sent)
    return OverdueSweep(context, known, anything, anything, lambda _: False)


async def test_the_oldest_is_told_first_or_answers_of_a_student_would_change_places() -> None:
    queries = {minutes: waiting(minutes) for minutes in (2, 3, 1)}
    sent = Sent()
    await overdue_sweep(queries, sent)()
    assert sent == [queries[minutes].query.query_id for minutes in (3, 2, 1)]


async def test_a_query_that_was_answered_at_the_last_moment_does_not_fail() -> None:
    queries = {minutes: waiting(minutes) for minutes in (2, 1)}
    sent = Sent()
    sent.answered = (queries[2].query.query_id,)
    await overdue_sweep(queries, sent)()
    assert sent == [queries[1].query.query_id]


class Kept:
    """What the table has, the broker was sent, and the clock says."""

    def __init__(self, struggles: Struggles) -> None:
        self.struggles = struggles
        self.sent: list[Outgoing] = []
        self.time = NOW
        self.behind = False

    def items(self) -> Iterator[tuple[str, Struggles]]:
        yield "ann", self.struggles

    def now(self) -> datetime:
        return self.time

    async def send(self, messages: Sequence[Outgoing]) -> None:
        self.sent += messages

    def is_behind(self, partition: int) -> bool:
        assert partition == PARTITION
        return self.behind


@pytest.fixture
def kept() -> Kept:
    return Kept(Struggles(partition=PARTITION, topics=Desk().observe(asked(9), asked(8), asked(7)).open))


@pytest.fixture
def sweep(kept: Kept) -> StruggleSweep:
    anything = cast("Any", kept)
    return StruggleSweep(cast("Context", anything), anything, anything, kept.is_behind)


async def test_what_has_ended_is_told_once(kept: Kept, sweep: StruggleSweep) -> None:
    known = kept.struggles.topics[LOOPS]
    kept.time = known.ends_at
    await sweep()
    await sweep()
    (told,) = kept.sent
    assert told.topic.name == "student-events"
    assert (told.event.message_id, told.event.timestamp) == (known.end_id, NOW - timedelta(minutes=9) + WINDOW)
    assert (told.event.payload.resolved_by, told.event.payload.query_count) == ("time", 3)


async def test_what_has_not_ended_is_left(kept: Kept, sweep: StruggleSweep) -> None:
    kept.time = kept.struggles.topics[LOOPS].ends_at - timedelta(microseconds=1)
    await sweep()
    assert kept.sent == []


async def test_what_messages_may_prolong_is_left_until_they_are_read(kept: Kept, sweep: StruggleSweep) -> None:
    kept.time, kept.behind = NOW + 2 * WINDOW, True
    await sweep()
    assert kept.sent == []
    kept.behind = False
    await sweep()
    assert len(kept.sent) == 1
