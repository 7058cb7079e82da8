"""A few threads, whose time is shared out fairly between the owners of what they run."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import Any, Final, Generic, TypeVar

HALF_LIFE: Final = 300.0  # seconds after which half of what was used is forgotten
_FORGOTTEN: Final = 0.01  # seconds used, of which nothing is kept

Run = TypeVar("Run")
Result = TypeVar("Result")


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


@dataclass(frozen=True, slots=True, eq=False)
class _Run(Generic[Result]):
    owner: str
    work: Callable[[], Result]
    future: Future[Result] = field(default_factory=Future)


class FairThreadPool:
    """Runs what is submitted in the order of `FairQueue`. Its threads stay: what they start ends with them."""

    def __init__(self, at_once: int, little: float) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="sandbox")
        self._lock = Lock()
        self._queue = FairQueue[_Run[Any]](at_once, little)
        self._closed = False

    @property
    def waiting(self) -> int:
        """How much work waits."""
        with self._lock:
            return self._queue.waiting

    @property
    def running(self) -> int:
        """How much work runs."""
        with self._lock:
            return self._queue.running

    def submit(self, owner: str, work: Callable[[], Result]) -> Future[Result]:
        """Let work of an owner wait for its turn; cancelled before, it waits no longer and is never begun."""
        run = _Run(owner, work)
        with self._lock:
            if self._closed:
                raise RuntimeError("the sandbox is closed")
            self._queue.add(owner, run)
            self._begin()
        run.future.add_done_callback(lambda done: self._drop(run) if done.cancelled() else None)
        return run.future

    def close(self) -> None:
        """Let what has begun end, and cancel what waits."""
        with self._lock:
            self._closed = True
            waiting = self._queue.clear()
        for run in waiting:
            run.future.cancel()
        self._threads.shutdown()

    def _begin(self) -> None:
        """Give free places away; the lock is held."""
        while (run := self._queue.take(time.monotonic())) is not None:
            self._threads.submit(self._run, run)

    def _run(self, run: _Run[Result]) -> None:
        if not run.future.set_running_or_notify_cancel():
            self._end(run)
            return
        try:
            result = run.work()
        except BaseException as error:  # noqa: BLE001 - whoever waits for the result gets it
            self._end(run)
            run.future.set_exception(error)
        else:
            self._end(run)
            run.future.set_result(result)

    def _end(self, run: _Run[Any]) -> None:
        with self._lock:
            self._queue.end(run.owner, run, time.monotonic())
            self._begin()

    def _drop(self, run: _Run[Any]) -> None:
        with self._lock:
            self._queue.drop(run.owner, run)
