"""What lies in the partitions of a table that are this worker's: how much it is, and what there is for a key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import faust
import orjson
from faust.types import TP
from faust.types.tables import TableT

_OFFSET: Final = b"__faust\0offset__"  # where Faust's store keeps how far it is


@dataclass(frozen=True, slots=True)
class Size:
    """How many keys a partition has, and how many bytes they and their values are."""

    keys: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A value, as JSON; `start` and `end` are its pane's, where the table has panes."""

    value: Any
    start: datetime | None = None
    end: datetime | None = None


class TableContents:
    """Reads a table by partition. `pane_seconds` is the length of its panes, where it has some.

    There is no public way to one partition. Whoever reads may wait in between, and partitions come and go meanwhile:
    each is read in one go when it has its turn, where Faust's own iteration would fail.
    """

    def __init__(self, app: faust.App, table: TableT[Any, bytes], pane_seconds: float | None = None) -> None:
        self.name: str = table.name
        self.pane_seconds = pane_seconds
        self._app = app
        self._table: Any = table

    @property
    def purpose(self) -> str:
        """What the table is for."""
        return str(self._table.help)

    def partitions(self) -> list[int]:
        """Return the partitions that are this worker's."""
        return [partition for partition in sorted(self._table.data._dbs) if self._database(partition) is not None]  # noqa: SLF001

    def items(self, partition: int) -> list[tuple[bytes, bytes]]:
        """Return keys and values as they are stored; none where the partition is another worker's."""
        database = self._database(partition)
        return [] if database is None else [item for item in database.items() if item[0] != _OFFSET]

    def size(self, partition: int) -> Size:
        """Return how much there is in a partition."""
        database, keys, octets = self._database(partition), 0, 0
        for key, value in () if database is None else database.items():
            if key != _OFFSET:
                keys, octets = keys + 1, octets + len(key) + len(value)
        return Size(keys, octets)

    def entries(self, partition: int, key: str) -> tuple[Entry, ...]:
        """Return what a partition has for a key: one value, or one a pane, the oldest first; or nothing."""
        database = self._database(partition)
        if database is None:
            return ()
        if self.pane_seconds is None:
            stored = database.get(key.encode())
            return () if stored is None else (Entry(orjson.loads(stored)),)
        return tuple(sorted(self._panes(database, key), key=lambda entry: str(entry.start)))

    def _panes(self, database: Any, key: str) -> Iterator[Entry]:  # noqa: ANN401 - Faust's store is not typed
        first: bytes = self._table.data._encode_key((key, ()))  # noqa: SLF001
        prefix = first.removesuffix(b"[]]")
        for stored_key, value in database.items(from_key=prefix):
            if not stored_key.startswith(prefix):
                return
            start, _ = orjson.loads(stored_key)[1]
            ends = start + self.pane_seconds
            yield Entry(orjson.loads(value), datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(ends, UTC))

    def _database(self, partition: int) -> Any:  # noqa: ANN401 - as above
        place = TP(self._table.changelog_topic.get_topic_name(), partition)
        ours = place in self._app.assignor.assigned_actives()
        return self._table.data._dbs.get(partition) if ours else None  # noqa: SLF001
