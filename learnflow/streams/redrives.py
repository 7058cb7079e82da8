"""Which attempt at its work a message is: a later one is proven by a dead letter, never by the message itself."""

import asyncio
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from mode.utils.logging import get_logger

from learnflow.backoff import until_possible
from learnflow.streams.dead_letters import DeadLetter, headers_of, redriven_from
from learnflow.topics import DEAD_LETTERS, LARGEST_DEAD_LETTER

READ_MS: Final = 10_000  # for one dead letter; where none comes, there is none
_log = get_logger(__name__)


async def letter_at(reader: AIOKafkaConsumer, partition: int, offset: int) -> DeadLetter | None:
    """Return the dead letter at a place, or None where there is none, or what stands there is none of LearnFlow's."""
    place = TopicPartition(DEAD_LETTERS.name, partition)
    if place not in reader.assignment():
        return None
    begin = (await reader.beginning_offsets([place]))[place]
    if not begin <= offset < (await reader.end_offsets([place]))[place]:
        return None
    reader.seek(place, offset)
    records = (await reader.getmany(place, timeout_ms=READ_MS, max_records=1)).get(place, ())
    for record in records:
        if record.offset == offset:
            return DeadLetter.from_record(record)
    return None


class Redrives:
    """Looks up the dead letters that messages say to come from. It connects when the first one says so."""

    def __init__(self, bootstrap: list[str], fetch_wait_ms: int) -> None:
        self._bootstrap = bootstrap
        self._fetch_wait_ms = fetch_wait_ms
        self._reader: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()

    async def attempt(self, message: Any) -> int:  # noqa: ANN401 - Faust's message
        """Return how often a message was redriven: 0 unless a dead letter holds this very message.

        Waits while the brokers are away: without them, nothing could be sent either.
        """
        place = redriven_from(headers_of(message))
        if place is None:
            return 0
        letter = await until_possible(lambda: self._letter(*place), _passes, _note)
        return letter.attempt + 1 if letter is not None and letter.holds(message) else 0

    async def close(self) -> None:
        """Disconnect."""
        if self._reader is not None:
            await self._reader.stop()

    async def _letter(self, partition: int, offset: int) -> DeadLetter | None:
        async with self._lock:
            self._reader = self._reader or await self._connected()
            return await letter_at(self._reader, partition, offset)

    async def _connected(self) -> AIOKafkaConsumer:
        reader = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            fetch_max_wait_ms=self._fetch_wait_ms,
            max_partition_fetch_bytes=LARGEST_DEAD_LETTER,
        )
        try:
            await reader.start()
            reader.assign([TopicPartition(DEAD_LETTERS.name, number) for number in range(DEAD_LETTERS.partitions)])
        except BaseException:
            await reader.stop()
            raise
        return reader


def _passes(error: Exception) -> bool:
    return isinstance(error, KafkaError | OSError)


def _note(error: Exception) -> None:
    _log.warning("A redriven message waits, its dead letter cannot be read: %s", error)
