"""Reads topics outside of any consumer group, and commits nothing: every process sees every partition."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from operator import attrgetter
from typing import Any, Final, Literal

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from mode.utils.logging import get_logger

from learnflow.domain.health.agent_health import Heartbeats, ReceivedHeartbeat
from learnflow.domain.health.recent_questions import HOUR, RecentQuestions
from learnflow.models.envelope import Event
from learnflow.models.events.logs import ActivityLogged, Heartbeat
from learnflow.streams import topic_admin
from learnflow.streams.codec import Clock, Refusal, decode
from learnflow.topics import AGENT_LOGS, BY_NAME, Topic

AGAIN_SECONDS: Final = 2.0
POLL_MS: Final = 1_000
_log = get_logger(__name__)


@asynccontextmanager
async def _consumer(
    bootstrap: list[str], start: Literal["earliest", "latest"], wait_ms: int
) -> AsyncIterator[AIOKafkaConsumer]:
    """Start a consumer without a group; `wait_ms` is how long a fetch may wait."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset=start,
        fetch_max_wait_ms=wait_ms,
        isolation_level="read_committed",
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def _events(consumer: AIOKafkaConsumer, most: int, clock: Clock | None = None) -> AsyncIterator[Event[Any]]:
    """Yield every event that can be read, at most so many before others have their turn in the loop."""
    while True:
        batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=most)
        for record in sorted(chain.from_iterable(batches.values()), key=attrgetter("timestamp")):
            try:
                event = decode(BY_NAME[record.topic], record.key, record.value, clock)
            except Refusal:
                continue  # its agent has made a dead letter of it
            yield event
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class TopicReader:
    """Reads topics from now on."""

    bootstrap: list[str]
    topics: Sequence[Topic]
    fetch_wait_ms: int

    async def run(self, tell: Callable[[Event[Any]], None], ready: asyncio.Event) -> None:
        """Tell of every event until cancelled. `ready` is set while nothing that is sent can be missed."""
        while True:
            try:
                counts = await topic_admin.partitions(self.bootstrap)
                async with _consumer(self.bootstrap, "latest", self.fetch_wait_ms) as consumer:
                    await self._seek(consumer, counts)
                    ready.set()
                    async for event in _events(consumer, most=200):
                        tell(event)
            except (KafkaError, OSError) as error:
                _log.warning("Pages get no events for now: %s", error)
            finally:
                ready.clear()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _seek(self, consumer: AIOKafkaConsumer, counts: dict[str, int]) -> None:
        consumer.assign([
            TopicPartition(topic.name, number) for topic in self.topics for number in range(counts[topic.name])
        ])
        await consumer.seek_to_end()
        await asyncio.gather(*(consumer.position(partition) for partition in consumer.assignment()))


class AgentLogs:
    """Reads agent-logs from a few minutes back, and remembers what health and figures need of it."""

    def __init__(self, bootstrap: list[str], now: Clock) -> None:
        self.heartbeats = Heartbeats()
        self._since = now() - timedelta(minutes=5)
        self.questions = RecentQuestions(self._since)
        self.problem: str | None = None
        self._bootstrap = bootstrap
        self._now = now

    async def run(self) -> None:
        """Read until cancelled; while the brokers are away, try again and again."""
        while True:
            try:
                async with _consumer(self._bootstrap, "earliest", wait_ms=500) as consumer:
                    await self._seek(consumer)
                    self.problem = None
                    async for event in _events(consumer, most=100, clock=self._now):  # a few milliseconds
                        self._take(event)
            except (KafkaError, OSError) as error:
                self.problem = f"agent-logs cannot be read: {error}"
                _log.warning("%s", self.problem)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _seek(self, consumer: AIOKafkaConsumer) -> None:
        places = [TopicPartition(AGENT_LOGS.name, number) for number in range(AGENT_LOGS.partitions)]
        consumer.assign(places)
        # As far back as the figures say that they go, however long the brokers let us wait; twice changes nothing.
        start = max(self._since, self._now() - HOUR)
        ends = await consumer.end_offsets(places)
        starts = await consumer.offsets_for_times(dict.fromkeys(places, int(start.timestamp() * 1000)))
        for place in places:  # None where nothing is newer than that
            consumer.seek(place, starts[place].offset if starts.get(place) else ends[place])

    def _take(self, event: Event[Any]) -> None:
        if isinstance(event.payload, Heartbeat):
            self.heartbeats.add(ReceivedHeartbeat(event.timestamp, event.payload))
        elif isinstance(event.payload, ActivityLogged):
            self.questions.log(event.timestamp, event.payload)
