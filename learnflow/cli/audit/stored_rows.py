"""The rows that PostgreSQL must hold, compared with those that it holds."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any, Final

import asyncpg
import orjson

from learnflow.cli.audit.differences import Difference
from learnflow.cli.audit.expected_rows import KEYS, ExpectedRows
from learnflow.database.postgres import json_rows

AT_A_TIME: Final = 1_000  # rows

# PostgreSQL reads either side itself, so that nothing differs but what a value means.
_DIFFERING: Final = """
SELECT column_name, to_jsonb(said) -> column_name AS said, to_jsonb(stored) -> column_name AS stored, {keys}
FROM jsonb_populate_recordset(NULL::{table}, $1) AS said
LEFT JOIN {table} AS stored ON ({join})
CROSS JOIN unnest($2::text[]) AS column_name
WHERE to_jsonb(said) -> column_name IS DISTINCT FROM to_jsonb(stored) -> column_name
"""
_OF_QUERIES: Final = "SELECT {keys} FROM {table} JOIN query_history USING (query_id) WHERE student_id = ANY($1::text[])"
_OF_STUDENTS: Final = "SELECT {keys} FROM {table} WHERE student_id = ANY($1::text[])"
_WITH_QUERY: Final = ("agent_responses", "message_flow")
_SHARED: Final = "exercises"  # of no student


async def row_differences(
    database: asyncpg.Connection, expected: ExpectedRows, students: Collection[str], *, whole: bool
) -> AsyncIterator[Difference]:
    """Yield what PostgreSQL has otherwise, lacks, and, where the topics are `whole`, has although nobody said it."""
    for table, by_key in expected.tables.items():
        rows = list(by_key.values())
        for start in range(0, len(rows), AT_A_TIME):
            async for difference in _differing(database, table, rows[start : start + AT_A_TIME]):
                yield difference
    for table in KEYS if whole else ():
        if table != _SHARED:
            async for difference in _unexpected(database, table, expected, students):
                yield difference


async def _differing(
    database: asyncpg.Connection, table: str, rows: Sequence[dict[str, Any]]
) -> AsyncIterator[Difference]:
    keys = KEYS[table]
    statement = _DIFFERING.format(
        table=table,
        keys=", ".join(f"said.{key}::text" for key in keys) + ", to_jsonb(said) ->> 'student_id' AS owner",
        join=" AND ".join(f"said.{key} = stored.{key}" for key in keys),
    )
    for columns in {tuple(row) for row in rows}:
        alike = [tuple(row.values()) for row in rows if tuple(row) == columns]
        for record in await database.fetch(statement, json_rows(alike, columns), list(columns)):
            where = f"{table} {' '.join(record[key] for key in keys)}, {record['column_name']}"
            yield Difference(record["owner"], where, _value(record["said"]), _value(record["stored"]))


async def _unexpected(
    database: asyncpg.Connection, table: str, expected: ExpectedRows, students: Collection[str]
) -> AsyncIterator[Difference]:
    keys = KEYS[table]
    form = _OF_QUERIES if table in _WITH_QUERY else _OF_STUDENTS
    names = ", ".join(f"{table}.{key}::text AS {key}" for key in keys)
    names += ", student_id AS owner"
    for record in await database.fetch(form.format(keys=names, table=table), list(students)):
        key = tuple(record[name] for name in keys)
        if key not in expected.tables.get(table, {}):
            yield Difference(record["owner"], f"{table} {' '.join(key)}", None, "a row")


def _value(text: str | None) -> Any:  # noqa: ANN401 - JSON
    return None if text is None else orjson.loads(text)
