"""How PostgreSQL is spoken to: values as it takes them, what its errors mean, and connections to read over."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, Final, Generic, Protocol, TypeVar

import asyncpg
import orjson

from learnflow.backoff import Backoff, WorkerFault, until_possible

_OF_THE_ROW: Final = {"22", "23", "54"}  # data exception, integrity constraint violation, too large for an index
_OF_THE_MOMENT: Final = {"08", "25", "40", "53", "55", "57", "58"}  # connection, read-only, rollback, resources …


class Reader(Protocol):
    """A connection or a pool."""

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:  # noqa: ANN401 - asyncpg's own
        """Return the rows of a query."""


class Json(str):
    """JSON, as text."""

    __slots__ = ()


def json_text(value: object) -> Json:
    """Return JSON as PostgreSQL reads it."""
    return Json(orjson.dumps(value).decode())


def json_rows(rows: Sequence[Any], columns: Sequence[str] | None = None) -> str:
    """Return rows as a JSON array of objects, which is cheaper to hand over than a list for each column.

    Named tuples have their columns' names, of other tuples all have the `columns`.
    """
    names = columns or rows[0]._fields
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    return orjson.dumps(objects, _native, orjson.OPT_PASSTHROUGH_SUBCLASS).decode()


def _native(value: object) -> object:
    return orjson.Fragment(str(value)) if isinstance(value, Json) else str(value)


@lru_cache(maxsize=256)  # a confidence has two decimals
def hundredths(value: float) -> Decimal:
    """Return a confidence as PostgreSQL keeps it."""
    return Decimal(str(value))


class Raced(Exception):  # noqa: N818 - no error, a reason to read again
    """Another sink wrote a query between our reading and our writing."""


def refuses(error: BaseException) -> bool:
    """Whether the database refuses what a row says."""
    return _state(error)[:2] in _OF_THE_ROW or isinstance(error, OverflowError)


def conflicts(error: BaseException) -> bool:
    """Whether the same again may succeed at once: another transaction was in the way."""
    return isinstance(error, Raced) or _state(error)[:2] == "40"


def passes(error: BaseException) -> bool:
    """Whether the same may succeed later: PostgreSQL is away, or cannot work now."""
    if conflicts(error) or _state(error)[:2] in _OF_THE_MOMENT:
        return True
    lost = (OSError, asyncio.TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)
    return isinstance(error, lost) and not isinstance(error, ValueError)  # a ValueError is about what we passed


def reason(error: BaseException) -> str:
    """Return the database's own words in one line, without the contents of a whole row."""
    words = str(error.args[0]) if error.args else type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        words = error.strerror
    detail = getattr(error, "detail", None)
    if detail and isinstance(error, (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError)):
        words = f"{words}: {detail}"
    return " ".join(words.split())


def one_line(error: BaseException) -> str:
    """Return all that an error says in one line."""
    return " ".join(str(error).split()) or type(error).__name__


def present(record: asyncpg.Record) -> dict[str, Any]:
    """Return the values of a row that has any, by column: of the others the models know what stands for them."""
    return {name: value for name, value in record.items() if value is not None}


def _state(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")


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
            raise DatabaseAway("PostgreSQL failed a moment ago")
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

    What does not pass is a WorkerFault: no student's question is the cause.

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
                fault = WorkerFault(f"PostgreSQL cannot be read: {reason(error)}")
                fault.__cause__ = error
                for answer in batch.values():
                    answer.set_exception(fault)
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
