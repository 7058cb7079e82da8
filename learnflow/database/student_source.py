"""PostgreSQL as the source of truth: what core's tables do not hold, read in batches."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import partial
from typing import Final, Generic, TypeVar

import asyncpg
from mode.utils.logging import get_logger

from learnflow.database.postgres_errors import passes, reason
from learnflow.database.students import StoredStudent, load_students

Wanted = TypeVar("Wanted", bound=Hashable)
Stored = TypeVar("Stored")

COLLECT: Final = 0.005  # seconds that requests are collected for
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 2.0
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
        self._asked: dict[Wanted, asyncio.Future[Stored | None]] = {}
        self._connection: asyncpg.Connection | None = None
        self._reading = asyncio.Lock()

    async def read(self, wanted: Wanted) -> Stored | None:
        """Return what PostgreSQL has of it, or None where it knows nothing."""
        answer = self._asked.get(wanted)
        if answer is None:
            answer = self._asked[wanted] = asyncio.get_running_loop().create_future()
            if len(self._asked) == 1:
                self._task = asyncio.create_task(self._answer())
        return await asyncio.shield(answer)

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _answer(self) -> None:
        await asyncio.sleep(COLLECT)
        async with self._reading:
            asked, self._asked = self._asked, {}
            try:
                known = await self._until_there(list(asked))
            except Exception as error:  # noqa: BLE001 - whoever asked raises it, instead of waiting for good
                for answer in asked.values():
                    answer.set_exception(error)
                return
        for wanted, answer in asked.items():
            answer.set_result(known.get(wanted))

    async def _until_there(self, wanted: list[Wanted]) -> Mapping[Wanted, Stored]:
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._load(await self._connected(), wanted)
            except Exception as error:
                if not passes(error):
                    raise
                _log.warning("PostgreSQL cannot be read, waiting for it: %s", reason(error))
                self._disconnect()
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def _disconnect(self) -> None:
        """A connection that was lost in the middle of a query may never notice."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._url, timeout=10, command_timeout=30)
        return self._connection


class PostgresSource(BatchSource[str, StoredStudent]):
    """Reads students by their ids, each with so many turns at the most."""

    def __init__(self, url: str, turns: int) -> None:
        super().__init__(url, partial(load_students, turns=turns))
