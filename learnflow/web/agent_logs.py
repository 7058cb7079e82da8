"""Reads all of agent-logs, as every web process does, and remembers what health and figures need of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from mode.utils.logging import get_logger

from learnflow.domain.health.agent_health import Heartbeats, ReceivedHeartbeat
from learnflow.domain.health.recent_questions import HOUR, RecentQuestions
from learnflow.models.events.logs import ActivityLogged, Heartbeat
from learnflow.streams.codec import Clock, Refusal, decode
from learnflow.topics import AGENT_LOGS
from learnflow.web.topic_events import ungrouped_consumer

BACK: Final = timedelta(minutes=5)
FETCH_WAIT_MS: Final = 500
AT_A_TIME: Final = 100  # entries read before others get a turn: a few milliseconds
PAUSE: Final = 2.0  # seconds

_log = get_logger(__name__)


class AgentLogs:
    """A reader without a group: it starts a few minutes back, and commits nothing."""

    def __init__(self, bootstrap: list[str], now: Clock) -> None:
        self.heartbeats = Heartbeats()
        self._since = now() - BACK
        self.questions = RecentQuestions(self._since)
        self.problem: str | None = None
        self._bootstrap = bootstrap
        self._now = now

    async def run(self) -> None:
        """Read until cancelled; while the brokers are away, try again and again."""
        while True:
            try:
                async with self._consumer() as consumer:
                    self.problem = None
                    await self._read(consumer)
            except (KafkaError, OSError) as error:
                self.problem = f"agent-logs cannot be read: {error}"
                _log.warning("%s", self.problem)
            await asyncio.sleep(PAUSE)

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = ungrouped_consumer(self._bootstrap, "earliest", FETCH_WAIT_MS)
        try:
            await consumer.start()
            places = [TopicPartition(AGENT_LOGS.name, number) for number in range(AGENT_LOGS.partitions)]
            consumer.assign(places)
            # As far back as the figures say that they go, however long the brokers let us wait; twice changes nothing.
            start = max(self._since, self._now() - HOUR)
            ends = await consumer.end_offsets(places)
            starts = await consumer.offsets_for_times(dict.fromkeys(places, int(start.timestamp() * 1000)))
            for place in places:  # None where nothing is newer than that
                consumer.seek(place, starts[place].offset if starts.get(place) else ends[place])
            yield consumer
        finally:
            await consumer.stop()

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            records = await consumer.getmany(timeout_ms=1_000, max_records=AT_A_TIME)
            for batch in records.values():
                for record in batch:
                    self._take(record)
            await asyncio.sleep(0)

    def _take(self, record: Any) -> None:  # noqa: ANN401 - aiokafka's
        try:
            event = decode(AGENT_LOGS, record.key, record.value, self._now)
        except Refusal:  # whoever sent it, it is no news of an agent
            return
        if isinstance(event.payload, Heartbeat):
            self.heartbeats.add(ReceivedHeartbeat(event.timestamp, event.payload))
        elif isinstance(event.payload, ActivityLogged):
            self.questions.log(event.timestamp, event.payload)
