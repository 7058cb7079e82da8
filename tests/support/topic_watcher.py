"""What a running system does, seen from outside: its topics, and how far its groups are."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast
from uuid import uuid4

import confluent_kafka
from confluent_kafka import TopicPartition

from learnflow.sink.messages import STORED
from learnflow.topics import AGENT_LOGS, BY_NAME, REQUESTS, TOPICS, Topic
from tests.support.database_rows import Database
from tests.support.running_system import FETCH_WAIT_MS, until

WAIT_SECONDS: Final = 120.0
_SPECIALISTS: Final = {topic.name: f"learnflow-{agent}" for agent, topic in REQUESTS.items()}
_STORED: Final = {topic.name for topic in STORED}


@dataclass(frozen=True, slots=True)
class TopicMessage:
    """A message on a topic. `event` is empty where the value is no JSON object."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]
    event: dict[str, Any]

    @property
    def payload(self) -> dict[str, Any]:
        """The event's payload, empty where it is none."""
        payload = self.event.get("payload")
        return payload if isinstance(payload, dict) else {}

    def header(self, name: str) -> str:
        """A header of a dead letter, by its short name."""
        return self.headers[f"learnflow-{name}"].decode()


@dataclass(slots=True)
class TopicWatcher:
    """Reads every topic from now on, in a thread of its own."""

    address: str
    database: Database
    _messages: dict[str, list[TopicMessage]] = field(default_factory=dict)
    _next: dict[tuple[str, int], int] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _stop: threading.Event = field(default_factory=threading.Event)

    def on(self, topic: str, student: str | None = None) -> list[TopicMessage]:
        """Return what has been on a topic so far, of one student where one is named."""
        with self._changed:
            messages = list(self._messages.get(topic, ()))
        return [message for message in messages if student is None or message.key == student.encode()]

    def wait(self, topic: str, matches: Callable[[TopicMessage], object], *, count: int = 1) -> list[TopicMessage]:
        """Return the messages that are wanted, once there are so many of them."""
        messages: list[TopicMessage] = []

        def enough() -> bool:
            messages[:] = [message for message in self._messages.get(topic, ()) if matches(message)]
            return len(messages) >= count

        with self._changed:
            assert self._changed.wait_for(enough, WAIT_SECONDS), f"{topic}: {len(messages)} of {count} messages came"
        return messages

    def answers(self, query_id: str) -> list[TopicMessage]:
        """Return the outcomes of a query so far."""
        return [message for message in self.on("agent-responses") if message.payload.get("query_id") == query_id]

    def answer(self, query_id: str) -> TopicMessage:
        """Return the first outcome of a query, once it is there."""
        return self.wait("agent-responses", lambda message: message.payload.get("query_id") == query_id)[0]

    def answered(self, query_id: str) -> TopicMessage:
        """Return the completed response to a query, once it is there."""
        outcome = self.answer(query_id)
        assert outcome.event["event_type"] == "agent.response.completed", outcome.event
        return outcome

    def failure(self, query_id: str) -> TopicMessage:
        """Return the failed response to a query, once it is there."""
        outcome = self.answer(query_id)
        assert outcome.event["event_type"] == "agent.response.failed", outcome.event
        return outcome

    def letters(self, topic: str, student: str | None = None) -> list[TopicMessage]:
        """Return the dead letters so far that came from a topic."""
        return [message for message in self.on("dead-letters", student) if message.header("topic") == topic]

    def processed(self, *messages: TopicMessage) -> None:
        """Return when all who read these messages are done with them, and what they sent has been seen here."""
        by_group: dict[str, dict[tuple[str, int], int]] = {}
        for message in messages:
            for group in readers(BY_NAME[message.topic]):
                places = by_group.setdefault(group, {})
                place = (message.topic, message.partition)
                places[place] = max(places.get(place, 0), message.offset + 1)
        for group, places in by_group.items():
            self._committed(group, places)
        self.catch_up()

    def _committed(self, group: str, places: dict[tuple[str, int], int]) -> None:
        consumer = confluent_kafka.Consumer({"bootstrap.servers": self.address, "group.id": group, "log_level": 0})
        partitions = [TopicPartition(*place) for place in places]

        def done() -> bool:
            committed = consumer.committed(partitions, timeout=20)
            return all(each.offset >= places[each.topic, each.partition] for each in committed)

        try:
            assert until(done, WAIT_SECONDS), f"{group} is not done with {places}"
        finally:
            consumer.close()

    def catch_up(self) -> None:
        """Return when all that is on the topics now has been seen here."""
        consumer = confluent_kafka.Consumer({"bootstrap.servers": self.address, "group.id": uuid4().hex})
        try:
            places = [place for place in self._next if place[0] != AGENT_LOGS.name]
            ends = {place: consumer.get_watermark_offsets(TopicPartition(*place), timeout=20)[1] for place in places}
        finally:
            consumer.close()
        with self._changed:
            there = self._changed.wait_for(lambda: all(self._next[p] >= ends[p] for p in places), WAIT_SECONDS)
        assert there, "the topics could not be read to their ends"

    def _read(self, consumer: confluent_kafka.Consumer) -> None:
        while not self._stop.is_set():
            batch = [message for message in consumer.consume(1_000, 0.05) if not message.error()]
            if batch:
                with self._changed:
                    for message in map(_topic_message, batch):
                        self._messages.setdefault(message.topic, []).append(message)
                        self._next[message.topic, message.partition] = message.offset + 1
                    self._changed.notify_all()


@contextmanager
def watching(address: str, database_url: str, topics: Iterable[Topic] = TOPICS) -> Iterator[TopicWatcher]:
    """Yield a watch of topics."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": address,
        "group.id": uuid4().hex,
        "enable.auto.commit": False,
        "log_level": 0,
        "fetch.wait.max.ms": FETCH_WAIT_MS,
        "fetch.message.max.bytes": 4_000_000,
    })
    watch = TopicWatcher(address, Database(database_url))
    places = [(topic.name, number) for topic in topics for number in range(topic.partitions)]
    for place in places:
        watch._next[place] = consumer.get_watermark_offsets(TopicPartition(*place), timeout=20)[1]  # noqa: SLF001
    consumer.assign([TopicPartition(*place, watch._next[place]) for place in places])  # noqa: SLF001
    thread = threading.Thread(target=watch._read, args=[consumer], daemon=True)  # noqa: SLF001
    thread.start()
    try:
        yield watch
    finally:
        watch._stop.set()  # noqa: SLF001
        thread.join()
        consumer.close()
        watch.database.close()


def readers(topic: Topic) -> Sequence[str]:
    """Return the groups of ours that read a topic."""
    specialist = _SPECIALISTS.get(topic.name)
    core = topic.name in ("student-queries", "triage-routing", "agent-responses", "student-events")
    return [
        *(["learnflow-core"] if core else []),
        *([specialist] if specialist else []),
        *(["learnflow-sink"] if topic.name in _STORED else []),
    ]


def _topic_message(message: confluent_kafka.Message) -> TopicMessage:
    value = message.value()
    headers = cast("dict[str, bytes]", dict(message.headers() or ()))
    place = (message.topic() or "", message.partition() or 0, message.offset() or 0)
    return TopicMessage(*place, message.key(), value, headers, json_object(value))


def json_object(value: bytes | None) -> dict[str, Any]:
    try:
        parsed = json.loads(value or b"")
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def is_verified(seen: TopicMessage, exercise_id: str) -> bool:
    """Say whether a message tells that an exercise holds."""
    is_event = seen.event.get("event_type") == "exercise.verified"
    return is_event and seen.payload["exercise"]["exercise_id"] == exercise_id
