"""How far answers are is told now and then; a student stops their own, and what was spent on it is counted."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from learnflow.agents.answers_under_way import AnswersUnderWay, Stopped
from learnflow.models.draft import Usage
from learnflow.models.envelope import Event
from learnflow.models.events import event_with
from learnflow.models.events.queries import QueryCancelled
from learnflow.models.examples import EXAMPLES
from learnflow.models.vocabulary import Agent, Stage
from learnflow.streams.event_producer import Outgoing
from learnflow.tutor.answer_progress import enter, spend

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


@pytest.mark.parametrize("other", [stop(student="student-2"), stop(query_id=uuid4()), REQUEST], ids=str)
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
