"""The keyed executor: each key's work in order, bounded, and nothing left behind."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnflow.streams.keyed_executor import KeyedExecutor

Work = Callable[[], Awaitable[None]]


def failing(error: BaseException) -> None:
    """No work may fail in these tests."""
    raise error


def executor(in_flight: int = 4, accepted: int = 8) -> KeyedExecutor:
    return KeyedExecutor(in_flight, accepted, failing)


async def settle() -> None:
    """Let everything run that can run."""
    for _ in range(20):
        await asyncio.sleep(0)


class Gate:
    """Work that waits until it is let through."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.done: list[str] = []
        self._open = asyncio.Event()

    def open(self) -> None:
        self._open.set()

    def work(self, name: str) -> Work:
        async def run() -> None:
            self.started.append(name)
            await self._open.wait()
            self.done.append(name)

        return run


@given(
    keys=st.lists(st.sampled_from("abcde"), max_size=40),
    steps=st.lists(st.integers(0, 4), min_size=40, max_size=40),
    in_flight=st.integers(1, 6),
    waiting=st.integers(0, 6),
)
@settings(max_examples=150, deadline=None)
def test_each_key_is_worked_in_order_within_the_bounds(
    keys: list[str], steps: list[int], in_flight: int, waiting: int
) -> None:
    async def scenario() -> None:
        done: dict[str, list[int]] = defaultdict(list)
        running: set[str] = set()
        most = accepted = 0
        under_test = executor(in_flight, in_flight + waiting)

        def work(number: int, key: str) -> Work:
            async def run() -> None:
                nonlocal most
                assert key not in running, "two of one key at once"
                running.add(key)
                most = max(most, len(running))
                for _ in range(steps[number]):
                    await asyncio.sleep(0)
                running.discard(key)
                done[key].append(number)

            return run

        for number, key in enumerate(keys):
            await under_test.submit(key, work(number, key))
            accepted = max(accepted, under_test.pending)
        assert await under_test.drain(60)
        assert most <= in_flight
        assert accepted <= in_flight + waiting
        assert under_test.pending == 0
        assert done == {key: [n for n, one in enumerate(keys) if one == key] for key in set(keys)}

    asyncio.run(scenario())


async def test_keys_do_not_wait_for_each_other() -> None:
    slow, quick = Gate(), Gate()
    quick.open()
    under_test = executor()
    await under_test.submit("slow", slow.work("first"))
    await under_test.submit("slow", slow.work("second"))
    await under_test.submit("quick", quick.work("other"))
    await settle()
    assert slow.started == ["first"]
    assert quick.done == ["other"]
    slow.open()
    assert await under_test.drain(60)
    assert slow.done == ["first", "second"]


async def test_no_more_than_the_bound_is_in_flight() -> None:
    gate = Gate()
    under_test = executor(in_flight=2, accepted=8)
    for name in "abcd":
        await under_test.submit(name, gate.work(name))
    await settle()
    assert gate.started == ["a", "b"]
    gate.open()
    assert await under_test.drain(60)
    assert gate.done == ["a", "b", "c", "d"]


async def test_submit_waits_while_as_much_as_accepted_is_pending() -> None:
    gate = Gate()
    under_test = executor(in_flight=1, accepted=2)
    await under_test.submit("a", gate.work("a"))
    await under_test.submit("a", gate.work("b"))
    third = asyncio.create_task(under_test.submit("c", gate.work("c")))
    await settle()
    assert not third.done()
    gate.open()
    await third
    assert await under_test.drain(60)
    assert gate.done == ["a", "b", "c"]


async def test_draining_takes_no_more_work() -> None:
    gate = Gate()
    under_test = executor(in_flight=1, accepted=1)
    await under_test.submit("a", gate.work("began"))
    waiting = asyncio.create_task(under_test.submit("b", gate.work("waits")))
    await settle()
    draining = asyncio.create_task(under_test.drain(60))
    late = asyncio.create_task(under_test.submit("c", gate.work("late")))
    await settle()
    gate.open()
    assert await draining
    await settle()
    assert gate.done == ["began"]
    assert not waiting.done()
    assert not late.done()
    for task in (waiting, late):
        task.cancel()


async def test_a_drain_beyond_its_deadline_cancels_what_is_not_done() -> None:
    gate, quick = Gate(), Gate()
    quick.open()
    under_test = executor(in_flight=2)
    await under_test.submit("a", quick.work("quick"))
    await under_test.submit("b", gate.work("slow"))
    await under_test.submit("b", gate.work("behind it"))
    assert not await under_test.drain(0.01)
    assert quick.done == ["quick"]
    assert gate.started == ["slow"]
    assert gate.done == []
    assert under_test.pending == 0


async def test_draining_nothing_is_done_at_once() -> None:
    assert await executor().drain(60)


async def test_work_that_raises_is_reported_and_stops_its_chain_only() -> None:
    reported: list[BaseException] = []
    under_test = KeyedExecutor(4, 8, reported.append)
    gate = Gate()
    gate.open()

    async def raises() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError("ours")

    await under_test.submit("a", raises)
    await under_test.submit("a", gate.work("behind it"))
    await under_test.submit("b", gate.work("other"))
    await settle()
    assert [str(error) for error in reported] == ["ours"]
    assert gate.done == ["other"]
    assert under_test.pending == 0
    assert await under_test.drain(60)


@pytest.mark.parametrize("end", ["done", "raised", "cancelled"])
async def test_nothing_is_left_however_work_ends(end: str) -> None:
    """The places of what ended are free again, and no task remains."""
    reported: list[BaseException] = []
    under_test = KeyedExecutor(1, 2, reported.append)
    gate = Gate()

    async def raises() -> None:
        raise ZeroDivisionError

    for _ in range(2):
        await under_test.submit("a", raises if end == "raised" else gate.work("a"))
    if end == "done":
        gate.open()
    assert await under_test.drain(0.01) is (end != "cancelled")
    await settle()
    assert under_test.pending == 0
    assert len(reported) == (end == "raised")
    assert asyncio.all_tasks() == {asyncio.current_task()}
