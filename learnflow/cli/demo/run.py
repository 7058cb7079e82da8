"""Sends the demo's questions to a running system, and follows what becomes of each question."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from learnflow.cli import kafka_clients
from learnflow.cli.demo.questions import DemoQuestions, Question
from learnflow.topics import AGENT_RESPONSES, DEAD_LETTERS, STUDENT_EVENTS, STUDENT_QUERIES

PAUSE: Final = 0.15  # seconds between two questions: a lively class
PATIENCE: Final = 60.0  # seconds for all outcomes, after the last question
POLL_MS: Final = 200


@dataclass(slots=True)
class Outcome:
    """What became of a question: its response, its dead letter's reason, or nothing yet."""

    question: Question
    sent: float
    response: dict[str, Any] | None = None
    dead_letter: str | None = None
    seconds: float = 0.0

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return self.response is not None and self.response["event_type"] == "agent.response.completed"

    @property
    def failed(self) -> bool:
        """Whether there is a failed response."""
        return self.response is not None and not self.answered

    @property
    def settled(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.response is not None or (self.dead_letter is not None and self.question.query_id is None)


Show = Callable[[Outcome], None]


@dataclass(slots=True)
class DemoRun:
    """One run of the demo: every question with its outcome so far."""

    questions: DemoQuestions
    show: Show
    show_learned: Mapping[str, Callable[[dict[str, Any]], None]]
    learned: dict[str, dict[str, Any]] = field(default_factory=dict)  # by message id: struggles and levels
    outcomes: list[Outcome] = field(default_factory=list)
    first_answer: float | None = None  # perf_counter

    async def run(self, bootstrap: list[str]) -> None:
        """Send everything, and wait for what becomes of it."""
        names = (AGENT_RESPONSES.name, DEAD_LETTERS.name, *self.show_learned)
        partitions = await kafka_clients.partitions_of(bootstrap, names)
        async with (
            kafka_clients.consumer(bootstrap, partitions) as consumer,
            kafka_clients.producer(bootstrap) as producer,
        ):
            following = asyncio.create_task(self._follow(consumer))
            await self._send(producer)
            await asyncio.wait([following], timeout=PATIENCE)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _send(self, producer: AIOKafkaProducer) -> None:
        for student, event in self.questions.student_events:
            await producer.send_and_wait(STUDENT_EVENTS.name, event, key=student.encode())
        await asyncio.sleep(1.0)  # who has left is known before they ask
        for question in self.questions.questions:
            self.outcomes.append(Outcome(question, perf_counter()))
            await producer.send_and_wait(STUDENT_QUERIES.name, question.value, key=question.student.encode())
            await asyncio.sleep(PAUSE)

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        while len(self.outcomes) < len(self.questions.questions) or not all(o.settled for o in self.outcomes):
            batch: dict[TopicPartition, list[Any]] = await consumer.getmany(timeout_ms=POLL_MS)
            for records in batch.values():
                for record in records:
                    self._notice(record)

    def _notice(self, record: kafka_clients.Record) -> None:
        if record.topic == DEAD_LETTERS.name:
            self._dead_letter(record)
            return
        message = orjson.loads(record.value or b"")
        if record.topic in self.show_learned:
            self.learned[message["message_id"]] = message
            self.show_learned[record.topic](message)
            return
        outcome = self._by_id(UUID(message["payload"]["query_id"]))
        if outcome is None or outcome.response is not None:
            return
        outcome.response = message
        outcome.seconds = perf_counter() - outcome.sent
        if outcome.answered and self.first_answer is None:
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

    def _by_id(self, query_id: UUID) -> Outcome | None:
        return next((o for o in self.outcomes if o.question.query_id == query_id), None)
