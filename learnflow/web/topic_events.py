"""Reads topics from now on, outside of any consumer group: every process sees every partition."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from mode.utils.logging import get_logger

from learnflow.models.envelope import Event
from learnflow.streams import topic_admin
from learnflow.streams.codec import Refusal, decode
from learnflow.topics import BY_NAME, Topic

AGAIN_SECONDS: Final = 2.0
POLL_MS: Final = 1_000
MOST_AT_ONCE: Final = 200  # decoded before others have their turn in the loop
_log = get_logger(__name__)


def ungrouped_consumer(bootstrap: list[str], start: Literal["earliest", "latest"], wait_ms: int) -> AIOKafkaConsumer:
    """Return a consumer without a group, which commits nothing; `wait_ms` is how long a fetch may wait."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset=start, fetch_max_wait_ms=wait_ms
    )


@dataclass(frozen=True, slots=True)
class TopicReader:
    """Where to read, and what."""

    bootstrap: list[str]
    topics: Sequence[Topic]
    fetch_wait_ms: int

    async def run(self, tell: Callable[[Event[Any]], None], ready: asyncio.Event) -> None:
        """Tell of every event until cancelled. `ready` is set while nothing that is sent can be missed."""
        while True:
            try:
                async with self._consumer() as consumer:
                    ready.set()
                    await self._read(consumer, tell)
            except (KafkaError, OSError) as error:
                _log.warning("Pages get no events for now: %s", error)
            finally:
                ready.clear()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _read(self, consumer: AIOKafkaConsumer, tell: Callable[[Event[Any]], None]) -> None:
        while True:
            batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=MOST_AT_ONCE)
            for record in sorted(
                (each for batch in batches.values() for each in batch), key=lambda each: each.timestamp
            ):
                try:
                    event = decode(BY_NAME[record.topic], record.key, record.value)
                except Refusal:
                    continue  # its agent has made a dead letter of it
                tell(event)
            await asyncio.sleep(0)

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        counts = await topic_admin.partitions(self.bootstrap)
        consumer = ungrouped_consumer(self.bootstrap, "latest", self.fetch_wait_ms)
        try:
            await consumer.start()
            consumer.assign([
                TopicPartition(topic.name, number) for topic in self.topics for number in range(counts[topic.name])
            ])
            await consumer.seek_to_end()
            await asyncio.gather(*(consumer.position(partition) for partition in consumer.assignment()))
            yield consumer
        finally:
            await consumer.stop()
