"""How far answers are is told now and then; a student stops their own, and what was spent on it is counted."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn
from uuid import UUID, uuid4

import pytest

from learnflow.agents.answers_under_way import AnswersUnderWay, Stopped
from learnflow.agents.concepts import ConceptsAgent
from learnflow.agents.context import Context
from learnflow.agents.debug import DebugAgent
from learnflow.agents.triage import TriageAgent
from learnflow.domain.mastery.model import shipped
from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft, Usage
from learnflow.models.envelope import Event
from learnflow.models.events import event_with, query_id_of
from learnflow.models.events.queries import QueryCancelled
from learnflow.models.events.responses import Failure
from learnflow.models.events.routing import AgentRequest, RoutingDecision
from learnflow.models.examples import EXAMPLES
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, Stage
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.streams.codec import Clock
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery
from learnflow.tutor.answer_progress import enter, spend
from learnflow.tutor.offline import OfflineTutor

NOON: Final = datetime(2026, 1, 14, 12, tzinfo=UTC)
REQUEST: Final[Event[Any]] = EXAMPLES["agent.request.created"]
QUERY: Final = REQUEST.payload.query
PAID: Final = Usage(agent=Agent.CONCEPTS, model="m", calls=1, input_tokens=9, output_tokens=1, price_usd=0.1)


def stop(student: str = QUERY.student_id, query_id: UUID = QUERY.query_id) -> Event[Any]:
    return event_with(QueryCancelled(query_id=query_id), uuid4(), NOON, student_id=student, trace_id=uuid4())


async def work(answers: AnswersUnderWay, make: Any) -> Any:
    return await answers.work(REQUEST, Agent.CONCEPTS, lambda: NOON, make)


async def endless() -> None:
    spend(PAID)
    await asyncio.get_running_loop().create_future()


async def test_a_stopped_answer_ends_with_what_was_spent_on_it() -> None:
    answers = AnswersUnderWay()
    under_way = asyncio.create_task(work(answers, endless))
    await asyncio.sleep(0)
    for _ in range(2):  # a repeat changes nothing
        answers.stop(stop())
    with pytest.raises(Stopped) as stopped:
        await under_way
    assert stopped.value.usage == (PAID,)


@pytest.mark.parametrize(
    "other", [stop(student="student-2"), stop(query_id=uuid4()), REQUEST], ids=["student", "query", "event"]
)
async def test_nobody_stops_the_answer_of_another(other: Event[Any]) -> None:
    answers = AnswersUnderWay()
    under_way = asyncio.create_task(work(answers, endless))
    await asyncio.sleep(0)
    answers.stop(other)
    await asyncio.sleep(0.01)
    assert not under_way.done()
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way


async def test_what_is_stopped_before_it_begins_is_not_begun() -> None:
    answers, begun = AnswersUnderWay(), []
    answers.stop(stop())
    with pytest.raises(Stopped):
        await work(answers, lambda: begun.append(1))
    assert begun == []


async def test_what_is_stopped_when_it_is_there_stays() -> None:
    answers = AnswersUnderWay()

    async def make() -> str:
        return "an answer"

    assert await work(answers, make) == "an answer"
    answers.stop(stop())


async def test_a_timeout_of_the_work_itself_is_no_stop() -> None:
    async def make() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await work(AnswersUnderWay(), make)


class Posted:
    """What was posted, each taking some time."""

    def __init__(self, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.payloads: list[Any] = []
        self._seconds = seconds
        self._error = error

    async def __call__(self, message: Outgoing) -> None:
        self.payloads.append(message.event.payload)
        await asyncio.sleep(self._seconds)
        if self._error:
            raise self._error


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell of answers after a moment, with pauses that a test can wait for."""
    monkeypatch.setattr("learnflow.agents.answers_under_way.FIRST_SECONDS", 0.02)
    monkeypatch.setattr("learnflow.agents.answers_under_way.PAUSE_SECONDS", 0.03)


async def stages(seconds: float = 0.2) -> str:
    """Enter a stage every millisecond or so."""
    for number in range(int(seconds * 1000)):
        enter(Stage.RUNNING_CODE if number % 2 else Stage.CHECKING)
        await asyncio.sleep(0.001)
    return "an answer"


