"""A message that could not be processed: its bytes as they came, and headers that say why and where from.

Which attempt at its work a message is follows from here: a later one is proven by a dead letter, never by the message.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError
from mode.utils.logging import get_logger

from learnflow.backoff import until_possible
from learnflow.streams.codec import LONGEST_REASON
from learnflow.streams.topic_reader import passes, reader_of
from learnflow.topics import DEAD_LETTERS

Headers = tuple[tuple[str, bytes | None], ...]  # Kafka allows a header without a value

REASON: Final = "learnflow-reason"
TOPIC: Final = "learnflow-topic"
PARTITION: Final = "learnflow-partition"
OFFSET: Final = "learnflow-offset"
AGENT: Final = "learnflow-agent"
ATTEMPT: Final = "learnflow-attempt"
AT: Final = "learnflow-at"
NULL_VALUE: Final = "learnflow-null-value"
TRACE: Final = "learnflow-trace"
REDRIVE: Final = "learnflow-redrive"  # on a message that was sent again: the partition:offset of its dead letter

READ_MS: Final = 10_000  # for one dead letter
_log = get_logger(__name__)

HEADERS: Final[Mapping[str, str]] = MappingProxyType({
    REASON: "Why it could not be processed, with the field where there is one",
    TOPIC: "The topic that it came from",
    PARTITION: "The partition that it came from",
    OFFSET: "Its offset there",
    AGENT: "Who refused it",
    ATTEMPT: "How often it had been redriven before, 0 for the first time",
    AT: "When it was refused, ISO 8601",
    TRACE: "The trace_id of the message, where it could be read",
    NULL_VALUE: "1 when the message had no value; the dead letter's is empty then",
})
REQUIRED: Final = (REASON, TOPIC, PARTITION, OFFSET, AGENT, ATTEMPT, AT)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What could not be processed. `key`, `value` and `headers` are those of the original message."""

    reason: str
    topic: str
    partition: int
    offset: int
    agent: str
    at: datetime
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    attempt: int = 0
    trace_id: str | None = None

    def to_headers(self) -> Headers:
        """Return the dead letter's headers: the original's as they were, then ours."""
        ours = {
            REASON: self.reason[:LONGEST_REASON],
            TOPIC: self.topic,
            PARTITION: str(self.partition),
            OFFSET: str(self.offset),
            AGENT: self.agent,
            ATTEMPT: str(self.attempt),
            AT: self.at.astimezone(UTC).isoformat(),
            **({} if self.trace_id is None else {TRACE: self.trace_id}),
            **({NULL_VALUE: "1"} if self.value is None else {}),
        }
        return (*self.headers, *((name, text.encode("utf-8", "replace")) for name, text in ours.items()))

    def to_value(self) -> bytes:
        """Return the dead letter's value: the original bytes."""
        return self.value or b""

    @classmethod
    def from_record(cls, record: Any) -> Self | None:  # noqa: ANN401 - aiokafka's
        """Return the dead letter in a record of the topic, or None where it is none of LearnFlow's."""
        try:
            return cls.from_headers(record.key, record.value, record.headers)
        except ValueError:
            return None

    @classmethod
    def from_headers(cls, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> Self:
        """Read a dead letter. Raises ValueError when a header is missing or wrong: it is not one of ours."""
        # The original may have headers by our names, its sender's own; the last ones are this letter's.
        ours = {name: (content or b"").decode("utf-8", "replace") for name, content in headers if name in HEADERS}
        missing = [name for name in REQUIRED if name not in ours]
        if missing:
            raise ValueError(f"is no dead letter of LearnFlow: has no {', '.join(missing)}")
        try:
            partition, offset, attempt = (int(ours[name]) for name in (PARTITION, OFFSET, ATTEMPT))
            at = datetime.fromisoformat(ours[AT])
        except ValueError as error:
            raise ValueError(f"is no dead letter of LearnFlow: {error}") from None
        return cls(
            reason=ours[REASON],
            topic=ours[TOPIC],
            partition=partition,
            offset=offset,
            agent=ours[AGENT],
            at=at,
            key=key,
            value=None if NULL_VALUE in ours and not value else value or b"",
            headers=tuple((name, content) for name, content in headers if name not in HEADERS),
            attempt=attempt,
            trace_id=ours.get(TRACE),
        )

    def redriven_headers(self, partition: int, offset: int) -> Headers:
        """Return the headers with which the original goes back to its topic: its own, and where this letter stands."""
        own = tuple(header for header in self.headers if header[0] != REDRIVE)
        return (*own, (REDRIVE, f"{partition}:{offset}".encode()))

    def holds(self, message: Any) -> bool:  # noqa: ANN401 - Faust's message
        """Say whether this is the dead letter of such a message: of its topic, key and value."""
        return (self.topic, self.key, self.value or b"") == (message.topic, message.key, message.value or b"")


def redriven_from(headers: Headers) -> tuple[int, int] | None:
    """Return the place of the dead letter that a message says to come from; None where it names none."""
    last = next((content for name, content in reversed(headers) if name == REDRIVE), None) or b""
    place = re.fullmatch(rb"(\d{1,9}):(\d{1,18})", last)
    return None if place is None else (int(place[1]), int(place[2]))


def headers_of(message: Any) -> Headers:  # noqa: ANN401 - Faust's message
    """Return a message's headers as Kafka had them."""
    return tuple(message.headers or ())


async def letter_at(reader: AIOKafkaConsumer, partition: int, offset: int) -> DeadLetter | None:
    """Return the dead letter at a place, or None where there is none of LearnFlow's. KafkaError where none can say."""
    place = TopicPartition(DEAD_LETTERS.name, partition)
    if place not in reader.assignment():
        return None
    begin = (await reader.beginning_offsets([place]))[place]
    if not begin <= offset < (await reader.end_offsets([place]))[place]:
        return None
    reader.seek(place, offset)
    for record in (await reader.getmany(place, timeout_ms=READ_MS, max_records=1)).get(place, ()):
        return DeadLetter.from_record(record) if record.offset == offset else None
    raise KafkaTimeoutError(f"no answer about {place.topic} {partition}:{offset}")


class Redrives:
    """Looks up the dead letters that messages say to come from. It connects when the first one says so."""

    def __init__(self, bootstrap: list[str], fetch_wait_ms: int) -> None:
        self._bootstrap = bootstrap
        self._fetch_wait_ms = fetch_wait_ms
        self._reader: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()

    async def attempt(self, message: Any) -> int:  # noqa: ANN401 - Faust's message
        """Return how often a message was redriven: 0 unless a dead letter holds this very message.

        Waits while the brokers are away: without them, nothing could be sent either. What they refuse to show proves
        nothing.
        """
        place = redriven_from(headers_of(message))
        if place is None:
            return 0
        try:
            letter = await until_possible(lambda: self._letter(*place), passes, _note)
        except KafkaError as error:
            _log.warning("A message counts as its first attempt, its dead letter cannot be read: %r", error)
            return 0
        return letter.attempt + 1 if letter is not None and letter.holds(message) else 0

    async def close(self) -> None:
        """Disconnect."""
        if self._reader is not None:
            await self._reader.stop()

    async def _letter(self, partition: int, offset: int) -> DeadLetter | None:
        async with self._lock:
            self._reader = self._reader or await reader_of(DEAD_LETTERS, self._bootstrap, self._fetch_wait_ms)
            return await letter_at(self._reader, partition, offset)


def _note(error: Exception) -> None:
    _log.warning("A redriven message waits, its dead letter cannot be read: %s", error)
