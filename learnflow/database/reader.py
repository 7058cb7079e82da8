"""What reads from PostgreSQL."""

from typing import Any, Protocol

import asyncpg


class Reader(Protocol):
    """A connection or a pool."""

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:  # noqa: ANN401 - asyncpg's own
        """Return the rows of a query."""
