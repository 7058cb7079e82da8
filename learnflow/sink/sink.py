"""The sink: batches of messages → PostgreSQL, each batch in one transaction."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from operator import attrgetter
from typing import Final, TypeVar

import asyncpg

from learnflow.models.vocabulary import Agent
from learnflow.sink.changes import Change, change
from learnflow.sink.failures import conflicts, passes, reason, refuses
from learnflow.sink.messages import (
    BY_NAME,
    TOO_MANY,
    Rejected,
    SinkMessage,
    TooManyRejections,
    Unstorable,
    consecutive,
)
from learnflow.sink.writer import Connection, apply_each, apply_new
from learnflow.streams.codec import Refusal, decode

log = logging.getLogger(__name__)
Result = TypeVar("Result")

AT_A_TIME: Final = 32  # messages decoded before others get a turn: about a millisecond
FIRST_WAIT: Final = 0.1  # seconds
LONGEST_WAIT: Final = 5.0
CONNECT_SECONDS: Final = 10.0
STATEMENT_SECONDS: Final = 120.0  # a connection that died without a word is given up after it


class Sink:
    """Writes messages to PostgreSQL.

    Batches are committed in the order of the calls of `write`; a second call, made while the first waits for the
    database, decodes its messages meanwhile.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: Connection | None = None
        self._decoding = asyncio.Lock()
        self._writing = asyncio.Lock()
        self._refused_in_a_row = 0

    async def start(self) -> None:
        """Connect. While PostgreSQL is away this waits; a wrong URL, user or password raises."""
        async with self._writing:
            await self._until_possible(_nothing)

    async def close(self) -> None:
        """Close the connection, after the write that is under way."""
        async with self._writing:
            if self._connection is not None:
                connection, self._connection = self._connection, None
                await connection.close(timeout=CONNECT_SECONDS)

    async def write(self, messages: Sequence[SinkMessage]) -> list[Rejected]:
        """Store messages in one transaction, and return those that cannot be stored, in no certain order.

        What cannot be read is returned only on topics whose `reader` the sink is: elsewhere that agent says so.
        While PostgreSQL is away this waits. Raises TooManyRejections, after the commit, when so many messages of our
        own were refused in a row that the fault is ours.
        """
        async with self._turn(messages) as (changes, unreadable):
            refused = unreadable
            if changes:
                refused = [*unreadable, *await self._until_possible(lambda connection: _write(connection, changes))]
            self._refused_in_a_row = consecutive(self._refused_in_a_row, messages, refused)
            if self._refused_in_a_row >= TOO_MANY:
                raise TooManyRejections(self._refused_in_a_row, next(one for one in reversed(refused) if one.ours))
            return refused

    @asynccontextmanager
    async def _turn(self, messages: Sequence[SinkMessage]) -> AsyncIterator[tuple[list[Change], list[Rejected]]]:
        async with self._decoding:
            decoded = await _changes(messages)
        # Nothing runs between giving on the turn to decode and asking for the turn to write: the order stays.
        await self._writing.acquire()
        try:
            yield decoded
        finally:
            self._writing.release()

    async def _until_possible(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        wait, away = FIRST_WAIT, False
        while True:
            try:
                result = await self._try(work)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
                if not passes(error):
                    raise
                if not conflicts(error) and not away:
                    away = True
                    log.warning("PostgreSQL cannot be written to, waiting for it: %s", reason(error))
            else:
                if away:
                    log.info("PostgreSQL can be written to again")
                return result
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

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
    """Write a batch as if it held nothing but what is new and right; only when that is refused, look closer."""
    try:
        async with connection.transaction():
            return await apply_new(connection, changes)
    except (asyncpg.PostgresError, OverflowError) as error:
        if not refuses(error):
            raise
    async with connection.transaction():
        return await apply_each(connection, changes)


async def _changes(messages: Sequence[SinkMessage]) -> tuple[list[Change], list[Rejected]]:
    changes: list[Change] = []
    rejected: list[Rejected] = []
    # Topic by topic, which is an eighth faster than mixed; between topics the order makes no difference.
    for number, message in enumerate(sorted(messages, key=attrgetter("topic")), start=1):
        try:
            changed = change(message, decode(BY_NAME[message.topic], message.key, message.value))
        except (Refusal, Unstorable) as error:
            if isinstance(error, Unstorable) or BY_NAME[message.topic].reader is Agent.SINK:
                rejected.append(Rejected(message, str(error), ours=not message.external))
            continue
        if changed is not None:
            changes.append(changed)
        if number % AT_A_TIME == 0:
            await asyncio.sleep(0)
    return changes, rejected
