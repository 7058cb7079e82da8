"""Struggles that end by time: who is told of, and who is left for later."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from learnflow.agents.context import Context
from learnflow.agents.struggle_sweep import StruggleSweep
from learnflow.domain.struggle import WINDOW, Struggles
from learnflow.streams.outbox import Outgoing
from tests.support.struggle_days import LOOPS, NOW, Desk, asked

PARTITION = 3


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
