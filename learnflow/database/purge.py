"""What PostgreSQL has kept for as long as it may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

AT_A_TIME: Final = 5_000  # questions in one transaction, so that the sink is not kept waiting

_EXPLANATIONS: Final = "created_at <= $1"
_OLD: Final = "received_at < $1"  # not the sender's time, which may be any
# What hangs on a question goes with it: its response and its way, and what was said of the response. That a student's
# history now lacks it is noted in the same statement.
_DELETE: Final = f"""
WITH gone AS (
    DELETE FROM query_history WHERE query_id IN (
        SELECT query_id FROM query_history WHERE {_OLD} LIMIT {AT_A_TIME}
    ) RETURNING query_id, student_id, received_at
), ratings AS (
    DELETE FROM response_ratings WHERE query_id IN (SELECT query_id FROM gone)
), additions AS (
    DELETE FROM teacher_answers WHERE query_id IN (SELECT query_id FROM gone)
), noted AS (
    INSERT INTO purged_queries AS p (student_id, queries, until)
    SELECT student_id, count(*), max(received_at) FROM gone GROUP BY student_id
    ON CONFLICT (student_id) DO UPDATE
    SET queries = p.queries + excluded.queries, until = GREATEST(p.until, excluded.until)
)
SELECT count(*) FROM gone
"""  # noqa: S608 - of the constants above
# Of questions that are not there, or came again when theirs was gone.
_DELETE_FEEDBACK: Final = (
    f"DELETE FROM response_ratings WHERE {_OLD}",  # noqa: S608 - as above
    f"DELETE FROM teacher_answers WHERE {_OLD}",  # noqa: S608 - as above
)
_PURGED: Final = "SELECT student_id, until FROM purged_queries WHERE student_id = ANY($1::text[])"


@dataclass(frozen=True, slots=True)
class Kept:
    """How many days questions and explanations are kept. Questions of 0 days are kept for good."""

    questions: int
    explanations: int


async def purge(database: asyncpg.Connection, kept: Kept, now: datetime, *, dry_run: bool) -> dict[str, int]:
    """Delete what is older, and return how much of each kind was deleted, or would be."""
    before = now - timedelta(days=kept.explanations)
    if dry_run:
        explanations = await database.fetchval(f"SELECT count(*) FROM concepts_cache WHERE {_EXPLANATIONS}", before)  # noqa: S608 - ours
    else:
        done = await database.execute(f"DELETE FROM concepts_cache WHERE {_EXPLANATIONS}", before)  # noqa: S608 - ours
        explanations = int(done.rpartition(" ")[2])
    questions = await _questions(database, now - timedelta(days=kept.questions), dry_run) if kept.questions else 0
    return {"questions": questions, "explanations": explanations}


async def _questions(database: asyncpg.Connection, before: datetime, dry_run: bool) -> int:  # noqa: FBT001 - as above
    if dry_run:
        return int(await database.fetchval(f"SELECT count(*) FROM query_history WHERE {_OLD}", before))  # noqa: S608 - ours
    deleted = 0
    while True:
        gone = int(await database.fetchval(_DELETE, before))
        deleted += gone
        if gone < AT_A_TIME:
            break
    for statement in _DELETE_FEEDBACK:
        await database.execute(statement, before)
    return deleted


async def purged(database: asyncpg.Connection, student_ids: list[str]) -> dict[str, datetime]:
    """Return which of some students have questions that are deleted, and up to when they were received."""
    return {row["student_id"]: row["until"] for row in await database.fetch(_PURGED, student_ids)}
