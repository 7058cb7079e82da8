"""`/tables/`: what core's tables hold, of all workers, for operators. Nothing here changes anything."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast

from aiohttp import web
from pydantic import Field, NonNegativeInt, TypeAdapter, ValidationError
from yarl import URL

from learnflow.models.fields import Model, Timestamp
from learnflow.streams.stream_app import StreamApp
from learnflow.streams.topic_reader import partition_of
from learnflow.tables import student_of
from learnflow.tables.model_tables import PARTITIONS
from learnflow.tables.table_contents import TableContents
from learnflow.web.json_http import Refused, answer
from learnflow.web.table_owners import FORWARDED, TableOwners

NO_CORE: Final = (
    "Core does not run in this process, so it has no tables and knows of none: ask a worker that runs core."
)
_UNKNOWN: Final = "None where its worker did not answer, or no worker has the partition just now."


class TablePartition(Model):
    """A partition of a table: who has it, and how much there is in it."""

    partition: NonNegativeInt
    worker: str | None = Field(default=None, description="Where it is reached; none while partitions move.")
    keys: NonNegativeInt | None = Field(default=None, description=_UNKNOWN)
    bytes: NonNegativeInt | None = Field(default=None, description=f"Of keys and values. {_UNKNOWN}")


class TableSizes(Model):
    """A table, and how much there is in it."""

    name: str
    purpose: str
    pane_seconds: float | None = Field(default=None, description="How long a pane is, in a table that has panes.")
    keys: NonNegativeInt = Field(description="Of the partitions whose keys are known; each pane has its own.")
    partitions: tuple[TablePartition, ...]
    problems: tuple[str, ...] = Field(default=(), description="Why something is not known, or not all.")


class TableList(Model):
    """The tables of core."""

    tables: tuple[TableSizes, ...]
    problems: tuple[str, ...] = Field(default=(), description="Why something is not known, or not all.")


class TablePane(Model):
    """What a pane holds for a key. The end belongs to the next pane."""

    start: Timestamp
    end: Timestamp
    value: dict[str, Any]


class TableEntry(Model):
    """What a table holds for a key: a value, or, where it has panes, one a pane."""

    table: str
    key: str
    partition: NonNegativeInt
    worker: str
    value: dict[str, Any] | None = None
    panes: tuple[TablePane, ...] = Field(default=(), description="The oldest first.")


@dataclass(frozen=True, slots=True)
class TableViews:
    """Looks into this worker's tables, and asks the other workers of core for theirs."""

    contents: Sequence[TableContents]
    owners: TableOwners

    async def every(self, request: web.Request) -> TableList:
        """Return all tables."""
        return await self._of_all_workers(request, self.contents)

    async def one(self, request: web.Request, name: str) -> TableSizes:
        """Return a table. Raises Refused with 404."""
        found = await self._of_all_workers(request, [self._table(name)])
        return found.tables[0].model_copy(update={"problems": found.problems})

    async def entry(self, request: web.Request, name: str, key: str) -> web.Response:
        """Return what a table holds for a key, or what its owner answers. Raises Refused with 404 or 503."""
        table = self._table(name)
        student_id = student_of(name, key)
        url = self.owners.url_of(student_id)
        if url is not None:
            return await self.owners.forward(request, url)
        partition = partition_of(student_id.encode(), PARTITIONS)
        entries = table.entries(partition, key)
        if not entries:
            raise Refused(HTTPStatus.NOT_FOUND, f"The table {name} holds nothing for this key.")
        found = TableEntry(table=name, key=key, partition=partition, worker=str(self.owners.here))
        if table.pane_seconds is None:
            return answer(found.model_copy(update={"value": entries[0].value}))
        panes = (TablePane(start=each.start, end=each.end, value=each.value) for each in entries)
        return answer(found.model_copy(update={"panes": tuple(panes)}))

    def _table(self, name: str) -> TableContents:
        found = next((table for table in self.contents if table.name == name), None)
        if found is None:
            names = ", ".join(table.name for table in self.contents)
            raise Refused(HTTPStatus.NOT_FOUND, f"There is no table of that name; there are {names}.")
        return found

    async def _of_all_workers(self, request: web.Request, wanted: Sequence[TableContents]) -> TableList:
        """Put together what each worker says of its own partitions; whoever was asked by another says no more."""
        own = await self._of_this_worker(wanted)
        if FORWARDED in request.headers:
            return own
        workers = self.owners.workers()
        others = sorted({str(url) for url in workers.values() if url != self.owners.here})
        answers = [own, *await asyncio.gather(*(self._asked(request, URL(url)) for url in others))]
        known = {
            (table.name, part.partition): part for each in answers for table in each.tables for part in table.partitions
        }
        parts = {
            table.name: tuple(
                known.get((table.name, number)) or _unknown(number, workers.get(number)) for number in range(PARTITIONS)
            )
            for table in wanted
        }
        problems = tuple(problem for each in answers for problem in each.problems)
        return TableList(tables=tuple(_sizes(table, parts[table.name]) for table in wanted), problems=problems)

    async def _of_this_worker(self, wanted: Sequence[TableContents]) -> TableList:
        here = str(self.owners.here)
        tables = []
        for table in wanted:
            parts = []
            for number in table.partitions():
                size = table.size(number)
                parts.append(TablePartition(partition=number, worker=here, keys=size.keys, bytes=size.bytes))
                await asyncio.sleep(0)  # others have their turn: a partition may be large
            tables.append(_sizes(table, tuple(parts)))
        problems = () if self.owners.caught_up else (f"{here} still reads its tables in: there will be more.",)
        return TableList(tables=tuple(tables), problems=problems)

    async def _asked(self, request: web.Request, url: URL) -> TableList:
        """Return what another worker has of its own, or why it is not known."""
        try:
            response = await self.owners.forward(request, url)
            found = _ANSWER.validate_json(cast("bytes", response.body))
        except (Refused, ValidationError):
            return TableList(tables=(), problems=(f"{url} does not answer: what it has is not known.",))
        return found if isinstance(found, TableList) else TableList(tables=(found,), problems=found.problems)


_ANSWER: Final[TypeAdapter[TableList | TableSizes]] = TypeAdapter(TableList | TableSizes)


def _unknown(partition: int, worker: URL | None) -> TablePartition:
    return TablePartition(partition=partition, worker=None if worker is None else str(worker))


def _sizes(table: TableContents, parts: tuple[TablePartition, ...]) -> TableSizes:
    return TableSizes(
        name=table.name,
        purpose=table.purpose,
        pane_seconds=table.pane_seconds,
        keys=sum(part.keys or 0 for part in parts),
        partitions=parts,
    )


def add_tables(app: StreamApp, views: TableViews | None) -> None:
    """Serve the three views; without core each says so."""

    @app.page("/tables/", name="tables")
    async def tables(_view: Any, request: Any) -> Any:  # noqa: ANN401 - Faust's view, request and response
        return answer(await _here(views).every(request))

    @app.page("/tables/{name}/", name="table")
    async def table(_view: Any, request: Any, name: str) -> Any:  # noqa: ANN401 - as above
        return answer(await _here(views).one(request, name))

    @app.page("/tables/{name}/{key}/", name="table-key")
    async def entry(_view: Any, request: Any, name: str, key: str) -> Any:  # noqa: ANN401 - as above
        return await _here(views).entry(request, name, key)


def _here(views: TableViews | None) -> TableViews:
    if views is None:
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, NO_CORE)
    return views
