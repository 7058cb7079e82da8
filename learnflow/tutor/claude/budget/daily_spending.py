"""What was spent on a UTC day: by this worker itself, and by all workers as PostgreSQL has it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from learnflow.bounded_cache import BoundedCache
from learnflow.database.postgres import Database
from learnflow.models.vocabulary import Agent

MOST_STUDENTS: Final = 2_000  # whose questions are remembered; of others, PostgreSQL is read again
Work: TypeAlias = tuple[UUID, Agent]  # a question, and who worked on it

_SPENT: Final = """
SELECT coalesce(sum(price_usd), 0)::float8 AS usd,
    coalesce(array_agg(query_id) FILTER (WHERE ours), '{}') AS queries,
    coalesce(array_agg(agent) FILTER (WHERE ours), '{}') AS agents
FROM (
    SELECT price_usd, query_id, agent, (query_id, agent::text) IN (SELECT * FROM unnest($3::uuid[], $4::text[])) AS ours
    FROM claude_usage WHERE at >= $1 AND at < $2
) AS today
"""
_QUESTIONS: Final = """
SELECT student_id, array_agg(DISTINCT query_id) AS questions
FROM claude_usage WHERE at >= $1 AND at < $2 AND student_id = ANY($3::text[]) GROUP BY student_id
"""


@dataclass(frozen=True, slots=True)
class StoredSpending:
    """The dollars of all workers that PostgreSQL has, and which of this worker's own work is among them."""

    usd: float
    work: frozenset[Work]


@dataclass(slots=True)
class DailySpending:
    """A day's spending, in US dollars, and its students' questions. No clock, no I/O.

    A sum of this worker's own counts until PostgreSQL has it, and then in PostgreSQL's sum: never twice, however long
    the sink takes. `paid` are questions that a call was paid for, `open` those with a call under way.
    """

    day: date
    stored_usd: float = 0.0
    own: dict[Work, float] = field(default_factory=dict)
    paid: BoundedCache[str, set[UUID]] = field(default_factory=lambda: BoundedCache(MOST_STUDENTS))
    open: dict[str, set[UUID]] = field(default_factory=dict)

    @property
    def usd(self) -> float:
        """What was spent, as far as it is known."""
        return self.stored_usd + sum(self.own.values())

    def questions(self, student_id: str) -> set[UUID]:
        """Return the questions of a student that Claude has worked on, or is working on."""
        return self.paid.get(student_id, set()) | self.open.get(student_id, set())

    def pay(self, work: Work, usd: float) -> None:
        """Count what is to be paid."""
        self.own[work] = self.own.get(work, 0.0) + usd

    def take_over(self, stored: StoredSpending, asked: Mapping[Work, float]) -> None:
        """Go by what PostgreSQL has; `asked` are this worker's own sums, as they were when it was asked."""
        self.stored_usd = stored.usd
        for work in stored.work & self.own.keys():
            left = self.own[work] - asked.get(work, 0.0)
            if left > 0.0:
                self.own[work] = left
            else:
                del self.own[work]

    def remember(self, student_id: str, questions: Collection[UUID]) -> None:
        """Count questions of a student that Claude has worked on."""
        self.paid[student_id] = self.paid.get(student_id, set()) | set(questions)


class UsageInPostgres:
    """Reads `claude_usage`, which the sink writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spent(self, day: date, work: Collection[Work]) -> StoredSpending:
        """Return what was spent on a UTC day, and which of some work is in it. Raises DatabaseAway."""
        queries, agents = [query for query, _ in work], [str(agent) for _, agent in work]
        (row,) = await self._database.fetch(_SPENT, *_bounds(day), queries, agents)
        return StoredSpending(row["usd"], frozenset(zip(row["queries"], map(Agent, row["agents"]), strict=True)))

    async def questions(self, day: date, students: Collection[str]) -> Mapping[str, Collection[UUID]]:
        """Return the questions of some students that Claude worked on, on a UTC day. Raises DatabaseAway."""
        rows = await self._database.fetch(_QUESTIONS, *_bounds(day), list(students))
        return {row["student_id"]: row["questions"] for row in rows}


def _bounds(day: date) -> tuple[datetime, datetime]:
    since = datetime.combine(day, time(), UTC)
    return since, since + timedelta(days=1)