@pytest.mark.usefixtures("quick")
async def test_many_stages_are_few_messages() -> None:
    answers, posted = AnswersUnderWay(), Posted()
    answers.post = posted
    assert await work(answers, stages) == "an answer"
    assert 2 <= len(posted.payloads) < 30
    assert {payload.query_id for payload in posted.payloads} == {QUERY.query_id}
    told = len(posted.payloads)
    await asyncio.sleep(0.1)
    assert len(posted.payloads) == told, "told of after the answer"


async def test_of_an_answer_that_comes_at_once_nothing_is_told() -> None:
    answers, posted = AnswersUnderWay(), Posted()
    answers.post = posted

    async def make() -> None:
        enter(Stage.RUNNING_CODE)

    await work(answers, make)
    assert posted.payloads == []


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("posted", [Posted(seconds=60.0), Posted(error=ConnectionError("no broker"))])
async def test_a_slow_or_broken_broker_holds_nothing_up(posted: Posted) -> None:
    answers = AnswersUnderWay()
    answers.post = posted
    assert await work(answers, stages) == "an answer"
    assert posted.payloads


class Busy(OfflineTutor):
    """Spends something, and comes to no end."""

    async def triage(self, query: StudentQuery, question: ParsedQuestion) -> Triage:  # noqa: ARG002 - a tutor's
        return await self._never()

    async def explain_concept(self, request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:  # noqa: ARG002 - a tutor's
        return await self._never()

    async def _never(self) -> NoReturn:
        await endless()
        raise AssertionError


async def stopped_at_work(agent: Any, context: Context, event: Event[Any]) -> Event[Any]:
    """Let an agent handle a message until its student stops the answer, and return what it sends."""
    handling = asyncio.create_task(agent(Delivery(event, 0, 0)))
    await asyncio.sleep(0.01)
    query_id = query_id_of(event)
    assert query_id is not None
    assert event.student_id is not None
    assert not handling.done()
    context.answers.stop(stop(event.student_id, query_id))
    (sent,) = await handling
    following: Event[Any] = sent.event
    return following


@pytest.fixture
def context() -> Context:
    clock = Clock(lambda: NOON, timedelta(minutes=5))
    return Context(Settings(), Busy(), Sandbox(SandboxSettings()), shipped(), clock, "worker-1")


async def test_a_stop_while_concepts_has_debugs_draft_ends_at_debug_with_all_that_was_spent(context: Context) -> None:
    asked = EXAMPLES["agent.collaboration.requested"]
    before = PAID.model_copy(update={"agent": Agent.DEBUG})
    draft = asked.payload.draft.model_copy(update={"usage": (before,)})
    event = asked.model_copy(update={"payload": asked.payload.model_copy(update={"draft": draft})})
    answered = await stopped_at_work(ConceptsAgent(context), context, event)
    assert (answered.payload.stopped, answered.payload.explanation) == (True, None)
    (sent,) = await DebugAgent(replace(context, answers=AnswersUnderWay()))(Delivery(answered, 0, 0))
    outcome = sent.event.payload
    assert (outcome.failure, outcome.agent_name) == (Failure.STOPPED, Agent.DEBUG)
    assert {usage.agent for usage in outcome.usage} == {Agent.CONCEPTS, Agent.DEBUG}


async def test_a_stop_at_triage_lets_the_rules_decide_and_ends_at_the_specialist(context: Context) -> None:
    asked = EXAMPLES["student.query.submitted"]
    unclear = asked.model_copy(update={"payload": asked.payload.model_copy(update={"query_text": "It is odd"})})
    routed = await stopped_at_work(TriageAgent(context), context, unclear)
    assert isinstance(routed.payload, RoutingDecision)
    assert routed.payload.usage == (PAID,)
    request = REQUEST.payload.model_copy(update={"query": routed.payload.query})
    event = REQUEST.model_copy(update={"payload": request, "student_id": request.query.student_id})
    (sent,) = await ConceptsAgent(context)(Delivery(event, 0, 0))
    assert sent.event.payload.failure is Failure.STOPPED
