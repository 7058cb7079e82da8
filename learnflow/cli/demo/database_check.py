"""What PostgreSQL holds after the demo, and whether it is what the topics said."""

import asyncio
from collections.abc import Collection
from time import perf_counter
from typing import Final

import asyncpg

from learnflow.cli.demo.play import Outcome

PATIENCE: Final = 30.0  # seconds for the sink to catch up
PAUSE: Final = 0.2
_TABLES: Final = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' ORDER BY tablename
"""
_LEARNED: Final = "SELECT message_id FROM mastery_history UNION ALL SELECT message_id FROM struggle_history"


async def wait_until_stored(
    url: str, outcomes: list[Outcome], learned: Collection[str]
) -> tuple[dict[str, int], list[str]]:
    """Wait until PostgreSQL holds what the topics said. Return rows by table, and what differs after all."""
    connection = await asyncpg.connect(url)
    try:
        deadline = perf_counter() + PATIENCE
        while (differences := await _differences(connection, outcomes, learned)) and perf_counter() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)  # the other process cannot wake us
        return await _rows(connection), differences
    finally:
        await connection.close()


async def _differences(connection: asyncpg.Connection, outcomes: list[Outcome], learned: Collection[str]) -> list[str]:
    stored = {
        str(row["query_id"]): (row["status"], row["response_text"])
        for row in await connection.fetch(
            "SELECT query_id, status, response_text FROM query_history LEFT JOIN agent_responses USING (query_id)"
        )
    }
    expected = dict(filter(None, map(_row, outcomes)))
    kept = {str(row["message_id"]) for row in await connection.fetch(_LEARNED)}
    missing = [f"message {each}: a struggle or a level that PostgreSQL lacks" for each in learned if each not in kept]
    return missing + [
        f"query {query_id}: the topics say {expected.get(query_id)}, PostgreSQL {stored.get(query_id)}"
        for query_id in expected.keys() | stored.keys()
        if expected.get(query_id) != stored.get(query_id)
    ]


def _row(outcome: Outcome) -> tuple[str, tuple[str, str | None]] | None:
    """Return the row that an outcome must have; what was no query has none."""
    if outcome.response is None or outcome.dead_letter is not None:
        return None
    query_id = str(outcome.question.query_id)
    if outcome.answered:
        return query_id, ("completed", outcome.response["payload"]["response_text"])
    return query_id, ("failed", None)


async def _rows(connection: asyncpg.Connection) -> dict[str, int]:
    tables = [row["tablename"] for row in await connection.fetch(_TABLES)]
    return {table: await connection.fetchval(f'SELECT count(*) FROM "{table}"') for table in tables}  # noqa: S608 - from the catalogue
