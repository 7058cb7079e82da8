"""What becomes of a question on its way through the real agents, in one process, and what must hold of it."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
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
from learnflow.cli.evaluate.questions import Expected, Question
from learnflow.domain.conversation import Conversation
from learnflow.domain.question import distress
from learnflow.domain.question.exercise_wish import EXERCISE_ID
from learnflow.domain.student_exercises import Exercises
from learnflow.models.draft import OFFLINE_MODEL, Draft
from learnflow.models.envelope import Event
from learnflow.models.events import event_with
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.routing import AgentRequest, RoutingDecision, Turn
from learnflow.models.exercise import Assigned
from learnflow.models.fields import Model
from learnflow.models.student import Profile
from learnflow.models.vocabulary import Language, Specialist
from learnflow.sandbox import Sandbox
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery, Handler
from learnflow.topics import REQUESTS
from learnflow.tutor.checked import check_examples
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.solution_guard import SolutionGuard

FEWEST_WORDS: Final = 20
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
    """Triage, router and specialists, which hand one another what they would send: no Kafka, tables or database."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._triage = TriageAgent(context)
        self._specialists: Mapping[str, Handler] = {
            REQUESTS[specialist].name: agent(context) for specialist, agent in SPECIALISTS.items()
        }

    async def ask(self, question: Question) -> Outcome:
        """Return what becomes of a question. What an agent raises is a fault of ours and passes."""
        started = perf_counter()
        (routing,) = await self._triage(Delivery(_submitted(question), 0, 0))
        decision: RoutingDecision = routing.event.payload
        asked = self._request(routing.event, decision, question)
        response = await self._answered(asked)
        return Outcome(decision, asked.event.payload, response, max(round((perf_counter() - started) * 1000), 1))

    def _request(self, routing: Event[Any], decision: RoutingDecision, question: Question) -> Outgoing:
        if decision.query is None:
            raise AssertionError("triage always sends the query")
        student = _student(question)
        named = student.exercises.kept[0] if question.submits and student.exercises.kept else None
        low = decision.confidence < self._context.settings.triage.minimum_confidence
        return request(routing, decision.query, student, self._context, named=named, low_confidence=low)

    async def _answered(self, asked: Outgoing) -> ResponseCompleted | ResponseFailed:
        waiting = deque([asked])
        for _ in range(_MOST_STEPS):
            message = waiting.popleft()
            sent = await self._specialists[message.topic.name](Delivery(message.event, 0, 0))
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
    return event_with(payload, identity, NOON, student_id=STUDENT, trace_id=identity)


def _student(question: Question) -> Student:
    turns = tuple(
        Turn(query_id=uuid5(NAMESPACE_OID, f"{question.id}/{number}"), at=NOON, **dict(turn))
        for number, turn in enumerate(question.turns)
    )
    exercise = BANK.get(question.exercise) if question.exercise else None
    kept = (Assigned(exercise=exercise, assigned_at=NOON),) if exercise else ()
    profile = Profile(skill_level=question.skill_level)
    return Student(profile, conversation=Conversation(turns=turns), exercises=Exercises(kept=kept))


class Check(Model):
    """One thing that must hold, whether it does, and what was found instead."""

    name: str
    passed: bool
    found: str = ""


async def check(question: Question, outcome: Outcome, sandbox: Sandbox) -> tuple[Check, ...]:
    """Return all checks of a question. A question without an answer fails the first, and has no others."""
    answer = outcome.response
    if not isinstance(answer, ResponseCompleted):
        return (Check(name="answered", passed=False, found=answer.reason),)
    leak = await _leaks(outcome, answer, sandbox)
    examples = await asyncio.to_thread(_dropped, question, answer)
    words = len(answer.response_text.split())
    return (
        Check(name="answered", passed=True),
        *_as_expected(question.expect, outcome, answer),
        Check(name="substantive", passed=words >= FEWEST_WORDS, found=f"{words} words"),
        Check(name="examples parse", passed=not examples, found=f"{examples} do not" if examples else ""),
        Check(name="no solution given away", passed=not leak),
        Check(name="honest about its tutor", passed=_honest(answer)),
    )


def _as_expected(expected: Expected, outcome: Outcome, answer: ResponseCompleted) -> Iterator[Check]:
    decision, metadata = outcome.decision, answer.metadata or {}
    compared = {
        "intent": (expected.intent, decision.intent),
        "topic": (expected.topic, decision.topic),
        "error type": (expected.error_type, metadata.get("error_type")),
    }
    for name, (wanted, actual) in compared.items():
        if wanted is not None:
            same = str(actual) == wanted
            yield Check(name=name, passed=same, found="" if same else f"{actual}, not {wanted}")
    if expected.asks_back is not None:
        asks = metadata.get("asks_back") is True
        yield Check(name="asks back", passed=asks is expected.asks_back, found="it does" if asks else "it does not")
    noticed = metadata.get(distress.METADATA_FIELD) is True
    if expected.distress or noticed:
        yield Check(name="distress", passed=noticed is expected.distress)
    text = "\n".join((answer.response_text, *answer.code_examples)).lower()
    for mention in expected.mentions:
        yield Check(name=f"mentions {mention}", passed=any(word.lower() in text for word in mention.split("|")))


def _draft(answer: ResponseCompleted) -> Draft:
    return Draft(
        text=answer.response_text,
        code_examples=answer.code_examples,
        confidence=answer.confidence,
        topic="general",
        model=answer.claude_model or OFFLINE_MODEL,
    )


def _dropped(question: Question, answer: ResponseCompleted) -> int:
    """Return how many examples no compiler would read."""
    counts = check_examples(_draft(answer), question.language or Language.PYTHON).metadata.get("code_examples", {})
    return int(counts.get("dropped", 0))


async def _leaks(outcome: Outcome, answer: ResponseCompleted, sandbox: Sandbox) -> bool:
    """Say whether an answer's code passes the tests of an open exercise."""
    draft = _draft(answer)
    return await SolutionGuard(sandbox).guarded(draft, outcome.request) is not draft


def _honest(answer: ResponseCompleted) -> bool:
    """An answer that no model wrote says so and has no tokens; the exercise agent's are facts, whoever tells them."""
    if answer.claude_model != OFFLINE_MODEL:
        return bool(answer.claude_model) and answer.token_count is not None
    no_claim = answer.agent_name is Specialist.EXERCISE or (answer.metadata or {}).get(distress.METADATA_FIELD) is True
    return answer.token_count is None and (no_claim or OFFLINE_MODEL in answer.response_text)
