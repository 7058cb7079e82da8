"""PostgreSQL as the source of truth: students that core's tables do not hold, read in batches."""

import asyncio
from typing import Final

import asyncpg
from mode.utils.logging import get_logger

from learnflow.sink.failures import passes, reason
from learnflow.sink.read import StoredStudent, load_students

COLLECT: Final = 0.005  # seconds that requests are collected for
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 2.0
_log = get_logger(__name__)


class PostgresSource:
    """Reads students. While PostgreSQL is away, it waits."""

    def __init__(self, url: str, turns: int) -> None:
        self._url = url
        self._turns = turns
        self._asked: dict[str, asyncio.Future[StoredStudent | None]] = {}
        self._connection: asyncpg.Connection | None = None
        self._reading = asyncio.Lock()

    async def read(self, student_id: str) -> StoredStudent | None:
        """Return a student, or None where PostgreSQL does not know them."""
        answer = self._asked.get(student_id)
        if answer is None:
            answer = self._asked[student_id] = asyncio.get_running_loop().create_future()
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
            known = await self._until_there(list(asked))
        for student_id, answer in asked.items():
            answer.set_result(known.get(student_id))

    async def _until_there(self, students: list[str]) -> dict[str, StoredStudent]:
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._read(students)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                if not passes(error):
                    raise
                _log.warning("PostgreSQL cannot be read, waiting for it: %s", reason(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _read(self, students: list[str]) -> dict[str, StoredStudent]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._url, timeout=10, command_timeout=30)
        return await load_students(self._connection, students, self._turns)
