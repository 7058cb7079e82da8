"""The threads of the sandbox: what is cancelled or closed is never begun, and what has begun ends."""

from concurrent.futures import CancelledError, Future
from threading import Event
from typing import Final

import pytest

from learnflow.sandbox.fair_thread_pool import FairThreadPool

SECONDS: Final = 10.0
LITTLE: Final = 1.0


class Held:
    """Work that has begun and does not end before it may."""

    def __init__(self) -> None:
        self.begun, self.may_end = Event(), Event()

    def __call__(self) -> str:
        self.begun.set()
        assert self.may_end.wait(SECONDS)
        return "done"


def held(threads: FairThreadPool) -> tuple[Held, Future[str]]:
    work = Held()
    future = threads.submit("a", work)
    assert work.begun.wait(SECONDS)
    return work, future


def test_results_and_errors_come_back() -> None:
    threads = FairThreadPool(2, LITTLE)
    assert threads.submit("a", lambda: 1).result(SECONDS) == 1
    with pytest.raises(ZeroDivisionError):
        threads.submit("a", lambda: 1 // 0).result(SECONDS)
    assert threads.submit("a", lambda: 2).result(SECONDS) == 2
    threads.close()


def test_who_has_one_place_of_two_leaves_the_other() -> None:
    threads = FairThreadPool(2, LITTLE)
    work, first = held(threads)
    second = threads.submit("a", lambda: "second")
    assert threads.submit("b", lambda: "other").result(SECONDS) == "other"
    assert not second.done()
    work.may_end.set()
    assert (first.result(SECONDS), second.result(SECONDS)) == ("done", "second")
    threads.close()


def test_what_is_cancelled_while_it_waits_is_never_begun() -> None:
    threads = FairThreadPool(1, LITTLE)
    work, first = held(threads)
    never = Held()
    waiting, behind = threads.submit("b", never), threads.submit("b", lambda: "behind")
    assert waiting.cancel()
    assert not first.cancel()
    work.may_end.set()
    assert behind.result(SECONDS) == "behind"
    assert not never.begun.is_set()
    threads.close()


def test_closing_drops_what_waits_and_lets_end_what_has_begun() -> None:
    threads = FairThreadPool(1, LITTLE)
    work, first = held(threads)
    waiting = threads.submit("b", lambda: "never")
    waiting.add_done_callback(lambda _: work.may_end.set())
    threads.close()
    assert first.result(SECONDS) == "done"
    with pytest.raises(CancelledError):
        waiting.result(SECONDS)
    with pytest.raises(RuntimeError, match="closed"):
        threads.submit("a", lambda: None)
