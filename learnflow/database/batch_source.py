"""What core's tables do not hold, read from PostgreSQL in batches."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import partial
from typing import Final, Generic, TypeVar

import asyncpg
from mode.utils.logging import get_logger

from learnflow.backoff import Backoff
from learnflow.database.postgres import passes, reason
from learnflow.streams.retry import until_possible

Wanted = TypeVar("Wanted", bound=Hashable)
Stored = TypeVar("Stored")

COLLECT: Final = 0.005  # seconds that requests are collected for
BACKOFF: Final = Backoff(first=0.1, longest=2.0)
_log = get_logger(__name__)


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
