"""PostgreSQL, for those who can do without it, and for those who wait for it and read in batches."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import Final, Generic, TypeVar

import asyncpg

from learnflow.backoff import Backoff, until_possible
from learnflow.database.postgres import one_line, passes, reason

SECONDS: Final = 2.0  # for one statement, with its connection, and again for calling it off: somebody waits
PAUSE_SECONDS: Final = 10.0  # that PostgreSQL is left in peace after it failed
CONNECTIONS: Final = 4

_FAILURES: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_log = logging.getLogger(__name__)
Wanted = TypeVar("Wanted", bound=Hashable)
Stored = TypeVar("Stored")
COLLECT: Final = 0.005  # seconds that requests are collected for
BACKOFF: Final = Backoff(first=0.1, longest=2.0)


class DatabaseAway(Exception):  # noqa: N818 - a state, not a fault
    """PostgreSQL cannot be asked now; the text says why."""


@dataclass(eq=False, repr=False)
class Database:
    """A few connections, made when they are needed. Says once that PostgreSQL is away, and once that it is back.

    `lacking` ends the sentence on its being away: what does not go on; `pause` is in seconds.
    """

    url: str
    tick: Callable[[], float] = time.monotonic
    _: KW_ONLY
    lacking: str
    pause: float = PAUSE_SECONDS

    def __post_init__(self) -> None:
        """Connect to nothing yet."""
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._connecting = asyncio.Lock()
        self._failed_at: float | None = None

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """Return the rows of a statement. Raises DatabaseAway, at once where PostgreSQL failed a moment ago."""
        if self._failed_at is not None and self.tick() - self._failed_at < self.pause:
            msg = "PostgreSQL failed a moment ago"
            raise DatabaseAway(msg)
        try:
            async with asyncio.timeout(SECONDS):
                pool = await self._connected()
                async with pool.acquire(timeout=SECONDS) as connection:  # which bounds giving it back, too
                    rows: list[asyncpg.Record] = await connection.fetch(query, *args)
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
                self._pool = await asyncpg.create_pool(self.url, min_size=0, max_size=CONNECTIONS)
            return self._pool

    async def _failed(self, error: Exception) -> DatabaseAway:
        words = one_line(error)
        if self._failed_at is None:
            _log.warning("PostgreSQL is away, so that %s: %s", self.lacking, words)
        self._failed_at = self.tick()
        if self._pool is not None:
            await self._pool.expire_connections()
        return DatabaseAway(words)


class BatchSource(Generic[Wanted, Stored]):
    """Reads what is wanted, all that is asked for at about the same time at once. While PostgreSQL is away, it waits.

    `load` reads a batch over a connection; what it does not find is absent from its result.
    """

    def __init__(
        self, url: str, load: Callable[[asyncpg.Connection, list[Wanted]], Awaitable[Mapping[Wanted, Stored]]]
    ) -> None:
        self._url = url
        self._load = load
        self._waiting: dict[Wanted, asyncio.Future[Stored | None]] = {}
        self._connection: asyncpg.Connection | None = None
        self._reading = asyncio.Lock()

    async def read(self, wanted: Wanted) -> Stored | None:
        """Return what PostgreSQL has of it, or None where it knows nothing."""
        answer = self._waiting.get(wanted)
        if answer is None:
            answer = self._waiting[wanted] = asyncio.get_running_loop().create_future()
            if len(self._waiting) == 1:
                self._task = asyncio.create_task(self._answer())
        return await asyncio.shield(answer)

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _answer(self) -> None:
        await asyncio.sleep(COLLECT)
        async with self._reading:
            batch, self._waiting = self._waiting, {}
            try:
                work = partial(self._load_batch, list(batch))
                stored = await until_possible(work, passes, self._disconnect, BACKOFF)
            except Exception as error:  # noqa: BLE001 - whoever waits raises it, instead of waiting for good
                for answer in batch.values():
                    answer.set_exception(error)
                return
        for wanted, answer in batch.items():
            answer.set_result(stored.get(wanted))

    async def _load_batch(self, wanted: list[Wanted]) -> Mapping[Wanted, Stored]:
        return await self._load(await self._connected(), wanted)

    def _disconnect(self, error: Exception) -> None:
        """A connection that was lost in the middle of a query may never notice."""
        _log.warning("PostgreSQL cannot be read, waiting for it: %s", reason(error))
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._url, timeout=10, command_timeout=30)
        return self._connection
