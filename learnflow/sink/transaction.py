"""Changes → PostgreSQL, inside of a transaction of the caller."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

import asyncpg

from learnflow import metrics
from learnflow.database.postgres import Raced, json_rows, reason, refuses
from learnflow.sink import statements
from learnflow.sink.batch_plan import Rows, StoredQuery, merged_profiles, settle
from learnflow.sink.changes import Change
from learnflow.sink.messages import Rejected
from learnflow.sink.rows import QUERY_COLUMNS, ProfileRow, QueryState, Row

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def apply(connection: Connection, changes: Sequence[Change], *, new: bool = False) -> list[Rejected]:
    """Write changes. Raises the database's error when it refuses one of their rows, Raced when it must be repeated.

    Where all are said to be `new`, rows are copied, and the database refuses also a repeat.
    """
    rows, rejected = settle(changes, await _stored(connection, changes))
    if rows.students:
        await connection.execute(statements.ENROL, json_rows(rows.students))
    if rows.new_queries:
        await _insert_queries(connection, [(*content, *state) for content, state in rows.new_queries], new=new)
    await _write_children(connection, rows, statements.COPIED if new else {})
    metrics.SINK_ROWS.inc(_count(rows))
    return rejected


async def apply_each(connection: Connection, changes: Sequence[Change]) -> list[Rejected]:
    """Write all changes but those that the database refuses, which are found by halving."""
    try:
        async with connection.transaction():
            return await apply(connection, changes)
    except (asyncpg.PostgresError, OverflowError) as error:
        if not refuses(error):
            raise
        if len(changes) == 1:
            message = changes[0].message
            return [Rejected(message, reason(error), ours=not message.external)]
    middle = len(changes) // 2
    return [*await apply_each(connection, changes[:middle]), *await apply_each(connection, changes[middle:])]


async def _stored(connection: Connection, changes: Sequence[Change]) -> dict[UUID, StoredQuery]:
    query_ids = {change.query.query_id for change in changes if change.query is not None}
    if not query_ids:
        return {}
    records = await connection.fetch(statements.READ_QUERIES, list(query_ids))
    return {record[0]: StoredQuery(record[1], QueryState(*tuple(record)[2:])) for record in records}


async def _insert_queries(connection: Connection, queries: Sequence[tuple[object, ...]], *, new: bool) -> None:
    if new:
        await connection.copy_records_to_table("query_history", records=queries, columns=QUERY_COLUMNS)
        return
    done = await connection.execute(statements.INSERT_QUERIES, json_rows(queries, QUERY_COLUMNS))
    if done != f"INSERT 0 {len(queries)}":
        raise Raced


async def _write_children(connection: Connection, rows: Rows, copied: Mapping[type[Row], str]) -> None:
    if rows.moved_queries:
        moved = [(query_id, *state) for query_id, state in rows.moved_queries]
        await connection.execute(statements.MOVE_QUERIES, json_rows(moved, ("query_id", *QueryState._fields)))
    profiles = [row for row in rows.of.get(ProfileRow, ()) if isinstance(row, ProfileRow)]
    if profiles:
        await _write_profiles(connection, profiles)
    for kind, statement in statements.WRITE.items():
        if kind in rows.of and kind in copied:
            await connection.copy_records_to_table(copied[kind], records=rows.of[kind], columns=kind._fields)
        elif kind in rows.of:
            await connection.execute(statement, json_rows(rows.of[kind]))


async def _write_profiles(connection: Connection, rows: list[ProfileRow]) -> None:
    """Apply what is said of students for the first time; a repeat must not undo what was said after it."""
    records = await connection.fetch(statements.RECORD_PROFILES, json_rows(rows))
    merged = merged_profiles(rows, frozenset(record[0] for record in records))
    if merged:
        await connection.execute(statements.UPDATE_STUDENTS, json_rows(merged))


def _count(rows: Rows) -> int:
    single = len(rows.students) + len(rows.new_queries) + len(rows.moved_queries)
    return single + sum(map(len, rows.of.values()))
