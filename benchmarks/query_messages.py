"""Realistic messages for benchmarks: what the topics carry while many students ask at once."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, cast
from uuid import UUID

from learnflow import topics
from learnflow.models.envelope import Event, derived_id, version_metadata
from learnflow.models.events import EVENT_TYPES, EVENTS
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.events.queries import QuerySubmitted, submitted_query
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.fields import Model
from learnflow.models.learner_model import LearnerState
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Intent, QueryStatus, ResponseType
from learnflow.sink.messages import SinkMessage
from learnflow.topics import Topic

START: Final = datetime(2026, 1, 2, 14, tzinfo=UTC)
BETWEEN_QUERIES: Final = 0.01  # seconds
STEP: Final = 0.2  # seconds a step takes, in the mean: 60 queries under way
QUESTIONS: Final = (
    ("Why does my code throw IndexError when I loop over the list?", Intent.DEBUG, ResponseType.DEBUG_SOLUTION),
    ("Explain recursion to me with an example, please.", Intent.CONCEPTS, ResponseType.EXPLANATION),
    ("Can you review my function? I think it is too long.", Intent.CODE_REVIEW, ResponseType.CODE_REVIEW),
    ("Give me an exercise about dictionaries, not too hard.", Intent.EXERCISE, ResponseType.EXERCISE),
    ("How far am I, and what should I learn next?", Intent.PROGRESS, ResponseType.PROGRESS_REPORT),
)
CODE: Final = """def total(numbers):
    result = 0
    for i in range(len(numbers) + 1):
        result += numbers[i]
    return result
"""
ANSWER: Final = (
    "The list has as many elements as its length says, and they are counted from 0. Your loop goes one step further "
    "than the last of them, and there is nothing to be had there, which is what the error says. Loop over the "
    "elements themselves, and there is no index that could be wrong. "
)


def messages(queries: int, students: int, seed: int = 1) -> list[SinkMessage]:
    """Return the messages of so many queries of so many students, in the order in which they are sent."""
    chance = random.Random(seed)  # noqa: S311 - the same messages each time
    asked: dict[str, int] = {}
    timed: list[tuple[float, SinkMessage]] = []
    for number in range(queries):
        student = f"student-{chance.randrange(students)}"
        asked[student] = asked.get(student, 0) + 1
        at = number * BETWEEN_QUERIES
        for offset, message in enumerate(_lifecycle(chance, student, asked[student], START + timedelta(seconds=at))):
            timed.append((at, message._replace(offset=number * 4 + offset)))
            at += chance.expovariate(1 / STEP)
    return [message for _, message in sorted(timed, key=lambda item: item[0])]


def _lifecycle(chance: random.Random, student: str, nth: int, at: datetime) -> Iterator[SinkMessage]:
    text, intent, kind = chance.choice(QUESTIONS)
    with_code = intent in (Intent.DEBUG, Intent.CODE_REVIEW)
    trace_id = UUID(int=chance.getrandbits(128), version=4)
    submitted = QuerySubmitted(
        query_text=text + " I have tried for a while now." * chance.randrange(4),
        query_type="code" if with_code else "text",
        code_snippet=CODE if with_code else None,
        language="python" if with_code else None,
        context={"skill_level": "beginner", "topics_covered": ["variables", "loops"]},
    )
    event = _event(submitted, student, UUID(int=chance.getrandbits(128), version=4), trace_id, at, 0)
    yield _message(topics.STUDENT_QUERIES, event)
    query = _routed(submitted_query(cast("Event[QuerySubmitted]", event)), intent)
    steps: tuple[tuple[Topic, Model], ...] = (
        (topics.TRIAGE_ROUTING, _decision(query)),
        (topics.AGENT_RESPONSES, _response(query, kind, chance)),
        (topics.STUDENT_PROGRESS, _progress(query, nth)),
    )
    for sequence, (topic, payload) in enumerate(steps, start=1):
        message_id = derived_id(student, query.query_id, topic.name)
        later = at + timedelta(milliseconds=200 * sequence)
        yield _message(topic, _event(payload, student, message_id, trace_id, later, sequence))


def _routed(query: StudentQuery, intent: Intent) -> StudentQuery:
    return query.model_copy(
        update={
            "detected_intent": intent,
            "routed_to_agent": intent.specialist,
            "status": QueryStatus.PROCESSING,
            "triage_confidence": 0.9,
            "topic": "lists",
            "question_key": "index-out-of-range",
        }
    )


def _decision(query: StudentQuery) -> RoutingDecision:
    return RoutingDecision.model_validate({
        "query_id": query.query_id,
        "target_agent": query.routed_to_agent,
        "confidence": 0.9,
        "reasoning": "The words of the question and the code that comes with it",
        "intent": query.detected_intent,
        "topic": query.topic,
        "question_key": query.question_key,
        "query": query,
    })


def _response(query: StudentQuery, kind: ResponseType, chance: random.Random) -> ResponseCompleted:
    return ResponseCompleted.model_validate({
        "query_id": query.query_id,
        "agent_name": query.routed_to_agent,
        "response_text": ANSWER * chance.randrange(2, 6),
        "processing_time_ms": chance.randrange(20, 5_000),
        "confidence": 0.93,
        "response_id": derived_id(query.student_id, query.query_id, "response"),
        "response_type": kind,
        "code_examples": ("for number in numbers:\n    result += number", "total = sum(numbers)"),
        "metadata": {"error_type": "IndexError", "suggested_topic": "lists"},
        "claude_model": "offline",
        "query": query,
    })


def _progress(query: StudentQuery, nth: int) -> ProgressUpdated:
    progress = LearningProgress(
        student_id=query.student_id,
        python_mastery_levels={"lists": 0.4, "loops": 0.7},
        topics_covered=("lists", "loops", "variables"),
        learning_velocity=2.5,
        total_queries=nth,
        queries_by_type={Intent.DEBUG: nth},
        last_activity=query.timestamp,
        created_at=START,
        updated_at=query.timestamp,
    )
    applied = tuple(str(derived_id(query.student_id, query.query_id, str(n)))[:8] for n in range(min(nth, 50)))
    return ProgressUpdated(version=nth, progress=progress, state=LearnerState(applied=applied))


def _event(  # noqa: PLR0913, PLR0917 - the fields of an envelope
    payload: Model, student: str, message_id: UUID, trace_id: UUID, at: datetime, sequence: int
) -> Event[Model]:
    return EVENTS[EVENT_TYPES[type(payload)]](
        message_id=message_id,
        timestamp=at,
        student_id=student,
        trace_id=trace_id,
        event_type=EVENT_TYPES[type(payload)],
        metadata=version_metadata(sequence=sequence or None),
        payload=payload,
    )


def _message(topic: Topic, event: Event[Model]) -> SinkMessage:
    return SinkMessage(topic.name, 0, 0, event.key, event.encode())
