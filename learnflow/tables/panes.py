"""A windowed Faust table whose values are models: tumbling panes of event time, addressed directly.

Faust's own expiry forgets nothing in the changelog, and loses track at a restart: panes are swept here.
"""

import json
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

import faust
from faust.types.tables import TableT
from faust.windows import TumblingWindow

from learnflow.models.fields import Model
from learnflow.tables.values import PARTITIONS

Value = TypeVar("Value", bound=Model)
Key = tuple[str, tuple[float, float]]

SWEEP_EVERY: Final = timedelta(hours=1)


class PaneTable(Generic[Value]):
    """Read anywhere in core; written by one agent only, while it holds an event of the key's partition."""

    def __init__(self, app: faust.App, name: str, model: type[Value], size: timedelta, kept: timedelta) -> None:
        self._table: TableT[Any, bytes] = app.Table(name, partitions=PARTITIONS, value_type=bytes)
        self._model = model
        self._size = size.total_seconds()
        self._kept = kept.total_seconds()
        self._window = TumblingWindow(self._size)
        self._table.using_window(self._window)
        self._swept: dict[int, datetime] = {}

    def get(self, key: str, at: datetime, back: int = 0) -> Value | None:
        """Return the value in the pane of a time, or in one that is so many panes before it."""
        stored = self._table.get(self._key(key, at, back))
        return None if stored is None else self._model.model_validate_json(stored)

    def put(self, key: str, at: datetime, value: Value) -> None:
        """Write a value, also an equal one: after a crash the changelog may not have it."""
        self._table[self._key(key, at)] = value.model_dump_json().encode()

    def sweep(self, partition: int, now: datetime) -> None:
        """Once an hour, remove the panes of a partition that nothing reads any more, while holding an event of it."""
        if partition in self._swept and now - self._swept[partition] < SWEEP_EVERY:
            return
        self._swept[partition] = now
        table: Any = self._table  # there is no public way to a partition's keys
        database = table.data._db_for_partition(partition)  # noqa: SLF001
        stored = [key for key in database.keys() if key != table.data.offset_key]  # noqa: SIM118 - it is no mapping
        for key in map(table._to_key, map(json.loads, stored)):  # noqa: SLF001
            if key[1][1] < now.timestamp() - self._kept:
                self._table.pop(key, None)

    def _key(self, key: str, at: datetime, back: int = 0) -> Key:
        start, end = self._window.current(at.timestamp() - back * self._size)
        return key, (start, end)
