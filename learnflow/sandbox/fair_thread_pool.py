"""A few threads, whose time is shared out fairly between the owners of what they run."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar

from learnflow.sandbox.fair_queue import FairQueue

Result = TypeVar("Result")


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
                message = "the sandbox is closed"
                raise RuntimeError(message)
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
