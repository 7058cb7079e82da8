"""Consumers outside of any group, which commit nothing: to look up single messages, and to hear of all that happens."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any, Final, Literal

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2
from mode.utils.logging import get_logger

from learnflow.models.envelope import Event
from learnflow.streams import topic_admin
from learnflow.streams.codec import Clock, Refusal, decode
from learnflow.topics import BY_NAME, LARGEST_DEAD_LETTER, Topic

AGAIN_SECONDS: Final = 2.0
POLL_MS: Final = 1_000
_log = get_logger(__name__)


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition that all clients of Kafka put a key in."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


def passes(error: Exception) -> bool:
    """Say whether looking up again may succeed: the brokers are away, or busy."""
    return isinstance(error, OSError) or topic_admin.passes(error)


async def reader_of(topic: Topic, bootstrap: list[str], fetch_wait_ms: int) -> AIOKafkaConsumer:
    """Return a consumer that has all partitions of a topic. Raises KafkaError while no broker can be reached."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",  # what was not read for longer than the topic keeps it goes on at its beginning
        fetch_max_wait_ms=fetch_wait_ms,
        max_partition_fetch_bytes=LARGEST_DEAD_LETTER,
        isolation_level="read_committed",
    )
    try:
        await reader.start()
        number = (await topic_admin.partitions(bootstrap)).get(topic.name, 0)
        reader.assign([TopicPartition(topic.name, each) for each in range(number)])
    except BaseException:
        await reader.stop()
        raise
    return reader


@asynccontextmanager
async def consumer(
    bootstrap: list[str], start: Literal["earliest", "latest"], wait_ms: int
) -> AsyncIterator[AIOKafkaConsumer]:
    """Start a consumer without a group; `wait_ms` is how long a fetch may wait."""
    started = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset=start,
        fetch_max_wait_ms=wait_ms,
        isolation_level="read_committed",
    )
    try:
        await started.start()
        yield started
    finally:
        await started.stop()


async def events(
    reader: AIOKafkaConsumer, most: int, wanted: Mapping[Topic, Collection[str]], clock: Clock | None = None
) -> AsyncIterator[Event[Any]]:
    """Yield the events of the types wanted of each topic, at most so many before others have their turn in the loop.

    Only messages that have the name of such a type somewhere are decoded, which leaves out most others at no cost.
    """
    while True:
        batches = await reader.getmany(timeout_ms=POLL_MS, max_records=most)
        for record in sorted(chain.from_iterable(batches.values()), key=attrgetter("timestamp")):
            topic, value = BY_NAME[record.topic], record.value or b""
            if not any(name.encode() in value for name in wanted[topic]):
                continue
            try:
                event = decode(topic, record.key, value, clock)
            except Refusal:
                continue  # its agent has made a dead letter of it
            if event.event_type in wanted[topic]:
                yield event
        await asyncio.sleep(0)


async def seek_back(reader: AIOKafkaConsumer, places: Sequence[TopicPartition], start: float) -> None:
    """Let a consumer read partitions from a time on (seconds, as in `time.time`)."""
    reader.assign(places)
    ends = await reader.end_offsets(places)
    starts = await reader.offsets_for_times(dict.fromkeys(places, int(start * 1000)))
    for place in places:  # None where nothing is newer than that
        reader.seek(place, starts[place].offset if starts.get(place) else ends[place])


@dataclass(frozen=True, slots=True)
class TopicReader:
    """Reads topics from now on, or from some seconds back: of each topic the events of some types.

    `for_what` says who hears nothing while it cannot.
    """

    bootstrap: list[str]
    topics: Mapping[Topic, Collection[str]]
    fetch_wait_ms: int
    for_what: str = "Pages get no events"
    seconds_back: float = 0.0

    async def run(self, tell: Callable[[Event[Any]], None], ready: asyncio.Event | None = None) -> None:
        """Tell of every event until cancelled. `ready` is set while nothing that is sent can be missed."""
        ready = ready or asyncio.Event()
        while True:
            try:
                counts = await topic_admin.partitions(self.bootstrap)
                async with consumer(self.bootstrap, "latest", self.fetch_wait_ms) as reader:
                    await self._seek(reader, counts)
                    ready.set()
                    async for event in events(reader, 200, self.topics):
                        tell(event)
            except (KafkaError, OSError) as error:
                _log.warning("%s for now: %s", self.for_what, error)
            finally:
                ready.clear()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _seek(self, reader: AIOKafkaConsumer, counts: dict[str, int]) -> None:
        places = [TopicPartition(topic.name, number) for topic in self.topics for number in range(counts[topic.name])]
        if self.seconds_back:
            return await seek_back(reader, places, time.time() - self.seconds_back)
        reader.assign(places)
        await reader.seek_to_end()
        await asyncio.gather(*(reader.position(partition) for partition in reader.assignment()))
        return None
