"""Waits double up to a bound."""

from itertools import islice

from learnflow.backoff import Backoff

BACKOFF = Backoff(first=0.5, longest=3.0)


def test_each_wait_is_twice_as_long_until_the_longest() -> None:
    assert list(islice(BACKOFF.waits(), 5)) == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_ten_thousand_failures_are_no_reason_to_fail() -> None:
    assert BACKOFF.wait(10_000) == 3.0
