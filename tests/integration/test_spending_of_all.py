"""What other workers spent, as a real PostgreSQL has it; and a worker whose PostgreSQL is away."""

import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from typing import Protocol

import asyncpg
import pytest

from learnflow.database.postgres import PAUSE_SECONDS, Database, DatabaseAway
from learnflow.models.vocabulary import Agent
from learnflow.settings import Settings
from learnflow.sink.sink import Sink
from learnflow.tutor.claude.budget.daily_spending import UsageInPostgres
from learnflow.tutor.claude.budget.metered_client import MeteredClient
from learnflow.tutor.claude.budget.spending_guard import BudgetUsedUp, DailyLimits, QuotaUsedUp, SpendingGuard
from learnflow.tutor.claude.interface import Tokens
from tests.support.claude_clients import Scripted, Time, ask, query
from tests.support.sink_messages import AT, Way, usage

ABSENT = "postgresql://nobody:secret@127.0.0.1:1/nowhere"


class Asked(Protocol):
    """Asks one question of a student."""

    async def __call__(self, number: int, student: str = "ann") -> None: ...


@pytest.fixture
def time() -> Time:
    return Time(AT)


@pytest.fixture
async def connected(time: Time) -> AsyncIterator[Callable[[str], Database]]:
    made: list[Database] = []

    def connect(url: str) -> Database:
        made.append(Database(url, time.tick, lacking="nothing"))
        return made[-1]

    yield connect
    for database in made:
        await database.close()


def worker(database: Database, time: Time, allowed: DailyLimits) -> Asked:
    spending = SpendingGuard(allowed, time.now, UsageInPostgres(database), time.tick)
    metering = partial(MeteredClient, Scripted(Tokens(0, 66_667)), spending, Settings().claude.rates())

    async def asked(number: int, student: str = "ann") -> None:
        await metering(Agent.CONCEPTS, query(number, student)).ask(ask(), 60.0)
        await spending.settled()

    return asked


async def test_the_budget_is_one_for_all_workers(
    sink: Sink, database_url: str, time: Time, connected: Callable[[str], Database]
) -> None:
    await sink.write([Way(1).routing(usage(Agent.TRIAGE, price=0.5)), Way(1).completed(paid=(usage(Agent.DEBUG),))])
    asked = worker(connected(database_url), time, DailyLimits(usd=2.0))
    await asked(11)  # 0.5105 elsewhere, 1.0 here
    await sink.write([Way(11).completed(paid=(usage(Agent.CONCEPTS, price=1.0),))])
    time.passes(timedelta(seconds=15))
    await asked(12)  # still 1.5105, not 2.5105: this worker's own is in PostgreSQL now
    with pytest.raises(BudgetUsedUp):
        await asked(13)
    time.passes(timedelta(days=1))
    await asked(14)


async def test_the_quota_is_one_for_all_workers(
    sink: Sink, database_url: str, time: Time, connected: Callable[[str], Database]
) -> None:
    triage = usage(Agent.TRIAGE)
    await sink.write([Way(1).routing(triage), Way(1).completed(paid=(usage(Agent.DEBUG),)), Way(2).routing(triage)])
    asked = worker(connected(database_url), time, DailyLimits(questions=3))
    await asked(2)  # known from elsewhere already
    await asked(3)
    with pytest.raises(QuotaUsedUp):
        await asked(4)
    await asked(4, "bob")


async def test_without_postgres_a_worker_goes_by_its_own_figures_and_says_so_once(
    time: Time, connected: Callable[[str], Database], caplog: pytest.LogCaptureFixture
) -> None:
    asked = worker(connected(ABSENT), time, DailyLimits(usd=3.0, questions=9))
    with caplog.at_level(logging.INFO, "learnflow"):
        for number in range(3):
            await asked(number)
            time.passes(timedelta(seconds=15))
        with pytest.raises(BudgetUsedUp):
            await asked(4)
    away = [text for text in caplog.messages if "PostgreSQL is away" in text]
    assert len(away) == 1
    assert "secret" not in caplog.text


async def test_after_a_failure_postgres_is_left_in_peace_for_a_while(
    time: Time, connected: Callable[[str], Database], database: asyncpg.Connection, database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    found = connected(database_url)
    await database.execute("ALTER TABLE claude_usage RENAME TO elsewhere")
    with pytest.raises(DatabaseAway, match="claude_usage"):
        await found.fetch("SELECT FROM claude_usage")
    await database.execute("ALTER TABLE elsewhere RENAME TO claude_usage")
    with pytest.raises(DatabaseAway, match="a moment ago"):
        await found.fetch("SELECT FROM claude_usage")
    time.passes(timedelta(seconds=PAUSE_SECONDS))
    assert await found.fetch("SELECT FROM claude_usage") == []
    assert caplog.messages[-1].startswith("PostgreSQL is back")
