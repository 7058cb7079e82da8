"""Whether Claude may be asked once more today: a student's quota, and the budget over all workers."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from learnflow import metrics
from learnflow.database.postgres import DatabaseAway
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent
from learnflow.tutor.claude.budget.daily_spending import DailySpending, UsageInPostgres
from learnflow.tutor.claude.interface import ClaudeUnavailable

WARNED_AT: Final = 0.8  # of the budget
READ_EACH_SECONDS: Final = 15.0
FIRST_SECONDS: Final = 2.0  # that the first question waits for what was spent before this worker started

_log = logging.getLogger(__name__)


class QuotaUsedUp(ClaudeUnavailable):
    """The student has asked as many questions today as Claude answers of one student."""

    def __init__(self, questions: int) -> None:
        self.for_students = (
            f"You have asked Claude {questions:,} questions today, which is as many as one student has a day; "
            "tomorrow there are new ones."
        )
        super().__init__(f"the student has asked {questions:,} questions today")


class BudgetUsedUp(ClaudeUnavailable):
    """As much was spent today as may be spent a day."""

    for_students = "Claude has answered as many questions today as can be paid for a day; tomorrow it goes on."

    def __init__(self, budget: float) -> None:
        super().__init__(f"the budget of {budget:g} US dollars is used up for today")


@dataclass(frozen=True, slots=True)
class DailyLimits:
    """What a UTC day allows: questions of one student, and US dollars of all workers together; 0: any number."""

    questions: int = 0
    usd: float = 0.0


class SpendingGuard:
    """Keeps the quota and the budget of all calls of this worker.

    What other workers spent is read from PostgreSQL in the background, every 15 seconds while questions come. It errs
    on the side of asking: past a limit go the calls that are under way in all workers when it is reached, and what
    other workers ask until it is stored and read. While PostgreSQL is away, this worker goes by what it has read, and
    by its own figures.

    A question counts once, whatever agents and calls it takes, and only if one of its calls was paid.
    """

    def __init__(
        self,
        limits: DailyLimits,
        now: Callable[[], datetime],
        stored: UsageInPostgres | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._now = now
        self._stored = stored if limits != DailyLimits() else None
        self._tick = tick
        self._spending = DailySpending(self._day())
        self._warned: set[float] = set()
        self._students_to_read: set[str] = set()  # students, whose questions elsewhere are to be read
        self._read_at: float | None = None
        self._day_read: date | None = None  # the day of which PostgreSQL has been asked
        self._reading: asyncio.Task[None] | None = None
        metrics.CLAUDE_BUDGET_USD.set(limits.usd)
        metrics.CLAUDE_SPENT_USD.set_function(lambda: self._daily().usd)

    @asynccontextmanager
    async def admitted(self, query: StudentQuery) -> AsyncIterator[None]:
        """Ask one call for a question. Raises QuotaUsedUp or BudgetUsedUp before it."""
        await self._read_if_due(query.student_id)
        spending, student, question = self._daily(), query.student_id, query.query_id
        self._check(spending, query)
        open_ = spending.open.setdefault(student, set())
        open_.add(question)
        try:
            yield
        finally:
            open_.discard(question)
            if not open_ and spending.open.get(student) is open_:
                del spending.open[student]

    def paid(self, query: StudentQuery, agent: Agent, usd: float) -> None:
        """Count a call that is to be paid."""
        spending = self._daily()
        spending.remember(query.student_id, {query.query_id})
        if self._limits.usd:
            spending.pay((query.query_id, agent), usd)
            self._warn()

    async def settled(self) -> None:
        """Wait for what is being read."""
        if self._reading is not None:
            await asyncio.wait({self._reading})

    async def close(self) -> None:
        """Stop reading."""
        if self._reading is not None:
            self._reading.cancel()
            await self.settled()

    def _check(self, spending: DailySpending, query: StudentQuery) -> None:
        if self._limits.usd and spending.usd >= self._limits.usd:
            raise BudgetUsedUp(self._limits.usd)
        questions = spending.questions(query.student_id)
        if self._limits.questions and query.query_id not in questions and len(questions) >= self._limits.questions:
            raise QuotaUsedUp(self._limits.questions)

    def _day(self) -> date:
        return self._now().astimezone(UTC).date()

    def _daily(self) -> DailySpending:
        if self._spending.day != (day := self._day()):
            self._spending = DailySpending(day)
            self._warned.clear()
            self._read_at = None
        return self._spending

    async def _read_if_due(self, student_id: str) -> None:
        """Have what other workers spent read, where that is due; only the first question of a day waits for it."""
        if self._stored is None:
            return
        spending = self._daily()
        if self._limits.questions:
            self._students_to_read.add(student_id)
        is_due = self._read_at is None or self._tick() - self._read_at >= READ_EACH_SECONDS
        if self._reading is None and is_due:
            self._read_at = self._tick()
            self._reading = asyncio.create_task(self._read(self._stored, spending))
        if self._reading is not None and self._day_read != spending.day:
            await asyncio.wait({self._reading}, timeout=FIRST_SECONDS)

    async def _read(self, stored: UsageInPostgres, spending: DailySpending) -> None:
        students, self._students_to_read = self._students_to_read, set()
        try:
            if self._limits.questions:
                for student, questions in (await stored.questions(spending.day, students)).items():
                    spending.remember(student, questions)
            if self._limits.usd:
                own = dict(spending.own)
                spending.take_over(await stored.spent(spending.day, own), own)
        except DatabaseAway:
            self._students_to_read |= students
        finally:
            self._day_read, self._reading = spending.day, None
        self._warn()

    def _warn(self) -> None:
        """Say once a day that the budget nears its end, and that it is used up."""
        usd, budget = self._spending.usd, self._limits.usd
        for share, what_then in ((WARNED_AT, ""), (1.0, "; Claude is asked no more until midnight UTC")):
            if budget and share not in self._warned and usd >= share * budget:
                self._warned.add(share)
                percent = 100 * usd / budget
                _log.warning("%.0f %% of the day's budget of %g US dollars is spent%s", percent, budget, what_then)
