"""What does not agree: whose it is, where, and what either side says; and which rows of PostgreSQL do not."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import asyncpg
import orjson

from learnflow.cli.audit.expected_rows import KEYS, ExpectedRows
from learnflow.database.postgres import json_rows

LONGEST: Final = 200  # characters of a value
_DECIMALS: Final = 4


class Difference(NamedTuple):
    """One figure or row. `student_id` is None for what belongs to nobody."""

    student_id: str | None
    where: str
    topics: Any
    found: Any

    def __str__(self) -> str:
        """Return a sentence."""
        return f"{self.where}: by the topics {_short(self.topics)}, found {_short(self.found)}"

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {"student_id": self.student_id, "where": self.where, "topics": self.topics, "found": self.found}


def differing(
    student_id: str | None, where: str, topics: Mapping[str, Any], found: Mapping[str, Any], names: Iterable[str]
) -> Iterator[Difference]:
    """Yield what differs, of the fields that are named."""
    for name in names:
        if not _equal(topics.get(name), found.get(name)):
            yield Difference(student_id, f"{where}, {name}", topics.get(name), found.get(name))


def _equal(one: object, other: object) -> bool:
    """Whether two values are the same; a level that was added up another time may differ in its last digits."""
    if isinstance(one, float) and isinstance(other, float | int):
        return round(one, _DECIMALS) == round(other, _DECIMALS)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[name], other[name]) for name in one)
    return one == other


def _short(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


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
