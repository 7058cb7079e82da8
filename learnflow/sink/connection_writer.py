"""One connection to PostgreSQL and what is written over it, in order; while PostgreSQL is away it waits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar

import asyncpg

from learnflow.backoff import until_possible
from learnflow.database.postgres import conflicts, passes, reason, refuses
from learnflow.sink.changes import Change
from learnflow.sink.messages import Rejected
from learnflow.sink.transaction import Connection, apply, apply_each

log = logging.getLogger(__name__)
Result = TypeVar("Result")

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
