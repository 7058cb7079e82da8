"""PostgreSQL, as the web views ask it: rows as models, and a sentence within seconds while it is away."""

from http import HTTPStatus
from typing import Any, Final, TypeVar

import asyncpg

from learnflow.database.connection import Database, DatabaseAway
from learnflow.models.fields import Model
from learnflow.web.responses import Refused

AWAY: Final = "The database cannot be asked now. Try again in a moment."
_LACKING: Final = "some web views cannot answer"

Row = TypeVar("Row", bound=Model)


class WebDatabase:
    """One small pool a process. What it raises is for whoever asked."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, lacking=_LACKING, pause=0.0)

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:  # noqa: ANN401 - as a Reader's
        """Return the rows of a query. Raises Refused with 503 while PostgreSQL is away."""
        try:
            return await self._database.fetch(query, *args)
        except DatabaseAway as error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, AWAY) from error

    async def models(self, model: type[Row], query: str, *args: Any) -> list[Row]:  # noqa: ANN401 - as a Reader's
        """Return a query's rows as models, by the names of its columns. Raises Refused as `fetch` does."""
        found = await self.fetch(f"SELECT to_json(found)::text FROM ({query}) AS found", *args)  # noqa: S608 - ours
        return [model.model_validate_json(row[0]) for row in found]

    async def close(self) -> None:
        """Close the connections."""
        await self._database.close()
