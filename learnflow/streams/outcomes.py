"""Which queries have their outcome on agent-responses, for those who must not give a second one.

A worker remembers what it sent itself. What another sent before it took over, and what came a moment ago, is read here.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError
from mode.utils.logging import get_logger

from learnflow.backoff import until_possible
from learnflow.models.envelope import Event
from learnflow.models.events import EVENT_TYPES, query_id_of
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.streams.topic_reader import partition_of, passes, reader_of
from learnflow.topics import AGENT_RESPONSES

OUTCOMES: Final = (ResponseCompleted, ResponseFailed)
READ_MS: Final = 10_000  # for some messages
CLOCKS_SECONDS: Final = 60.0  # that the clocks of two producers may differ
KEPT_SECONDS: Final = 3_600.0
_OUTCOME_TYPES: Final = frozenset(EVENT_TYPES[payload] for payload in OUTCOMES)
_log = get_logger(__name__)


@dataclass(slots=True)
class _Read:
    """What was read of a partition: from a time on and up to before an offset, at a time of `time.time`.

    Of each outcome only a hash is kept, 60 bytes, for an hour.
    """

    since: float
    end: int
    began: float = field(default_factory=time.time)
    at: float = 0.0
    outcomes: set[int] = field(default_factory=set)


class Outcomes:
    """Looks up outcomes. It connects when the first one is asked for, and waits while the brokers are away."""

    def __init__(self, bootstrap: list[str], fetch_wait_ms: int) -> None:
        self._bootstrap = bootstrap
        self._fetch_wait_ms = fetch_wait_ms
        self._reader: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()
        self._read: dict[TopicPartition, _Read] = {}

    async def has(self, event: Event[Any], since: float, until: float) -> bool:
        """Say whether the query that an event is about has its outcome.

        That is one which came after `since` and before `until`, at least (seconds, as in `time.time`).
        """
        place = TopicPartition(AGENT_RESPONSES.name, partition_of(event.key or b"", AGENT_RESPONSES.partitions))
        wanted = _hash(event.student_id, query_id_of(event), event.attempt)
        read = await until_possible(lambda: self._covering(place, since, until), passes, _note)
        return wanted in read.outcomes

    async def close(self) -> None:
        """Disconnect."""
        if self._reader is not None:
            await self._reader.stop()

    async def _covering(self, place: TopicPartition, since: float, until: float) -> _Read:
        async with self._lock:
            if self._reader is None:
                self._reader = await reader_of(AGENT_RESPONSES, self._bootstrap, self._fetch_wait_ms)
            read = self._read.get(place)
            if read is None or since < read.since or time.time() - read.began > KEPT_SECONDS:
                # Whoever sends a question can give it any time: what looks back once more looks back to the beginning.
                since = 0.0 if read is not None and since < read.since else since
                start = await _offset_at(self._reader, place, since - CLOCKS_SECONDS)
                read = self._read[place] = _Read(since, start)
            if read.at < until:
                await _read_on(self._reader, place, read)
            return read


async def _offset_at(reader: AIOKafkaConsumer, place: TopicPartition, at: float) -> int:
    """Return the offset of the first message after a time; the beginning where the broker cannot tell."""
    try:
        first = (await reader.offsets_for_times({place: max(int(at * 1000), 0)})).get(place)
    except KafkaError as error:
        if passes(error):
            raise
        return int((await reader.beginning_offsets([place]))[place])
    return int(first.offset if first else (await reader.end_offsets([place]))[place])


async def _read_on(reader: AIOKafkaConsumer, place: TopicPartition, read: _Read) -> None:
    """Read from where reading stopped up to what is the end now."""
    now = time.time()
    end = (await reader.end_offsets([place]))[place]
    reader.assign([place])
    reader.seek(place, read.end)
    while read.end < end:
        records = (await reader.getmany(place, timeout_ms=READ_MS)).get(place, ())
        if not records and await reader.position(place) <= read.end:
            raise KafkaTimeoutError(f"no answer about {place.topic} {place.partition}:{read.end}")
        for record in records:
            if outcome := _outcome(record.value):
                read.outcomes.add(outcome)
        read.end = await reader.position(place)
    read.at = now


def _outcome(value: bytes | None) -> int | None:
    """Return the hash of the outcome that a message is, without checking it, which would take ten times as long."""
    try:
        message = orjson.loads(value or b"")
        if message["event_type"] not in _OUTCOME_TYPES:
            return None
        attempt = (message.get("metadata") or {}).get("attempt", 0)
        return _hash(message["student_id"], UUID(message["payload"]["query_id"]), attempt)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None  # its reader makes a dead letter of it


def _hash(student_id: str | None, query_id: UUID | None, attempt: int) -> int:
    return hash((student_id, query_id, attempt))


def _note(error: Exception) -> None:
    _log.warning("An answer waits, it cannot be read whether there is one already: %s", error)
