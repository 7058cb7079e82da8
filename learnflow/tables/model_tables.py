"""Faust tables whose values are models, plain or in panes of event time; keys are bytes, as every client has them."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final, Generic, TypeVar

import faust
from faust.types.tables import TableT
from faust.windows import TumblingWindow

from learnflow.domain.struggle.observations import Observation, in_order
from learnflow.domain.struggle.window import WINDOW
from learnflow.models.fields import Model
from learnflow.tables.table_contents import TableContents

PARTITIONS: Final = 12  # as the topics that feed tables

Value = TypeVar("Value", bound=Model)
Key = tuple[str, tuple[float, float]]
SWEEP_EVERY: Final = timedelta(hours=1)
MOST: Final = 50  # observations of a pane, the newest: a bound on what one student can cost
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)  # where panes are counted from
_AROUND: Final = (1, 0, -1, -2)  # panes back: all that is kept of a student, around a time of the last 48 h


class ValueTable(Generic[Value]):
    """Read anywhere in core; written by one agent only, while it holds an event of the key's partition."""

    def __init__(self, app: faust.App, name: str, model: type[Value]) -> None:
        self._model = model
        self._table = app.Table(name, partitions=PARTITIONS, key_type=bytes, value_type=bytes)
        self.contents = TableContents(app, self._table)

    def get(self, key: str) -> Value | None:
        """Return a value, or None where there is none."""
        stored = self._table.get(key.encode())
        return None if stored is None else self._model.model_validate_json(stored)

    def __contains__(self, key: str) -> bool:
        """Whether there is a value."""
        return key.encode() in self._table

    def put(self, key: str, value: Value) -> None:
        """Write a value, also an equal one: after a crash the changelog may not have it."""
        self._table[key.encode()] = value.model_dump_json().encode()

    def drop(self, key: str) -> None:
        """Remove a value, also one that is gone: after a crash the changelog may still have it."""
        if self._table.pop(key.encode(), None) is None:
            self._table.on_key_del(key.encode())

    def items(self) -> Iterator[tuple[str, Value]]:
        """Every key of this worker's partitions, with its value. The caller may wait in between."""
        for partition in self.contents.partitions():
            for key, stored in self.contents.items(partition):
                yield key.decode(), self._model.model_validate_json(stored)


class PaneTable(Generic[Value]):
    """Read anywhere in core; written by one agent only, while it holds an event of the key's partition."""

    def __init__(self, app: faust.App, name: str, model: type[Value], size: timedelta, kept: timedelta) -> None:
        self._table: TableT[Any, bytes] = app.Table(name, partitions=PARTITIONS, value_type=bytes)
        self.contents = TableContents(app, self._table, size.total_seconds())
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


class Pane(Model):
    """What one student did within one pane, in the order of the times."""

    observations: tuple[Observation, ...] = ()


class StruggleTable:
    """Read anywhere in core; written by the struggle agent, while it holds an event of the student's partition."""

    def __init__(self, app: faust.App, name: str) -> None:
        self._panes = PaneTable(app, name, Pane, size=WINDOW, kept=2 * WINDOW)
        self.contents = self._panes.contents

    def around(self, student_id: str, at: datetime) -> tuple[Observation, ...]:
        """Return what a student did around a time: the windows that it can be part of, and those after it."""
        panes = (self._panes.get(student_id, at, back) for back in _AROUND)
        return tuple(observation for pane in panes if pane for observation in pane.observations)

    @staticmethod
    def extent(at: datetime) -> tuple[datetime, datetime]:
        """Return from when on, and until when, `around` looks; nothing is looked for before 1970."""
        first = max((at - _EPOCH) // WINDOW - max(_AROUND), 0)
        return _EPOCH + first * WINDOW, _EPOCH + (first + len(_AROUND)) * WINDOW

    def has(self, student_id: str, at: datetime) -> bool:
        """Return whether there is anything of a student around a time."""
        return any(self._panes.get(student_id, at, back) for back in _AROUND)

    def add(self, student_id: str, new: Iterable[Observation]) -> None:
        """Add observations to their panes. One that is there stays, and is written again, for the changelog."""
        for _, each in groupby(sorted(new, key=in_order), key=_pane_number):
            added = list(each)
            at = added[0].at
            pane = self._panes.get(student_id, at) or Pane()
            by_id = {observation.id: observation for observation in (*added, *pane.observations)}
            newest = sorted(by_id.values(), key=in_order)[-MOST:]
            self._panes.put(student_id, at, Pane(observations=tuple(newest)))

    def sweep(self, partition: int, now: datetime) -> None:
        """Remove the panes of a partition that nothing reads any more; only while holding an event of it."""
        self._panes.sweep(partition, now)


def _pane_number(observation: Observation) -> int:
    return (observation.at - _EPOCH) // WINDOW
