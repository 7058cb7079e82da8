"""What the sink's agent sends and acknowledges before it stops."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from learnflow.agents.sink import SinkAgent
from learnflow.models.vocabulary import Agent
from learnflow.sink.messages import MOST_STUDENTS, TooManyRejections
from learnflow.sink.sink import Sink
from learnflow.streams.agent_stats import Activity
from learnflow.streams.codec import Clock


class Kafka:
    """A stream of messages that cannot be read, each of another student, and where their dead letters go."""

    def __init__(self, count: int) -> None:
        self.done: list[str] = []
        self.channel = SimpleNamespace(queue=SimpleNamespace(empty=lambda: False))
        self._count = count

    def noack(self) -> "Kafka":
        return self

    async def events(self) -> AsyncIterator[SimpleNamespace]:
        for offset in range(self._count):
            key = f"student-{offset}".encode()
            where = {"topic": "student-progress", "partition": 0, "offset": offset, "timestamp": 0.0}
            yield SimpleNamespace(message=SimpleNamespace(**where, key=key, value=b"{}", headers=[]))

    async def ack(self, _item: object) -> None:
        self.done.append("acknowledged")

    async def refuse(self, _activity: Activity, _message: object, _refusal: object) -> None:
        self.done.append("dead letter")

    async def submit(self, _key: str, work: Callable[[], Awaitable[None]]) -> None:
        await work()


@pytest.mark.parametrize(("students", "stops"), [(MOST_STUDENTS - 1, False), (MOST_STUDENTS, True)])
async def test_dead_letters_are_sent_and_acknowledged_before_the_sink_stops(students: int, *, stops: bool) -> None:
    kafka: Any = Kafka(students)
    clock = Clock(lambda: datetime(2026, 1, 2, tzinfo=UTC), timedelta(minutes=1))
    context: Any = SimpleNamespace(now=clock, settings=SimpleNamespace(sink=SimpleNamespace(batch=students)))
    sink = Sink("postgresql://nobody@127.0.0.1:1/none")
    agent = SinkAgent(context, sink, activity=Activity(Agent.SINK, "here", clock), intake=kafka, executor=kafka)
    stopped = False
    try:
        await agent.run(cast("Any", kafka))
    except TooManyRejections:
        stopped = True
    assert stopped is stops
    assert kafka.done == ["dead letter"] * students + ["acknowledged"] * students
