"""What PostgreSQL has, for tests that are no coroutines."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import asyncpg

from tests.support.running_system import until

WAIT_SECONDS: Final = 120.0

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """What PostgreSQL has of a query. `flow` is in the order of its numbers."""

    query: Row
    responses: list[Row]
    flow: list[Row]

    @property
    def ways(self) -> list[tuple[int, str, str, str]]:
        """Each message of the flow: its number, kind, sender and receiver."""
        return [
            (row["sequence_order"], row["message_type"], row["source_agent"], row["destination_agent"])
            for row in self.flow
        ]


@dataclass(slots=True)
class Database:
    """One connection, made when it is needed."""

    url: str
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _connection: asyncpg.Connection | None = None

    def rows(self, statement: str, *arguments: object) -> list[Row]:
        """Return what the database answers."""
        return self._loop.run_until_complete(self._fetch(statement, arguments))

    def stored(self, query_id: str, *, flow: int = 0) -> Stored:
        """Return what there is of a query, once it has its outcome, and a flow of so many messages."""
        found: list[Stored] = []

        def complete() -> bool:
            found[:] = self._stored(query_id)
            final = bool(found) and found[0].query["status"] in ("completed", "failed")
            return final and len(found[0].flow) >= flow

        assert until(complete, WAIT_SECONDS), f"{query_id} is not stored: {found}"
        return found[0]

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._loop.run_until_complete(self._connection.close())
        self._loop.close()

    def _stored(self, query_id: str) -> Iterator[Stored]:
        one = UUID(query_id)
        for query in self.rows("SELECT * FROM query_history WHERE query_id = $1", one):
            responses = self.rows("SELECT * FROM agent_responses WHERE query_id = $1", one)
            flow = "SELECT * FROM message_flow WHERE query_id = $1 ORDER BY sequence_order, timestamp"
            yield Stored(query, responses, self.rows(flow, one))

    async def _fetch(self, statement: str, arguments: Sequence[object]) -> list[Row]:
        if self._connection is None:
            self._connection = await asyncpg.connect(self.url)
        return [dict(row) for row in await self._connection.fetch(statement, *arguments)]
