"""Who waits for a run in the sandbox gets a turn by what they have used of it, whatever others ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

import pytest

from learnflow.sandbox.fair_thread_pool import HALF_LIFE, FairQueue

LITTLE: Final = 1.0


@dataclass(frozen=True)
class Ask:
    """So many runs of an owner, asked for at a time, of so many seconds each."""

    owner: str
    runs: int = 1
    seconds: float = 2.0
    at: float = 0.0

    @property
    def each(self) -> range:
        return range(self.runs)


def begun(places: int, asks: Sequence[Ask]) -> list[str]:
    """Return the owners of the runs in the order in which they get a place."""
    turns, numbers, order = FairQueue[tuple[str, int, float]](places, LITTLE), count(), list[str]()
    events = [(ask.at, next(numbers), (ask.owner, next(numbers), ask.seconds), True) for ask in asks for _ in ask.each]
    heapify(events)
    while events:
        now, _, run, asked = heappop(events)
        if asked:
            turns.add(run[0], run)
        else:
            turns.end(run[0], run, now)
        if events and events[0][0] == now:
            continue
        while (taken := turns.take(now)) is not None:
            order.append(taken[0])
            heappush(events, (now + taken[2], next(numbers), taken, False))
    return order


@pytest.mark.parametrize(
    ("places", "asks", "order"),
    [
        (1, [Ask("a", 3), Ask("b", 3), Ask("c", 3)], "abcabcabc"),
        (2, [Ask("a", 2), Ask("b", 2), Ask("c", 2)], "abcabc"),
        (1, [Ask("a", 5, 3.5), Ask("b", at=1.0)], "abaaaa"),
        (2, [Ask("a", 4, 3.5), Ask("b", at=1.0)], "abaaa"),
        (4, [Ask("a", 5, 3.5), Ask("b", at=1.0)], "aaabaa"),
        (4, [Ask("a", 9), Ask("b", 9)], "abab" * 4 + "ab"),
        (1, [Ask("a", 2, 2.0), Ask("b", 4, 0.5)], "abbbba"),
        (1, [Ask("a", 1, 3.5), Ask("a", at=4.0), Ask("b", at=4.0)], "aba"),
        (1, [Ask("a"), Ask("b"), Ask("c", at=0.5), Ask("d", at=0.25)], "abdc"),
        (1, [Ask("a", seconds=0.5), Ask("a", at=3.0), Ask("b", at=3.0)], "aab"),
        (1, [Ask("a", seconds=9.0), Ask("a", at=20 * HALF_LIFE), Ask("b", at=20 * HALF_LIFE)], "aab"),
    ],
    ids=[
        "equals take turns", "also on two places", "a flood does not delay another", "nor on two places",
        "one place stays free", "two floods share", "what ends soon comes more often", "a limit was hit before",
        "newcomers come in order", "who has used little is as good as a newcomer", "what is long ago is forgotten",
    ],
)  # fmt: skip
def test_turns(places: int, asks: list[Ask], order: str) -> None:
    assert "".join(begun(places, asks)) == order


def test_fifty_who_have_hit_limits_delay_an_honest_one_by_the_runs_that_have_begun() -> None:
    hostile = [f"hostile {number}" for number in range(50)]
    first = [Ask(name, seconds=3.5) for name in hostile]
    again = [Ask(name, seconds=3.5, at=100.0) for name in hostile]
    order = begun(4, [*first, *again, Ask("honest", seconds=0.1, at=99.0), Ask("honest", at=101.0)])
    assert order[51:].index("honest") == 4


def test_fifty_newcomers_come_before_a_later_one_once() -> None:
    order = begun(4, [*(Ask(f"newcomer {number}", seconds=3.5) for number in range(50)), Ask("honest", at=1.0)])
    assert order.index("honest") == 50


@pytest.mark.parametrize(("places", "most"), [(1, 1), (2, 1), (4, 3)])
def test_one_owner_never_has_every_place_of_several(places: int, most: int) -> None:
    turns = FairQueue[int](places, LITTLE)
    for run in range(9):
        turns.add("a", run)
    assert [turns.take(0.0) for _ in range(most + 1)] == [*range(most), None]
    turns.end("a", 0, 1.0)
    assert turns.take(1.0) == most


def test_what_waits_no_longer_gets_no_turn() -> None:
    turns = FairQueue[str](1, LITTLE)
    for run in ("first", "second"):
        turns.add("a", run)
    turns.drop("a", "first")
    turns.drop("a", "second to nothing")
    turns.drop("nobody", "first")
    assert turns.take(0.0) == "second"
    turns.add("b", "third")
    assert turns.clear() == ["third"]
    turns.end("a", "second", 1.0)
    assert turns.take(1.0) is None
