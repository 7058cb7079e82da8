"""Reads dead letters from their topic, and sends their originals back to where they came from."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass

import click
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import MessageSizeTooLargeError

from learnflow.cli import kafka_clients
from learnflow.cli.kafka_clients import Record
from learnflow.streams.dead_letters import DeadLetter
from learnflow.topics import DEAD_LETTERS


@dataclass(frozen=True, slots=True)
class StoredDeadLetter:
    """A dead letter and where it stands on its topic."""

    partition: int
    offset: int
    letter: DeadLetter

    @property
    def id(self) -> str:
        """The dead letter's id on the command line."""
        return f"{self.partition}:{self.offset}"

    def comes_from(self, topic: str | None) -> bool:
        """Whether the original was on a topic; None stands for any."""
        return topic is None or self.letter.topic == topic


async def read_all(bootstrap: list[str]) -> list[StoredDeadLetter]:
    """Return the dead letters there are now, oldest first; what is none of LearnFlow's is left out."""
    partitions = await kafka_clients.partitions_of(bootstrap, [DEAD_LETTERS.name])
    async with kafka_clients.consumer(bootstrap, partitions) as reader:
        ends = await reader.end_offsets(partitions)
        await reader.seek_to_beginning()
        records: list[Record] = []
        while [each for each in partitions if await reader.position(each) < ends[each]]:
            for batch in (await reader.getmany(timeout_ms=200)).values():
                records.extend(batch)
    return sorted(filter(None, map(_stored_dead_letter, records)), key=lambda each: each.letter.at)


async def read(bootstrap: list[str], places: Iterable[tuple[int, int]]) -> list[StoredDeadLetter]:
    """Return the dead letters at (partition, offset). Raises ClickException where there is none."""
    partitions = await kafka_clients.partitions_of(bootstrap, [DEAD_LETTERS.name])
    async with kafka_clients.consumer(bootstrap, partitions) as reader:
        return [await _read_at(reader, *place) for place in places]


async def _read_at(reader: AIOKafkaConsumer, number: int, offset: int) -> StoredDeadLetter:
    partition = TopicPartition(DEAD_LETTERS.name, number)
    if partition in reader.assignment():
        end = (await reader.end_offsets([partition]))[partition]
        begin = (await reader.beginning_offsets([partition]))[partition]
        if begin <= offset < end:
            reader.seek(partition, offset)
            stored = _stored_dead_letter(await reader.getone(partition))
            if stored is not None and stored.offset == offset:
                return stored
    raise click.ClickException(f"there is no dead letter {number}:{offset}")


async def send_again(
    bootstrap: list[str], letters: Sequence[StoredDeadLetter]
) -> tuple[list[StoredDeadLetter], list[StoredDeadLetter]]:
    """Send the originals to the topics that they came from.

    Return those that the brokers have, and those that are too large for their topics.
    """
    await kafka_clients.partitions_of(bootstrap, {each.letter.topic for each in letters})
    async with kafka_clients.producer(bootstrap) as sender:
        ends = [await _send(sender, each.letter) for each in letters]
        refused = [isinstance(end, MessageSizeTooLargeError) for end in await _ended(ends)]
    return (
        [each for each, no in zip(letters, refused, strict=True) if not no],
        [each for each, no in zip(letters, refused, strict=True) if no],
    )


async def _send(sender: AIOKafkaProducer, letter: DeadLetter) -> Awaitable[object]:
    """Send one, and return what ends when the broker has it, or refuses it."""
    headers = list(letter.redriven_headers())
    # aiokafka refuses a message of neither key nor value; for the codec an empty one is as wrong.
    value = b"" if letter.value is None and letter.key is None else letter.value
    try:
        acknowledged: Awaitable[object] = await sender.send(letter.topic, value, key=letter.key, headers=headers)
    except MessageSizeTooLargeError as error:
        return _failed(error)
    return acknowledged


async def _failed(error: MessageSizeTooLargeError) -> None:
    raise error


async def _ended(ends: Iterable[Awaitable[object]]) -> list[object]:
    """Wait for all. Raises what is not about the size of a message."""
    outcomes = await asyncio.gather(*ends, return_exceptions=True)
    for each in outcomes:
        if isinstance(each, BaseException) and not isinstance(each, MessageSizeTooLargeError):
            raise each
    return outcomes


def _stored_dead_letter(record: Record) -> StoredDeadLetter | None:
    try:
        letter = DeadLetter.from_headers(record.key, record.value, record.headers)
    except ValueError:
        return None
    return StoredDeadLetter(record.partition, record.offset, letter)
