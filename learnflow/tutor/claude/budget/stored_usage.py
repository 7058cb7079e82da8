"""What all workers spent, as PostgreSQL has it."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from learnflow.database.connection import Database
from learnflow.models.vocabulary import Agent
from learnflow.tutor.claude.budget.daily_spending import Spent, Work

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


class UsageInPostgres:
    """Reads `claude_usage`, which the sink writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spent(self, day: date, work: Collection[Work]) -> Spent:
        """Return what was spent on a UTC day, and which of some work is in it. Raises DatabaseAway."""
        queries, agents = [query for query, _ in work], [str(agent) for _, agent in work]
        (row,) = await self._database.fetch(_SPENT, *_bounds(day), queries, agents)
        return Spent(row["usd"], frozenset(zip(row["queries"], map(Agent, row["agents"]), strict=True)))

    async def questions(self, day: date, students: Collection[str]) -> Mapping[str, Collection[UUID]]:
        """Return the questions of some students that Claude worked on, on a UTC day. Raises DatabaseAway."""
        rows = await self._database.fetch(_QUESTIONS, *_bounds(day), list(students))
        return {row["student_id"]: row["questions"] for row in rows}


def _bounds(day: date) -> tuple[datetime, datetime]:
    since = datetime.combine(day, time(), UTC)
    return since, since + timedelta(days=1)
