"""One connection to PostgreSQL and what is written over it, in order; while PostgreSQL is away it waits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeAlias, TypeVar
from uuid import UUID

import asyncpg

from learnflow import metrics
from learnflow.backoff import until_possible
from learnflow.database.postgres import Raced, conflicts, json_rows, passes, reason, refuses
from learnflow.sink import statements
from learnflow.sink.batch_plan import Rows, StoredQuery, merged_profiles, settle
from learnflow.sink.changes import Change
from learnflow.sink.messages import Rejected
from learnflow.sink.rows import QUERY_COLUMNS, ProfileRow, QueryState, Row

log = logging.getLogger(__name__)
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Result = TypeVar("Result")

TAKEN: Final = "payload.email: is another student's; the rest was applied"
_EMAIL: Final = "idx_student_email"
CONNECT_SECONDS: Final = 10.0
STATEMENT_SECONDS: Final = 120.0  # a connection that died without a word is given up after it


class Outage:
    """Says once that PostgreSQL is away and once that it is back, for all writers; `problem` says it while it lasts."""

    def __init__(self) -> None:
        self.problem: str | None = None

    def goes_on(self, error: BaseException) -> None:
        """Take note of an attempt that failed."""
        if self.problem is None:
            since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            self.problem = f"PostgreSQL cannot be written to since {since}: {reason(error)}"
            log.warning("PostgreSQL cannot be written to, waiting for it: %s", reason(error))

    def is_over(self) -> None:
        """Take note of an attempt that succeeded."""
        if self.problem is not None:
            self.problem = None
            log.info("PostgreSQL can be written to again")


class ConnectionWriter:
    """Writes changes in the order of the calls, those of each call in one transaction."""

    def __init__(self, database_url: str, outage: Outage) -> None:
        self._url = database_url
        self._outage = outage
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()

    @property
    def busy(self) -> bool:
        """Whether something is being written, or waits for PostgreSQL."""
        return self._turn.locked()

    async def start(self) -> None:
        """Connect. While PostgreSQL is away this waits; a wrong URL, user or password raises."""
        async with self._turn:
            await self._until_possible(_nothing)

    async def close(self) -> None:
        """Close the connection, after the write that is under way."""
        async with self._turn:
            if self._connection is not None:
                connection, self._connection = self._connection, None
                await connection.close(timeout=CONNECT_SECONDS)

    async def write(self, changes: Sequence[Change]) -> list[Rejected]:
        """Store changes, and return those that the database refuses. While PostgreSQL is away this waits."""
        async with self._turn:
            return await self._until_possible(lambda connection: _write(connection, changes)) if changes else []

    async def _until_possible(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        result = await until_possible(partial(self._try, work), passes, self._failed)
        self._outage.is_over()
        return result

    def _failed(self, error: Exception) -> None:
        if not conflicts(error):
            self._outage.goes_on(error)

    async def _try(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        connection = self._connection
        if connection is None or connection.is_closed():
            connection = self._connection = await _connect(self._url)
        try:
            return await work(connection)
        except BaseException:
            # Also when cancelled: what state the connection is in is then anyone's guess; PostgreSQL rolls back.
            self._connection = None
            connection.terminate()
            raise


async def reach(url: str, seconds: float) -> None:
    """Connect and ask something, as anybody would. Raises what asyncpg raises, and TimeoutError."""
    async with asyncio.timeout(seconds):
        connection = await _connect(url)
        try:
            await connection.execute("SELECT 1")
        finally:
            connection.terminate()


async def _connect(url: str) -> Connection:
    return await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        command_timeout=STATEMENT_SECONDS,
        server_settings={"application_name": "learnflow-sink", "timezone": "UTC", "jit": "off"},
    )


async def _nothing(_connection: Connection) -> None:
    """Only the connection is wanted."""


async def _write(connection: Connection, changes: Sequence[Change]) -> list[Rejected]:
    """Write changes as if they held nothing but what is new and right; only when that is refused, look closer."""
    try:
        async with connection.transaction():
            return await apply(connection, changes, new=True)
    except (asyncpg.PostgresError, OverflowError) as error:
        if not refuses(error):
            raise
    async with connection.transaction():
        return await apply_each(connection, changes)


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
            return await _apply_without_email(connection, changes[0], error)
    middle = len(changes) // 2
    return [*await apply_each(connection, changes[:middle]), *await apply_each(connection, changes[middle:])]


async def _apply_without_email(connection: Connection, change: Change, error: Exception) -> list[Rejected]:
    """Write the rest of a profile whose e-mail is taken, which PostgreSQL alone can know; refuse anything else."""
    if getattr(error, "constraint_name", None) == _EMAIL and any(getattr(row, "email", None) for row in change.rows):
        rows = tuple(row._replace(email=None) if isinstance(row, ProfileRow) else row for row in change.rows)
        rejected = await apply_each(connection, [change._replace(rows=rows)])
        return rejected or [Rejected(change.message, TAKEN, ours=False)]
    return [Rejected(change.message, reason(error), ours=not change.message.external)]


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
    """Apply what is said for the first time, and e-mails that were refused: a repeat undoes nothing said after it."""
    given = json_rows(rows)
    again = {(record[0], record[1]) for record in await connection.fetch(statements.RETRY_EMAILS, given)}
    new = {(record[0], record[1]) for record in await connection.fetch(statements.RECORD_PROFILES, given)}
    said = [ProfileRow(*row[:3], email=row.email) if (row.student_id, row.message_id) in again else row for row in rows]
    merged = merged_profiles(said, new | again)
    if merged:
        await connection.execute(statements.UPDATE_STUDENTS, json_rows(merged))


def _count(rows: Rows) -> int:
    single = len(rows.students) + len(rows.new_queries) + len(rows.moved_queries)
    return single + sum(map(len, rows.of.values()))
