"""How many questions a student has a day, and what all may cost: without a database."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from learnflow.database.postgres import DatabaseAway
from learnflow.models.vocabulary import Agent
from learnflow.settings import Settings
from learnflow.tutor.claude.budget.daily_spending import (
    MOST_STUDENTS,
    DailySpending,
    StoredSpending,
    UsageInPostgres,
    Work,
)
from learnflow.tutor.claude.budget.metered_client import MeteredClient
from learnflow.tutor.claude.budget.spending_guard import BudgetUsedUp, DailyLimits, QuotaUsedUp, SpendingGuard
from learnflow.tutor.claude.interface import (
    ClaudeReply,
    ClaudeRequest,
    ModelClient,
    Tokens,
    TransientFailure,
    UnusableReply,
)
from tests.support.claude_clients import NOON, SONNET, Scripted, T, Time, ask, query

DOLLAR = Tokens(0, 66_667)  # of Sonnet, rounded up
CENT = Tokens(0, 667)


class Elsewhere(UsageInPostgres):
    """What other workers have stored, until it is away."""

    def __init__(self) -> None:
        self.usd = 0.0
        self.stored: set[Work] = set()
        self.of: dict[str, list[UUID]] = {}
        self.away = False
        self.read: list[date] = []

    async def spent(self, day: date, work: Collection[Work]) -> StoredSpending:
        self._asked(day)
        return StoredSpending(self.usd, frozenset(self.stored & set(work)))

    async def questions(self, day: date, students: Collection[str]) -> Mapping[str, Collection[UUID]]:
        self._asked(day)
        return {student: self.of[student] for student in students if student in self.of}

    def _asked(self, day: date) -> None:
        self.read.append(day)
        if self.away:
            raise DatabaseAway


class Worker:
    """Asks Claude for students, within limits."""

    def __init__(self, asker: ModelClient, elsewhere: Elsewhere | None = None, **allowed: float) -> None:
        self.time = Time()
        limits = DailyLimits(int(allowed.get("questions", 0)), allowed.get("usd", 0.0))
        self.spending = SpendingGuard(limits, self.time.now, elsewhere, self.time.tick)
        self._meters = partial(MeteredClient, asker, self.spending, Settings().claude.rates())

    async def ask(self, number: int, student: str = "ann", agent: Agent = Agent.CONCEPTS) -> None:
        await self._meters(agent, query(number, student)).ask(ask(), 60.0)


async def test_the_question_after_the_last_is_refused_with_a_reason_for_the_student() -> None:
    asker = Scripted(CENT)
    worker = Worker(asker, questions=200)
    for number in range(200):
        await worker.ask(number)
    with pytest.raises(QuotaUsedUp) as caught:
        await worker.ask(200)
    assert asker.asked == 200
    assert caught.value.for_students.startswith("You have asked Claude 200 questions today")
    await worker.ask(200, student="bob")


async def test_triage_and_the_answer_are_one_question() -> None:
    worker = Worker(Scripted(CENT), questions=2)
    for number in (1, 2):
        await worker.ask(number, agent=Agent.TRIAGE)
        await worker.ask(number, agent=Agent.DEBUG)
        await worker.ask(number, agent=Agent.CONCEPTS)
    with pytest.raises(QuotaUsedUp):
        await worker.ask(3, agent=Agent.TRIAGE)


async def test_the_next_day_of_utc_begins_anew() -> None:
    worker = Worker(Scripted(DOLLAR), questions=1, usd=1.0)
    await worker.ask(1)
    worker.time.passes(timedelta(hours=11, minutes=59))
    with pytest.raises(BudgetUsedUp):
        await worker.ask(2, student="bob")
    worker.time.passes(timedelta(minutes=1))
    await worker.ask(2)


async def test_a_question_that_claude_did_not_get_does_not_count() -> None:
    worker = Worker(Scripted(TransientFailure("529"), TransientFailure("529"), CENT), questions=1)
    for number in (1, 2):
        with pytest.raises(TransientFailure):
            await worker.ask(number)
    await worker.ask(3)
    with pytest.raises(QuotaUsedUp):
        await worker.ask(1)


async def test_a_useless_answer_counts() -> None:
    worker = Worker(Scripted(UnusableReply("bad JSON", SONNET, DOLLAR)), questions=1, usd=1.0)
    with pytest.raises(UnusableReply):
        await worker.ask(1)
    with pytest.raises(BudgetUsedUp):
        await worker.ask(1)


async def test_questions_that_are_under_way_count() -> None:
    class Slow(Scripted):
        async def ask(self, ask: ClaudeRequest[T], deadline: float) -> ClaudeReply[T]:
            started.set()
            await answered.wait()
            return await super().ask(ask, deadline)

    started, answered = asyncio.Event(), asyncio.Event()
    worker = Worker(Slow(CENT), questions=1)
    first = asyncio.create_task(worker.ask(1))
    await started.wait()
    with pytest.raises(QuotaUsedUp):
        await worker.ask(2)
    answered.set()
    await first


async def test_the_budget_is_warned_of_once_and_stops_at_its_end(caplog: pytest.LogCaptureFixture) -> None:
    asker = Scripted(DOLLAR)
    worker = Worker(asker, usd=10.0)
    with caplog.at_level(logging.WARNING):
        for number in range(7):
            await worker.ask(number)
        assert caplog.messages == []
        await worker.ask(7)
        await worker.ask(8)
        assert caplog.messages == ["80 % of the day's budget of 10 US dollars is spent"]
        await worker.ask(9)
        for number in (10, 11):
            with pytest.raises(BudgetUsedUp) as caught:
                await worker.ask(number)
    assert caplog.messages[1:] == [
        "100 % of the day's budget of 10 US dollars is spent; Claude is asked no more until midnight UTC"
    ]
    assert asker.asked == 10
    assert caught.value.for_students.endswith("tomorrow it goes on.")


async def test_what_others_spent_counts_from_the_first_question_on() -> None:
    elsewhere = Elsewhere()
    elsewhere.usd, elsewhere.of = 1.0, {"ann": [UUID(int=1), UUID(int=2)]}
    for allowed, error in (({"usd": 1.0}, BudgetUsedUp), ({"questions": 2.0}, QuotaUsedUp)):
        worker = Worker(Scripted(CENT), elsewhere, **allowed)
        with pytest.raises(error):
            await worker.ask(3)


async def test_what_is_stored_meanwhile_counts_once() -> None:
    elsewhere = Elsewhere()
    worker = Worker(Scripted(DOLLAR), elsewhere, usd=3.5, questions=10)
    await worker.ask(1)
    await worker.ask(2)
    elsewhere.usd, elsewhere.stored = 1.0, {(UUID(int=1), Agent.CONCEPTS)}
    worker.time.passes(timedelta(seconds=15))
    await worker.ask(3)  # 1 stored, 2 and 3 not yet: counted twice, this would be beyond
    await worker.spending.settled()
    await worker.ask(4)
    with pytest.raises(BudgetUsedUp):
        await worker.ask(5)


async def test_others_are_read_again_after_a_while_and_not_before() -> None:
    elsewhere = Elsewhere()
    worker = Worker(Scripted(CENT), elsewhere, questions=3)
    await worker.ask(1)
    elsewhere.of = {"ann": [UUID(int=7), UUID(int=8)]}
    worker.time.passes(timedelta(seconds=14))
    await worker.ask(2)
    worker.time.passes(timedelta(seconds=1))
    await worker.ask(3)
    await worker.spending.settled()
    with pytest.raises(QuotaUsedUp):
        await worker.ask(4)
    assert len(elsewhere.read) == 2


async def test_without_postgres_own_figures_count() -> None:
    elsewhere = Elsewhere()
    elsewhere.away = True
    worker = Worker(Scripted(DOLLAR), elsewhere, usd=2.0, questions=5)
    await worker.ask(1)
    worker.time.passes(timedelta(seconds=15))
    await worker.ask(2)
    with pytest.raises(BudgetUsedUp):
        await worker.ask(3)
    await worker.spending.close()


async def test_without_limits_nothing_is_read() -> None:
    elsewhere = Elsewhere()
    worker = Worker(Scripted(DOLLAR), elsewhere)
    await worker.ask(1)
    assert elsewhere.read == []


async def test_a_reading_that_hangs_holds_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(Elsewhere):
        async def questions(self, day: date, students: Collection[str]) -> Mapping[str, Collection[UUID]]:
            await asyncio.Event().wait()
            return await super().questions(day, students)

    monkeypatch.setattr("learnflow.tutor.claude.budget.spending_guard.FIRST_SECONDS", 0.0)
    worker = Worker(Scripted(CENT), Hanging(), questions=1)
    await worker.ask(1)
    await worker.spending.close()


def test_only_so_many_students_are_remembered() -> None:
    today = DailySpending(NOON.date())
    for number in range(MOST_STUDENTS + 1):
        today.remember(f"student-{number}", {UUID(int=1)})
    assert len(today.paid) == MOST_STUDENTS
    assert today.questions("student-0") == set()
    assert today.questions(f"student-{MOST_STUDENTS}") == {UUID(int=1)}


def test_what_was_spent_while_postgres_was_read_stays_own() -> None:
    today, work = DailySpending(NOON.date()), (UUID(int=1), Agent.DEBUG)
    today.pay(work, 1.0)
    asked = dict(today.own)
    today.pay(work, 0.5)
    today.take_over(StoredSpending(1.0, frozenset({work})), asked)
    assert today.usd == 1.5
