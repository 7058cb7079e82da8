"""What all specialists do with a request: its question is parsed once, whoever answers it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from learnflow.agents.context import Context
from learnflow.agents.messages import completed, failed
from learnflow.agents.wiring import SPECIALISTS
from learnflow.domain.mastery.model import shipped
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.snippet import Snippet, split_prose_and_code
from learnflow.models.draft import Draft
from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events import taken_up_again
from learnflow.models.events.responses import Failure, ResponseCompleted
from learnflow.models.events.routing import AgentRequest
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.streams.codec import Clock
from learnflow.streams.message_processor import Delivery
from learnflow.tutor.checked import CheckedTutor
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.proof import Prover
from tests.support.offline_requests import request, turn

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
COMPLETED: Final = "agent.response.completed"
RISKY = "def f(a=[]):\n    return a"


def delivery(asked: AgentRequest, agent: Specialist) -> Delivery:
    query = asked.query.model_copy(update={"routed_to_agent": agent, "triage_confidence": 1.0})
    event = Event[AgentRequest](
        message_id=uuid4(), timestamp=NOON, student_id="student-123", trace_id=uuid4(),
        event_type="agent.request.created", payload=asked.model_copy(update={"query": query, "alone": True}),
        metadata=version_metadata(sequence=1),
    )  # fmt: skip
    return Delivery(event=event, partition=0, offset=0)


async def sent_at(*times: datetime, due: datetime | None, attempt: int = 0) -> list[Event[Any]]:
    """Return what the exercise agent sends to a request: it reads the clock for the first time, and when it is done."""
    clock = Clock(iter((*times[:-1], *[times[-1]] * 9)).__next__, timedelta(minutes=5))
    asked = delivery(request("Give me an exercise on loops").model_copy(update={"due": due}), Specialist.EXERCISE)
    event = taken_up_again(asked.event, attempt) if attempt else asked.event
    async with Sandbox(SandboxSettings()) as sandbox:
        context = Context(Settings(), OfflineTutor(), sandbox, shipped(), clock, "worker-1")
        sent = await SPECIALISTS[Specialist.EXERCISE](context)(Delivery(event, 0, 0))
    return [message.event for message in sent]


@pytest.mark.parametrize("done", [NOON, NOON + timedelta(seconds=5)])
async def test_what_comes_when_the_time_is_over_is_no_answer_and_gives_no_exercise(done: datetime) -> None:
    begun = NOON - timedelta(seconds=1) if done > NOON else NOON
    (late,) = await sent_at(begun, done, due=NOON)
    assert late.event_type == "agent.response.late"
    assert not late.payload.query.status.final


async def test_an_answer_in_time_and_a_redriven_one_are_sent() -> None:
    in_time = NOON + timedelta(seconds=1)
    assert [each.event_type for each in await sent_at(NOON, due=in_time)] == ["exercise.verified", COMPLETED]
    assert [each.event_type for each in await sent_at(NOON, due=NOON, attempt=1)] == ["exercise.verified", COMPLETED]


async def answers(asked: AgentRequest, agent: Specialist) -> list[Event[Any]]:
    """Return what an agent sends, as it is while nobody has to be asked."""
    clock = Clock(lambda: NOON, timedelta(minutes=5))
    async with Sandbox(SandboxSettings()) as sandbox:
        context = Context(Settings(), OfflineTutor(), sandbox, shipped(), clock, "worker-1")
        return [message.event for message in await SPECIALISTS[agent](context)(delivery(asked, agent))]


def after_a_key_error(text: str) -> AgentRequest:
    before = turn("Why?", "The key is missing.", Specialist.DEBUG, "dictionaries")
    program = "ages = {'ann': 3}\nprint(ages['bob'])"
    turns = [{**before, "code": program, "language": "python", "at": "2026-01-02T14:00:00Z"}]
    return request(text, topic="general", low_confidence=True, turns=turns)


async def test_it_still_fails_is_answered_with_the_last_program() -> None:
    asked = after_a_key_error("it still fails")
    request_again = asked.model_copy(update={"alone": False, "low_confidence": True})
    clock = Clock(lambda: NOON, timedelta(minutes=5))
    async with Sandbox(SandboxSettings()) as sandbox:
        context = Context(Settings(), OfflineTutor(), sandbox, shipped(), clock, "worker-1")
        event = delivery(request_again, Specialist.CONCEPTS).event
        whole = event.model_copy(update={"payload": event.payload.model_copy(update={"alone": False})})
        (handed,) = await SPECIALISTS[Specialist.CONCEPTS](context)(Delivery(whole, 0, 0))
    assert handed.event.payload.query.routed_to_agent is Specialist.DEBUG
    assert handed.event.payload.query.code_snippet is None  # what the student sent stays as it was
    (answered,) = await answers(handed.event.payload, Specialist.DEBUG)
    assert "KeyError" in answered.payload.response_text
    assert "as you sent it before" in answered.payload.response_text
    assert answered.payload.query.code_snippet is None


async def test_and_why_stays_with_the_topic_of_the_answer() -> None:
    (answered,) = await answers(after_a_key_error("and why?"), Specialist.CONCEPTS)
    assert answered.payload.metadata["topic"] == "dictionaries"


def test_both_outcomes_of_a_question_have_one_id() -> None:
    event, draft = (
        delivery(request("Explain loops"), Specialist.CONCEPTS).event,
        Draft(text="A loop repeats.", topic="loops", confidence=1.0, model="offline"),
    )
    answer = completed(event, event.payload.query, Specialist.CONCEPTS, draft, 1, NOON)
    failure = failed(event, event.payload.query, Agent.ROUTER, Failure.OVERDUE, "Too late.", NOON)
    assert answer.event.message_id == failure.event.message_id


@pytest.mark.parametrize(
    ("agent", "text", "code"),
    [
        (Specialist.CONCEPTS, "Explain recursion", None),
        (Specialist.CONCEPTS, "What is the difference between a list and a tuple?", None),
        (Specialist.DEBUG, "Why does this raise an IndexError?", "print([1][3])"),
        (Specialist.DEBUG, "It gives the wrong result", RISKY),
        (Specialist.CODE_REVIEW, "Please review this", RISKY),
        (Specialist.EXERCISE, "Give me an exercise on loops", None),
        (Specialist.PROGRESS, "How am I doing? I finished loops, what is next?", None),
    ],
)
async def test_a_question_is_parsed_once(
    agent: Specialist, text: str, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def counted(query: StudentQuery) -> Snippet:
        parsed.append(query.query_text)
        return split_prose_and_code(query)

    monkeypatch.setattr("learnflow.domain.question.parsed_question.split_prose_and_code", counted)
    clock = Clock(lambda: NOON, timedelta(minutes=5))
    async with Sandbox(SandboxSettings()) as sandbox:
        tutor = CheckedTutor(OfflineTutor(), sandbox, Prover(sandbox))
        context = Context(Settings(), tutor, sandbox, shipped(), clock, "worker-1")
        sent = await SPECIALISTS[agent](context)(delivery(request(text, code), agent))
    assert any(isinstance(message.event.payload, ResponseCompleted) for message in sent)
    assert parsed == [text]


class SlowTutor(OfflineTutor):
    """A tutor that takes 4.823 s for an answer, of a time that only it moves."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 100.0

    def clock(self) -> float:
        return self.seconds

    async def progress(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        self.seconds += 4.823
        return await super().progress(request, question)


async def test_the_processing_time_is_what_the_tutor_took(monkeypatch: pytest.MonkeyPatch) -> None:
    tutor = SlowTutor()
    monkeypatch.setattr("learnflow.agents.specialist_request.perf_counter", tutor.clock)
    async with Sandbox(SandboxSettings()) as sandbox:
        context = Context(Settings(), tutor, sandbox, shipped(), Clock(lambda: NOON, timedelta(minutes=5)), "worker-1")
        sent = await SPECIALISTS[Specialist.PROGRESS](context)(
            delivery(request("How am I doing?"), Specialist.PROGRESS)
        )
    [answer] = [each.event.payload for each in sent if isinstance(each.event.payload, ResponseCompleted)]
    assert answer.processing_time_ms == 4823
