"""Table `struggle`: panes of 24 h, keyed by student; the current and the last give the exact last 24 h. Kept 48 h."""

import json
from datetime import datetime
from typing import Any, Final

import faust
from faust.types.tables import TableT
from faust.windows import TumblingWindow

from learnflow.domain.struggle import WINDOW, Observation
from learnflow.models.fields import Model
from learnflow.tables.values import PARTITIONS

NAME = "struggle"
SIZE: Final = WINDOW.total_seconds()
KEPT: Final = 2 * SIZE


class Pane(Model):
    """The questions of one student in one pane."""

    observations: tuple[Observation, ...] = ()


class StruggleTable:
    """Addresses panes directly: Faust's own expiry forgets nothing in the changelog, and loses track at a restart."""

    def __init__(self, app: faust.App) -> None:
        self._table: TableT[Any, bytes] = app.Table(NAME, partitions=PARTITIONS, value_type=bytes)
        self._window = TumblingWindow(SIZE)
        self._table.using_window(self._window)

    def read(self, student_id: str, at: datetime) -> tuple[Observation, ...]:
        """Return the questions in the pane of a time, and in the one before it."""
        return tuple(o for back in (1, 0) for o in self._pane(self._key(student_id, at, back)).observations)

    def write(self, student_id: str, new: Observation) -> None:
        """Add a question to its pane; one that is there already is written again, for the changelog."""
        key = self._key(student_id, new.at)
        others = tuple(o for o in self._pane(key).observations if o.query_id != new.query_id)
        self._table[key] = Pane(observations=(*others, new)).model_dump_json().encode()

    def sweep(self, partition: int, now: datetime) -> None:
        """Remove the panes of a partition that nothing reads any more; only while holding an event of it."""
        table: Any = self._table  # there is no public way to a partition's keys
        database = table.data._db_for_partition(partition)  # noqa: SLF001
        stored = [key for key in database.keys() if key != table.data.offset_key]  # noqa: SIM118 - it is no mapping
        for key in map(table._to_key, map(json.loads, stored)):  # noqa: SLF001
            if key[1][1] < now.timestamp() - KEPT:
                self._table.pop(key, None)

    def _pane(self, key: tuple[str, tuple[float, float]]) -> Pane:
        stored = self._table.get(key)
        return Pane() if stored is None else Pane.model_validate_json(stored)

    def _key(self, student_id: str, at: datetime, back: int = 0) -> tuple[str, tuple[float, float]]:
        start, end = self._window.current(at.timestamp() - back * SIZE)
        return student_id, (start, end)
