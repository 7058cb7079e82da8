"""The windowed table of what students did: panes of 24 h, kept for 48 h."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

import faust

from learnflow.domain.struggle import WINDOW, Observation, in_order
from learnflow.models.fields import Model
from learnflow.tables.panes import PaneTable

MOST: Final = 50  # observations of a pane, the newest: a bound on what one student can cost
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)  # where panes are counted from
_AROUND: Final = (1, 0, -1, -2)  # panes back: all that is kept of a student, around a time of the last 48 h


class Pane(Model):
    """What one student did within one pane, in the order of the times."""

    observations: tuple[Observation, ...] = ()


class StruggleTable:
    """Read anywhere in core; written by the struggle agent, while it holds an event of the student's partition."""

    def __init__(self, app: faust.App, name: str) -> None:
        self._panes = PaneTable(app, name, Pane, size=WINDOW, kept=2 * WINDOW)

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
