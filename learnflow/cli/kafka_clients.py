"""A consumer without a group and a producer for commands that look and send and then end; events about students."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from uuid import uuid4

import click
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError

from learnflow.cli.output import console
from learnflow.models.envelope import Event, Payload
from learnflow.models.events import event_with
from learnflow.streams import topic_admin
from learnflow.topics import LARGEST_DEAD_LETTER, STUDENT_EVENTS

CONSUMER: Final = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "fetch_max_wait_ms": 20,  # the embedded broker does not wake a fetch that waits
    "max_partition_fetch_bytes": LARGEST_DEAD_LETTER,
    "isolation_level": "read_committed",
}
REQUEST_MS: Final = 20_000
IN_FLIGHT: Final = 1_000  # events that wait for the broker at once


class Record(Protocol):
    """A message as aiokafka gives it; `timestamp` in milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


@asynccontextmanager
async def consumer(bootstrap: list[str], partitions: Iterable[TopicPartition]) -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a consumer of partitions, at their end: what is sent from now on is read."""
    async with _started(AIOKafkaConsumer, bootstrap, CONSUMER) as reader:
        reader.assign(list(partitions))
        await reader.seek_to_end()
        for partition in reader.assignment():
            await reader.position(partition)
        yield reader


def producer(bootstrap: list[str]) -> AbstractAsyncContextManager[AIOKafkaProducer]:
    """Return a producer: murmur2 partitions, and every send acknowledged by all replicas in sync."""
    # Not enable_idempotence: aiokafka's kind of it is refused by the embedded broker, and repeats change nothing.
    settings = {"acks": "all", "linger_ms": 5, "max_request_size": LARGEST_DEAD_LETTER}
    return _started(AIOKafkaProducer, bootstrap, settings)


@asynccontextmanager
async def _started(
    make: Callable[..., Any], bootstrap: list[str], settings: Mapping[str, object]
) -> AsyncIterator[Any]:
    client = make(bootstrap_servers=bootstrap, request_timeout_ms=REQUEST_MS, **settings)
    try:
        async with reachable(bootstrap):
            await client.start()
        yield client
    finally:
        await client.stop()


async def partitions_of(bootstrap: list[str], names: Iterable[str]) -> list[TopicPartition]:
    """Return the partitions of topics. Raises ClickException when one does not exist."""
    async with reachable(bootstrap):
        counts = await topic_admin.partitions(bootstrap)
    absent = [name for name in names if name not in counts]
    if absent:
        raise click.ClickException(
            f"the broker has no topic {', '.join(absent)}; `learnflow topics create` makes LearnFlow's topics"
        )
    return [TopicPartition(name, number) for name in names for number in range(counts[name])]


@asynccontextmanager
async def reachable(bootstrap: list[str]) -> AsyncIterator[None]:
    """Say in one line that no broker answers, where aiokafka logs and raises what it tried."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        yield
    except KafkaConnectionError:
        raise click.ClickException(f"no broker answers at {', '.join(bootstrap)}") from None


def student_event(student_id: str, payload: Payload) -> Event[Payload]:
    """Return an event of now. Raises ValidationError when there cannot be such a student."""
    return event_with(payload, uuid4(), datetime.now(UTC), student_id=student_id, trace_id=uuid4())


async def send_student_events(bootstrap: list[str], events: Sequence[Event[Payload]]) -> None:
    """Send events to student-events; returns when the broker has them all."""
    if not events:
        return
    await partitions_of(bootstrap, [STUDENT_EVENTS.name])
    status = console(stderr=True).status(f"Sending {len(events):,} events")
    async with producer(bootstrap) as sender:
        with status:
            for start in range(0, len(events), IN_FLIGHT):
                batch = events[start : start + IN_FLIGHT]
                waiting = [await sender.send(STUDENT_EVENTS.name, each.encode(), key=each.key) for each in batch]
                await asyncio.gather(*waiting)
                if sys.stderr.isatty():
                    status.update(f"Sent {start + len(batch):,} of {len(events):,} events")
