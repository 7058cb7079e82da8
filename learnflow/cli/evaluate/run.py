"""The way of a question through the real agents, in one process: no Kafka, no tables, no database."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from learnflow.agents.context import Context
from learnflow.agents.router import request
from learnflow.agents.student_store import Student
from learnflow.agents.triage import TriageAgent
from learnflow.agents.wiring import SPECIALISTS
from learnflow.cli.evaluate.questions import Question
from learnflow.domain.conversation import Conversation
from learnflow.domain.question.exercise_wish import EXERCISE_ID
from learnflow.domain.student_exercises import Exercises
from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.routing import AgentRequest, RoutingDecision, Turn
from learnflow.models.exercise import Assigned
from learnflow.models.student import Profile
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery, Handler
from learnflow.topics import REQUESTS
from learnflow.tutor.exercises.bank import BANK

# One time and one student for all runs, so that the same questions are the same requests, and a recording fits.
NOON: Final = datetime(2026, 1, 2, 12, tzinfo=UTC)
STUDENT: Final = "evaluation"
_MOST_STEPS: Final = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question: how it was routed, what its agent was given, the response, and the time it took."""

    decision: RoutingDecision
    request: AgentRequest
    response: ResponseCompleted | ResponseFailed
    milliseconds: int


class Pipeline:
    """Triage, router and specialists, which hand one another what they would send each other."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._triage = TriageAgent(context)
        self._specialists: Mapping[str, Handler] = {
            REQUESTS[specialist].name: agent(context) for specialist, agent in SPECIALISTS.items()
        }

    async def ask(self, question: Question) -> Outcome:
        """Return what becomes of a question. What an agent raises is a fault of ours and passes."""
        started = perf_counter()
        (routing,) = await self._triage(_delivery(_submitted(question)))
        decision: RoutingDecision = routing.event.payload
        asked = self._request(routing.event, decision, question)
        response = await self._answered(asked)
        return Outcome(decision, asked.event.payload, response, max(round((perf_counter() - started) * 1000), 1))

    def _request(self, routing: Event[Any], decision: RoutingDecision, question: Question) -> Outgoing:
        if decision.query is None:
            raise AssertionError("triage always sends the query")
        student = _student(question)
        return request(
            routing,
            decision.query,
            student,
            self._context,
            named=student.exercises.kept[0] if question.submits and student.exercises.kept else None,
            low_confidence=decision.confidence < self._context.settings.triage.minimum_confidence,
        )

    async def _answered(self, asked: Outgoing) -> ResponseCompleted | ResponseFailed:
        waiting = deque([asked])
        for _ in range(_MOST_STEPS):
            message = waiting.popleft()
            sent = await self._specialists[message.topic.name](_delivery(message.event))
            for outgoing in sent:
                if isinstance(outgoing.event.payload, (ResponseCompleted, ResponseFailed)):
                    return outgoing.event.payload
            waiting.extend(outgoing for outgoing in sent if outgoing.topic.name in self._specialists)
        raise AssertionError("the agents hand a question on and on")


def _submitted(question: Question) -> Event[Any]:
    identity = uuid5(NAMESPACE_OID, question.id)
    payload = QuerySubmitted(
        query_id=identity,
        query_text=question.query_text,
        query_type="code" if question.code_snippet else "text",
        code_snippet=question.code_snippet,
        language=question.language,
        context={EXERCISE_ID: str(question.exercise)} if question.submits else None,
    )
    return Event[Any](
        message_id=identity,
        timestamp=NOON,
        student_id=STUDENT,
        trace_id=identity,
        event_type=EVENT_TYPES[QuerySubmitted],
        payload=payload,
        metadata=version_metadata(),
    )


def _student(question: Question) -> Student:
    turns = tuple(
        Turn(query_id=uuid5(NAMESPACE_OID, f"{question.id}/{number}"), at=NOON, **dict(turn))
        for number, turn in enumerate(question.turns)
    )
    exercise = BANK.get(question.exercise) if question.exercise else None
    kept = (Assigned(exercise=exercise, assigned_at=NOON),) if exercise else ()
    profile = Profile(skill_level=question.skill_level)
    return Student(profile, conversation=Conversation(turns=turns), exercises=Exercises(kept=kept))


def _delivery(event: Event[Any]) -> Delivery:
    return Delivery(event, 0, 0)
