"""The sink: batches of messages → PostgreSQL, over a few connections that share out the students."""

import asyncio
import zlib
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

import asyncpg

from learnflow.database.postgres import passes
from learnflow.models.vocabulary import Agent
from learnflow.sink.changes import Change, change
from learnflow.sink.connection_writer import ConnectionWriter, Outage, reach
from learnflow.sink.messages import BY_NAME, Refusals, Rejected, SinkMessage, Unstorable
from learnflow.streams.codec import Clock, Refusal, decode

CHECK_SECONDS: Final = 5.0
AT_A_TIME: Final = 32  # messages decoded before others get a turn: about a millisecond
CONNECTIONS: Final = 2  # while PostgreSQL works on the rows of one, we prepare those of the other


class Sink:
    """Writes messages to PostgreSQL.

    What concerns one student is committed in the order of the calls of `write`; a second call, made while the first
    waits for the database, decodes its messages meanwhile.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._outage = Outage()
        self._writers = tuple(ConnectionWriter(database_url, self._outage) for _ in range(CONNECTIONS))
        self._decoding = asyncio.Lock()
        self._refusals = Refusals()

    async def start(self) -> None:
        """Connect. While PostgreSQL is away this waits; a wrong URL, user or password raises."""
        await asyncio.gather(*(writer.start() for writer in self._writers))

    async def close(self) -> None:
        """Close the connections, after the writes that are under way."""
        await asyncio.gather(*(writer.close() for writer in self._writers))

    @property
    def problem(self) -> str | None:
        """Since when PostgreSQL is away and why; None while it is there."""
        return self._outage.problem

    async def check(self) -> None:
        """Find out whether PostgreSQL is there, also while there is nothing to write."""
        try:
            await reach(self._url, CHECK_SECONDS)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
            if passes(error):
                self._outage.goes_on(error)
        else:
            if not any(writer.busy for writer in self._writers):  # who is busy says itself how it goes
                self._outage.is_over()

    async def write(self, messages: Sequence[SinkMessage], clock: Clock | None = None) -> list[Rejected]:
        """Store messages, and return those that cannot be stored, in no certain order.

        What cannot be read is returned only on topics whose `reader` the sink is: elsewhere that agent says so.
        With a clock, that goes for what lies too far in the future, too.
        While PostgreSQL is away this waits.
        """
        async with self._decoding:
            changes, refused = await _changes(messages, clock)
            # Lined up before the turn to decode is given on: the order stays.
            writing = asyncio.gather(*map(ConnectionWriter.write, self._writers, _parts(changes)))
        for part in await writing:
            refused += part
        self._refusals.count(messages, refused)
        return refused

    def stop_if_at_fault(self) -> None:
        """Raise TooManyRejections when so much was refused that the fault is ours; what was refused is kept by then."""
        if self._refusals.fault is not None:
            raise self._refusals.fault


def _parts(changes: Sequence[Change]) -> list[list[Change]]:
    """Share out the changes: what concerns one student always goes the same way."""
    parts: list[list[Change]] = [[] for _ in range(CONNECTIONS)]
    for item in changes:
        parts[zlib.crc32(item.student_id.encode()) % CONNECTIONS].append(item)
    return parts


async def _changes(messages: Sequence[SinkMessage], clock: Clock | None) -> tuple[list[Change], list[Rejected]]:
    changes: list[Change] = []
    rejected: list[Rejected] = []
    # Topic by topic, which is an eighth faster than mixed; between topics the order makes no difference.
    for number, message in enumerate(sorted(messages, key=attrgetter("topic")), start=1):
        try:
            changed = change(message, decode(BY_NAME[message.topic], message.key, message.value, clock))
        except (Refusal, Unstorable) as error:
            if isinstance(error, Unstorable) or BY_NAME[message.topic].reader is Agent.SINK:
                rejected.append(Rejected(message, str(error), ours=not message.external))
            continue
        if changed is not None:
            changes.append(changed)
        if number % AT_A_TIME == 0:
            await asyncio.sleep(0)
    return changes, rejected
