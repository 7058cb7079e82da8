"""PostgreSQL, for those who can do without it: what is asked of it while it is away fails at once."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

import asyncpg

SECONDS: Final = 2.0  # for one statement, with its connection, and again for calling it off: somebody waits
PAUSE_SECONDS: Final = 10.0  # that PostgreSQL is left in peace after it failed
CONNECTIONS: Final = 4

_FAILURES: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_log = logging.getLogger(__name__)


class DatabaseAway(Exception):  # noqa: N818 - a state, not a fault
    """PostgreSQL cannot be asked now; the text says why."""


class Database:
    """A few connections, made when they are needed. Says once that PostgreSQL is away, and once that it is back."""

    def __init__(
        self, url: str, tick: Callable[[], float] = time.monotonic, *, lacking: str, pause: float = PAUSE_SECONDS
    ) -> None:
        """`lacking` ends the sentence on PostgreSQL's being away: what does not go on; `pause` is in seconds."""
        self._url = url
        self._tick = tick
        self._lacking = lacking
        self._pause = pause
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._connecting = asyncio.Lock()
        self._failed_at: float | None = None

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """Return the rows of a statement. Raises DatabaseAway, at once where PostgreSQL failed a moment ago."""
        if self._failed_at is not None and self._tick() - self._failed_at < self._pause:
            msg = "PostgreSQL failed a moment ago"
            raise DatabaseAway(msg)
        try:
            async with asyncio.timeout(SECONDS):
                pool = await self._connected()
                async with pool.acquire(timeout=SECONDS) as connection:  # which bounds giving it back, too
                    rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        except _FAILURES as error:
            raise await self._failed(error) from error
        if self._failed_at is not None:
            self._failed_at = None
            _log.warning("PostgreSQL is back")
        return rows

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.terminate()

    async def _connected(self) -> "asyncpg.Pool[asyncpg.Record]":
        async with self._connecting:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(self._url, min_size=0, max_size=CONNECTIONS)
            return self._pool

    async def _failed(self, error: Exception) -> DatabaseAway:
        words = " ".join(str(error).split()) or type(error).__name__
        if self._failed_at is None:
            _log.warning("PostgreSQL is away, so that %s: %s", self._lacking, words)
        self._failed_at = self._tick()
        if self._pool is not None:
            await self._pool.expire_connections()
        return DatabaseAway(words)
