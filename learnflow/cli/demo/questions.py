"""The questions of the demo: what must become of each, and how they are sent and followed."""

import asyncio
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.resources import files
from itertools import chain
from time import perf_counter
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from learnflow import topics
from learnflow.cli import kafka_clients

PAUSE: Final = 0.15  # seconds between two questions: a lively class
PATIENCE: Final = 60.0  # seconds for all outcomes, after the last question
POLL_MS: Final = 200
LEARNED: Final = (topics.STUDENT_STRUGGLE.name, topics.MASTERY_LEVEL_UPDATED.name)


class Expected(StrEnum):
    """What must become of a question."""

    ANSWERED = "answered"
    FAILED = "failed"
    DEAD_LETTER = "dead-letter"


@dataclass(frozen=True, slots=True)
class Question:
    """A message to send as it is, and whose it is. `query_id` is None where nobody could read one.

    A submission has the `verdict` that it must get.
    """

    student: str
    title: str
    value: bytes
    query_id: UUID | None
    expected: Expected
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class DemoQuestions:
    """What is known of students beforehand, as (student, message), and then their questions and submissions."""

    student_events: tuple[tuple[str, bytes], ...]
    questions: tuple[Question, ...]


def read_questions(*, graded: bool = True) -> DemoQuestions:
    """Return the demo's questions, with fresh ids. Where code cannot be run, nothing is `graded`: submissions fail."""
    text = files("learnflow.cli.demo").joinpath("questions.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    questions = tuple(map(_question, content["questions"]))
    assigned, submitted = zip(*(_submission(entry, graded=graded) for entry in content["submissions"]), strict=True)
    half = len(questions) // 2
    return DemoQuestions(
        (*map(_profile, content["students"]), *assigned), (*questions[:half], *submitted, *questions[half:])
    )


def _profile(entry: Mapping[str, Any]) -> tuple[str, bytes]:
    payload = {key: value for key, value in entry.items() if key != "student_id"}
    return entry["student_id"], _envelope(uuid4(), entry["student_id"], "student.profile.updated", payload)


def _question(entry: Mapping[str, Any]) -> Question:
    expected = Expected(entry.get("outcome", "answered"))
    if "raw" in entry:
        return Question(entry["student"], entry["raw"], entry["raw"].encode(), None, expected)
    query_id = uuid4()
    payload = {
        "query_text": entry["text"],
        "query_type": "code" if "code" in entry else "text",
        "code_snippet": entry.get("code", "").strip("\n") or None,
        **{name: entry[name] for name in ("language", "context") if name in entry},
    }
    value = _envelope(query_id, entry["student"], "student.query.submitted", payload)
    return Question(entry["student"], entry["text"], value, query_id, expected)


def _submission(entry: Mapping[str, Any], *, graded: bool) -> tuple[tuple[str, bytes], Question]:
    """Return the assignment of an exercise, and the question that brings the student's code for it."""
    student, exercise_id = entry["student"], uuid4()
    exercise = {"exercise_id": exercise_id, "created_at": datetime.now(UTC), **entry["exercise"]}
    assigned = _envelope(uuid4(), student, "exercise.assigned", {"exercise": exercise})
    question = _question({
        "student": student,
        "text": f'Here is my code for "{exercise["title"]}"',
        "code": entry.get("code", exercise["solution_code"]),
        "language": exercise["language"],
        "context": {"exercise_id": exercise_id},
        "outcome": "answered" if graded else "failed",
    })
    return (student, assigned), replace(question, verdict=entry["verdict"] if graded else None)


def _envelope(message_id: UUID, student: str, event_type: str, payload: Mapping[str, Any]) -> bytes:
    """What any Kafka client sends: the plain envelope, of which LearnFlow has no part in the making here."""
    return orjson.dumps({
        "schema_version": "1.0",
        "message_id": message_id,
        "timestamp": datetime.now(UTC),
        "student_id": student,
        "trace_id": uuid4(),
        "event_type": event_type,
        "payload": payload,
    })


@dataclass(slots=True)
class Outcome:
    """What became of a question: its response, its dead letter's reason, or nothing yet."""

    question: Question
    sent: float
    response: dict[str, Any] | None = None
    dead_letter: str | None = None
    seconds: float = 0.0

    @property
    def became(self) -> Expected | None:
        """What became of it; None for nothing yet."""
        if self.response is not None:
            completed = self.response["event_type"] == "agent.response.completed"
            return Expected.ANSWERED if completed else Expected.FAILED
        return None if self.dead_letter is None else Expected.DEAD_LETTER

    @property
    def settled(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.response is not None or (self.dead_letter is not None and self.question.query_id is None)


@dataclass(slots=True)
class DemoRun:
    """One run of the demo: every question with its outcome so far."""

    questions: DemoQuestions
    show: Callable[[Outcome], None]
    show_learned: Callable[[dict[str, Any]], None]
    learned: dict[str, dict[str, Any]] = field(default_factory=dict)  # by message id: struggles and levels
    outcomes: list[Outcome] = field(default_factory=list)
    first_answer: float | None = None  # perf_counter

    async def run(self, bootstrap: list[str]) -> None:
        """Send everything, and wait for what becomes of it."""
        names = (topics.AGENT_RESPONSES.name, topics.DEAD_LETTERS.name, *LEARNED)
        partitions = await kafka_clients.partitions_of(bootstrap, names)
        async with kafka_clients.consumer(bootstrap, partitions) as reader, kafka_clients.producer(bootstrap) as sender:
            following = asyncio.create_task(self._follow(reader))
            await self._send(sender)
            await asyncio.wait([following], timeout=PATIENCE)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _send(self, producer: AIOKafkaProducer) -> None:
        for student, event in self.questions.student_events:
            await producer.send_and_wait(topics.STUDENT_EVENTS.name, event, key=student.encode())
        await asyncio.sleep(1.0)  # who has left is known before they ask
        for question in self.questions.questions:
            self.outcomes.append(Outcome(question, perf_counter()))
            await producer.send_and_wait(topics.STUDENT_QUERIES.name, question.value, key=question.student.encode())
            await asyncio.sleep(PAUSE)

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        while len(self.outcomes) < len(self.questions.questions) or not all(o.settled for o in self.outcomes):
            batches = await consumer.getmany(timeout_ms=POLL_MS)
            for record in chain.from_iterable(batches.values()):
                self._notice(record)

    def _notice(self, record: kafka_clients.Record) -> None:
        if record.topic == topics.DEAD_LETTERS.name:
            self._dead_letter(record)
            return
        message = orjson.loads(record.value or b"")
        if record.topic in LEARNED:
            self.learned[message["message_id"]] = message
            self.show_learned(message)
            return
        query_id = UUID(message["payload"]["query_id"])
        outcome = next((o for o in self.outcomes if o.question.query_id == query_id), None)
        if outcome is None or outcome.response is not None or message["event_type"] == "agent.response.late":
            return
        outcome.response = message
        outcome.seconds = perf_counter() - outcome.sent
        if outcome.became is Expected.ANSWERED and self.first_answer is None:
            self.first_answer = perf_counter()
        self.show(outcome)

    def _dead_letter(self, record: kafka_clients.Record) -> None:
        outcome = next((o for o in self.outcomes if o.question.value == record.value and o.dead_letter is None), None)
        if outcome is None:
            return
        outcome.dead_letter = (dict(record.headers).get("learnflow-reason") or b"").decode()
        if outcome.question.query_id is None:
            outcome.seconds = perf_counter() - outcome.sent
            self.show(outcome)
