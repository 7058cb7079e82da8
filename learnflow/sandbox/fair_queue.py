"""Whose run is next: that of the owner who has used the sandbox least of late. No clock, no threads, no I/O.

Fair queuing by time used, as schedulers of machines that many share do it (J. Kay and P. Lauder, "A Fair Share
Scheduler", 1988). It gives everybody turns, puts whoever hits limits behind whoever does not, and asks nobody what a
run will take: endless loops are dear, and what ends at once is cheap, however often it comes.

Whoever has used least waits for the end of one run of another at most, however many wait. Of owners who are equal the
first to ask is first, and all who have used little are equal: nobody can know which newcomer's program is an endless
loop. So N newcomers with one each, who ask earlier, delay a student by N runs divided by the places, as in any queue;
once, because then they have used more.
"""

from dataclasses import dataclass, field
from itertools import count
from typing import Final, Generic, TypeVar

HALF_LIFE: Final = 300.0  # seconds after which half of what was used is forgotten
_FORGOTTEN: Final = 0.01  # seconds used, of which nothing is kept

Run = TypeVar("Run")


@dataclass(slots=True)
class _Owner(Generic[Run]):
    used: float = 0.0  # seconds of runs that have ended, as of `at`
    at: float = 0.0
    waiting: dict[Run, int] = field(default_factory=dict)  # with the number of its arrival
    running: dict[Run, float] = field(default_factory=dict)  # since when

    def ended(self, now: float) -> float:
        return float(self.used * 0.5 ** ((now - self.at) / HALF_LIFE))

    def seconds(self, now: float, little: float) -> float:
        ended = self.ended(now)
        running = sum(max(little, now - since) for since in self.running.values())
        return running + (ended if ended > little else 0.0)

    def is_remembered(self, now: float) -> bool:
        return bool(self.waiting or self.running) or self.ended(now) > _FORGOTTEN

    def first(self) -> tuple[Run, int]:
        return next(iter(self.waiting.items()))


class FairQueue(Generic[Run]):
    """Runs that wait and runs that hold a place. Times are seconds of any clock that only goes forward.

    One owner holds all places but one at most (or the only one), so that what is endless leaves room for others.
    Up to `little` seconds count as none, so that who tries small programs stays as good as a newcomer; and a run counts
    for as much from its start, or one owner would get all places that are free at once.
    """

    def __init__(self, places: int, little: float) -> None:
        self._free = places
        self._little = little
        self._most = max(1, places - 1)
        self._arrivals = count()
        self._owners: dict[str, _Owner[Run]] = {}

    @property
    def waiting(self) -> int:
        """How many runs wait for their turn."""
        return sum(len(owner.waiting) for owner in self._owners.values())

    @property
    def running(self) -> int:
        """How many runs hold a place."""
        return sum(len(owner.running) for owner in self._owners.values())

    def add(self, owner: str, run: Run) -> None:
        """Let a run wait for its turn."""
        self._owners.setdefault(owner, _Owner()).waiting[run] = next(self._arrivals)

    def take(self, now: float) -> Run | None:
        """Give the run whose turn it is a place; None when there is no place, or nothing that may have it."""
        ready = [owner for owner in self._owners.values() if owner.waiting and len(owner.running) < self._most]
        if not self._free or not ready:
            return None
        owner = min(ready, key=lambda owner: (owner.seconds(now, self._little), owner.first()[1]))
        run, _ = owner.first()
        del owner.waiting[run]
        owner.running[run] = now
        self._free -= 1
        return run

    def end(self, name: str, run: Run, now: float) -> None:
        """Take back the place of a run that has ended, and charge its owner for it."""
        owner = self._owners[name]
        owner.used, owner.at = owner.ended(now) + now - owner.running.pop(run), now
        self._free += 1
        self._owners = {name: owner for name, owner in self._owners.items() if owner.is_remembered(now)}

    def drop(self, owner: str, run: Run) -> None:
        """Let a run wait no longer; nothing happens when it does not wait."""
        if owner in self._owners:
            self._owners[owner].waiting.pop(run, None)

    def clear(self) -> list[Run]:
        """Drop all runs that wait, and return them."""
        dropped = [run for owner in self._owners.values() for run in owner.waiting]
        for owner in self._owners.values():
            owner.waiting.clear()
        return dropped
