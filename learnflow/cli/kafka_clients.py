"""A consumer without a group and a producer, for commands that look and send, and then end."""

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final, Protocol

import click
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError

from learnflow.streams import topic_admin
from learnflow.topics import LARGEST_DEAD_LETTER

FETCH_WAIT_MS: Final = 20  # the embedded broker does not wake a fetch that waits
REQUEST_MS: Final = 20_000


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
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=LARGEST_DEAD_LETTER,
        request_timeout_ms=REQUEST_MS,
    )
    try:
        async with reachable(bootstrap):
            await reader.start()
        reader.assign(list(partitions))
        await reader.seek_to_end()
        for partition in reader.assignment():
            await reader.position(partition)
        yield reader
    finally:
        await reader.stop()


@asynccontextmanager
async def producer(bootstrap: list[str]) -> AsyncIterator[AIOKafkaProducer]:
    """Yield a producer: murmur2 partitions, and every send acknowledged by all replicas in sync."""
    # Not enable_idempotence: aiokafka's kind of it is refused by the embedded broker, and repeats change nothing.
    sender = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        linger_ms=5,
        max_request_size=LARGEST_DEAD_LETTER,
        request_timeout_ms=REQUEST_MS,
    )
    try:
        async with reachable(bootstrap):
            await sender.start()
        yield sender
    finally:
        await sender.stop()


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
