"""What the topics hold: each student's messages, what was refused of them, and what agents told of themselves."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from learnflow.cli import kafka_clients
from learnflow.models.envelope import Event
from learnflow.models.events.logs import Heartbeat
from learnflow.models.vocabulary import Agent
from learnflow.sink.connection_writer import TAKEN
from learnflow.sink.messages import SinkMessage
from learnflow.streams.codec import Refusal, decode
from learnflow.streams.dead_letters import DeadLetter
from learnflow.topics import AGENT_LOGS, AGENT_RESPONSE_PROGRESS, BY_NAME, DEAD_LETTERS, TOPICS

POLL_MS: Final = 500
QUIET_POLLS: Final = 4  # without a message, after which nothing more comes: a transaction's end has an offset as well


class Place(NamedTuple):
    """Where a message stands."""

    topic: str
    partition: int
    offset: int


class Message(NamedTuple):
    """A message about a student, as it came and as an event."""

    raw: SinkMessage
    event: Event[Any]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(*self.raw[:3])


AUDITED: Final = tuple(topic for topic in TOPICS if topic is not AGENT_RESPONSE_PROGRESS)  # it counts nothing


@dataclass(slots=True)
class TopicHistory:
    """These topics, as far as they have been read. `whole` says that nothing of them has been deleted yet."""

    reader: AIOKafkaConsumer
    whole: bool = True
    of: defaultdict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    letters: defaultdict[Place, list[DeadLetter]] = field(default_factory=lambda: defaultdict(list))
    heartbeats: dict[tuple[Agent, str], Event[Heartbeat]] = field(default_factory=dict)
    unread: dict[Place, str] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def open(cls, bootstrap: list[str]) -> AsyncIterator[Self]:
        """Yield the history, of which nothing is read yet."""
        partitions = await kafka_clients.partitions_of(bootstrap, [topic.name for topic in AUDITED])
        async with kafka_clients.consumer(bootstrap, partitions) as reader:
            starts = await reader.beginning_offsets(partitions)
            # A compacted topic begins where it always did, and need not hold what was replaced.
            history = cls(reader, whole=not any(starts[each] for each in partitions if not _compacted(each)))
            for partition, start in starts.items():
                reader.seek(partition, start)
            yield history

    async def catch_up(self) -> set[str]:
        """Read up to the present end, and return the students whose messages were read."""
        heard: set[str] = set()
        ends = await self.reader.end_offsets(self.reader.assignment())
        quiet = 0
        while quiet < QUIET_POLLS and await self._behind(ends):
            batches = await self.reader.getmany(timeout_ms=POLL_MS)
            quiet = 0 if batches else quiet + 1
            for records in batches.values():
                heard.update(filter(None, map(self._take, records)))
        return heard

    def accepted(self, message: Message) -> bool:
        """Whether a message counts: LearnFlow's own unless the sink refused it, of others unless anybody did."""
        external = message.raw.external
        letters = (letter for letter in self.letters.get(message.place, ()) if letter.reason != TAKEN)
        return not any(external or letter.agent == Agent.SINK for letter in letters)

    def without_email(self, message: Message) -> bool:
        """Whether all of a profile counts but its e-mail, which is another student's."""
        return any(letter.reason == TAKEN for letter in self.letters.get(message.place, ()))

    async def _behind(self, ends: dict[TopicPartition, int]) -> bool:
        for partition, end in ends.items():
            if await self.reader.position(partition) < end:
                return True
        return False

    def _take(self, record: kafka_clients.Record) -> str | None:
        place = Place(record.topic, record.partition, record.offset)
        if record.topic == DEAD_LETTERS.name:
            letter = DeadLetter.from_record(record)
            if letter is not None:
                self.letters[Place(letter.topic, letter.partition, letter.offset)].append(letter)
            return None if letter is None or letter.key is None else letter.key.decode("utf-8", "replace")
        try:
            event = decode(BY_NAME[record.topic], record.key, record.value)
        except Refusal as refusal:
            self.unread[place] = refusal.reason
            return None
        if record.topic == AGENT_LOGS.name:
            if isinstance(event.payload, Heartbeat):
                self._beat(event)
            return None
        student_id = event.student_id or ""
        self.of[student_id].append(Message(SinkMessage(*place, record.key, record.value), event))
        return student_id

    def _beat(self, event: Event[Heartbeat]) -> None:
        instance = (event.payload.agent_name, event.payload.instance)
        if instance not in self.heartbeats or self.heartbeats[instance].timestamp <= event.timestamp:
            self.heartbeats[instance] = event


def _compacted(partition: TopicPartition) -> bool:
    return BY_NAME[partition.topic].compacted
