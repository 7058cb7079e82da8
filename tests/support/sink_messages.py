"""Messages for the sink's tests: every event of a query's way, as it comes from Kafka."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from learnflow import topics
from learnflow.models.draft import Draft, Usage
from learnflow.models.envelope import Event, derived_id, version_metadata
from learnflow.models.events import EVENT_TYPES, EVENTS
from learnflow.models.events.learning import ProgressUpdated, StruggleDetected
from learnflow.models.events.queries import QuerySubmitted, submitted_query
from learnflow.models.events.responses import Failure, ResponseCompleted, ResponseFailed
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, CollaborationRequested, RoutingDecision
from learnflow.models.exercise import Exercise
from learnflow.models.fields import Model
from learnflow.models.learner_model import LearnerState
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.sink.messages import SinkMessage
from learnflow.topics import Topic

AT: Final = datetime(2026, 1, 2, 14, 23, 45, tzinfo=UTC)
EXERCISE: Final = UUID("750e8400-e29b-41d4-a716-446655440002")
_offsets = count()


def uid(number: int) -> UUID:
    """Return an id that is easy to read."""
    return UUID(int=number)


def message(topic: Topic, payload: Model, student: str, name: str, **envelope: Any) -> SinkMessage:
    """Wrap a payload; the same name gives the same message id."""
    event = EVENTS[EVENT_TYPES[type(payload)]](
        message_id=envelope.get("message_id") or derived_id(student, uid(0), name),
        timestamp=envelope.get("at", AT),
        student_id=student,
        trace_id=uid(7),
        event_type=EVENT_TYPES[type(payload)],
        metadata=version_metadata(sequence=envelope.get("sequence"), attempt=envelope.get("attempt", 0)),
        payload=payload,
    )
    return SinkMessage(topic.name, 0, next(_offsets), event.key, event.encode())


def usage(agent: Agent, calls: int = 1, price: float = 0.0105, model: str = "claude-sonnet-5-5") -> Usage:
    """What calls of one agent cost."""
    return Usage(
        agent=agent, model=model, calls=calls, input_tokens=1_000 * calls, output_tokens=500 * calls,
        cache_read_tokens=400 * calls, price_usd=price,
    )  # fmt: skip


class Way:
    """The messages of one query, each on its own."""

    def __init__(self, number: int, student: str = "ann", agent: Specialist = Specialist.DEBUG) -> None:
        self.query_id = uid(number)
        self.student = student
        self.agent = agent
        self.number = number
        self._asked = QuerySubmitted(
            query_id=self.query_id,
            query_text=f"Why does my code throw IndexError? ({number})",
            query_type="code",
            code_snippet="arr = [1]\nprint(arr[5])",
            language="python",
            context={"skill_level": "beginner"},
        )

    @property
    def query(self) -> StudentQuery:
        """The query as it is carried once triage has decided."""
        event = Event[QuerySubmitted].model_validate_json(self.submitted().value or b"")
        routed = {"detected_intent": "debug", "routed_to_agent": self.agent, "triage_confidence": 0.95}
        more = {"status": "processing", "topic": "lists", "question_key": "index-error"}
        return StudentQuery.model_validate(submitted_query(event).model_dump() | routed | more)

    def submitted(self) -> SinkMessage:
        return self._message(topics.STUDENT_QUERIES, self._asked, "submitted", 0)

    def routing(self, *paid: Usage, sequence: int = 1) -> SinkMessage:
        decision = RoutingDecision(
            query_id=self.query_id, target_agent=self.agent, confidence=0.95, reasoning="words", query=self.query,
            usage=paid,
        )  # fmt: skip
        return self._message(topics.TRIAGE_ROUTING, decision, "routing", sequence)

    def request(self) -> SinkMessage:
        return self._message(topics.REQUESTS[self.agent], AgentRequest(query=self.query), "request", 2)

    def handed_over(self, to: Specialist) -> SinkMessage:
        request = AgentRequest(query=self.query, handed_over_from=self.agent, reason="it is an exercise")
        return self._message(topics.REQUESTS[to], request, "handover", 2)

    def collaboration(self) -> tuple[SinkMessage, SinkMessage]:
        draft = Draft(text="There is no index 5.", confidence=0.9, topic="lists", model="offline")
        common = {"request": AgentRequest(query=self.query), "source_agent": self.agent, "concept": "lists"}
        asked = CollaborationRequested(**common, draft=draft, spent_ms=5)
        answered = CollaborationAnswered(**common, draft=draft, explanation=draft, spent_ms=9)
        return (
            self._message(topics.CONCEPTS_REQUESTS, asked, "asked", 2),
            self._message(topics.REQUESTS[self.agent], answered, "answered", 3),
        )

    def completed(
        self, agent: Specialist | None = None, attempt: int = 0, text: str = "Lists begin at 0, always.",
        paid: tuple[Usage, ...] = (),
    ) -> SinkMessage:  # fmt: skip
        response = ResponseCompleted(
            query_id=self.query_id,
            agent_name=agent or self.agent,
            response_text=text,
            processing_time_ms=12,
            confidence=0.98,
            response_id=derived_id(self.student, self.query_id, f"response {text}", attempt),
            response_type="debug_solution",
            code_examples=('print("a\\b", {1})', "", "x = 1"),
            metadata={"error_type": "IndexError"},
            claude_model="offline",
            query=self.query,
            usage=paid,
        )
        return self._message(topics.AGENT_RESPONSES, response, f"completed {text}", 4, attempt)

    def failed(
        self, reason: str = "Nobody answered in time.", query: bool = True, attempt: int = 0,  # noqa: FBT001, FBT002
        paid: tuple[Usage, ...] = (),
    ) -> SinkMessage:  # fmt: skip
        payload = ResponseFailed(
            query_id=self.query_id,
            agent_name=Agent.ROUTER,
            failure=Failure.OVERDUE,
            reason=reason,
            query=self.query if query else None,
            usage=paid,
        )
        return self._message(topics.AGENT_RESPONSES, payload, f"failed {reason}", 4, attempt)

    def whole(self) -> list[SinkMessage]:
        """A question that debug answers with the help of concepts, in order."""
        return [self.submitted(), self.routing(), self.request(), *self.collaboration(), self.completed()]

    def _message(self, topic: Topic, payload: Model, name: str, sequence: int, attempt: int = 0) -> SinkMessage:
        return message(
            topic, payload, self.student, f"{self.number} {name} {attempt}",
            sequence=sequence or None, attempt=attempt, at=AT + timedelta(seconds=self.number),
        )  # fmt: skip


def progress(student: str, version: int) -> SinkMessage:
    """The newest progress of a student, whose count is its version."""
    stands = LearningProgress(
        student_id=student,
        python_mastery_levels={"loops": 0.9, "recursion": 0.25},
        topics_mastered=("loops",),
        topics_covered=("loops", "recursion"),
        strengths=("loops",),
        learning_velocity=12.5,
        total_queries=version,
        queries_by_type={"debug": version},
        last_activity=AT,
        created_at=AT,
        updated_at=AT,
    )
    payload = ProgressUpdated(version=version, progress=stands, state=LearnerState(applied=(f"query-{version}",)))
    return message(topics.STUDENT_PROGRESS, payload, student, f"progress {version}")


def struggle(recommendation: str, queries: int = 4) -> SinkMessage:
    """A struggle with recursion, and what is recommended."""
    payload = StruggleDetected(
        topic="recursion",
        struggle_level="high",
        query_count=queries,
        time_window_minutes=15,
        recommendation=recommendation,
        evidence=(uid(1), uid(2)),
    )
    return message(topics.STUDENT_STRUGGLE, payload, "ann", "struggle")


def student_event(payload: Model, student: str, name: str, seconds: int = 0) -> SinkMessage:
    """Say something of a student."""
    return message(topics.STUDENT_EVENTS, payload, student, name, at=AT + timedelta(seconds=seconds))


def exercise() -> Exercise:
    """The data model's exercise."""
    return Exercise.model_validate({
        "exercise_id": EXERCISE,
        "topic": "loops",
        "difficulty": "beginner",
        "problem_text": "Write a function that prints numbers from 1 to N using a for loop.",
        "solution_code": "def print_numbers(n):\n    for i in range(1, n + 1):\n        print(i)",
        "test_cases": [{"input": n, "output": "1"} for n in (1, 2, 3)],
        "hints": ["Use a for loop with range()"],
        "created_at": AT,
        "language": "python",
        "tags": ["loops"],
    })
