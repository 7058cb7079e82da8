"""Backoff and circuit breaker: when a call is made again, and when none is made."""

from collections.abc import Callable

import pytest

from learnflow.tutor.claude.client.circuit_breaker import CircuitBreaker, State
from learnflow.tutor.claude.client.claude_client import BACKOFF, retry_wait


@pytest.mark.parametrize(
    ("failures", "after", "random", "seconds"),
    [
        (1, None, 1.0, 0.5),
        (2, None, 1.0, 1.0),
        (3, None, 1.0, 2.0),
        (5, None, 1.0, 8.0),
        (6, None, 1.0, 8.0),
        (10_000, None, 1.0, 8.0),
        (3, None, 0.0, 0.0),
        (3, None, 0.5, 1.0),
        (1, 7.0, 0.0, 7.0),
        (4, 7.0, 1.0, 7.5),
        (1, 0.0, 0.0, 0.0),
    ],
)
def test_the_wait_grows_has_a_bound_and_obeys_the_service(
    failures: int, after: float | None, random: float, seconds: float
) -> None:
    assert retry_wait(BACKOFF, failures, after, random) == seconds


Step = Callable[[CircuitBreaker], CircuitBreaker]


def fails(at: float) -> Step:
    return lambda breaker: breaker.failed(at)


def answers(breaker: CircuitBreaker) -> CircuitBreaker:
    return breaker.answered()


def tries(at: float) -> Step:
    return lambda breaker: breaker.tried(at)


def leaves(breaker: CircuitBreaker) -> CircuitBreaker:
    return breaker.left()


THREE = (fails(1), fails(2), fails(3))


@pytest.mark.parametrize(
    ("steps", "at", "state", "admits"),
    [
        pytest.param((), 0, "closed", True, id="new"),
        pytest.param((fails(1), fails(2)), 2, "closed", True, id="one too few"),
        pytest.param((fails(1), fails(2), answers, fails(3), fails(4)), 4, "closed", True, id="not in a row"),
        pytest.param(THREE, 3, "open", False, id="three in a row"),
        pytest.param(THREE, 12.9, "open", False, id="a moment before the end"),
        pytest.param(THREE, 13, "half-open", True, id="at the end"),
        pytest.param((*THREE, tries(13)), 14, "half-open", False, id="only one tries"),
        pytest.param((*THREE, tries(13), answers), 14, "closed", True, id="its answer closes"),
        pytest.param((*THREE, tries(13), answers, fails(15), fails(16)), 16, "closed", True, id="and counts anew"),
        pytest.param((*THREE, tries(13), fails(14)), 14, "open", False, id="its failure opens again"),
        pytest.param((*THREE, tries(13), fails(14)), 24, "half-open", True, id="for as long"),
        pytest.param((*THREE, tries(13), leaves), 14, "half-open", True, id="another may try where it was left"),
        pytest.param((*THREE, fails(9)), 13, "half-open", True, id="a late failure does not prolong"),
        pytest.param((*THREE, tries(9)), 13, "half-open", True, id="nobody tries while it is open"),
    ],
)
def test_the_breaker(steps: tuple[Step, ...], at: float, state: State, admits: bool) -> None:  # noqa: FBT001 - a case
    breaker = CircuitBreaker(most=3, pause=10.0)
    for step in steps:
        breaker = step(breaker)
    assert (breaker.state(at), breaker.admits(at)) == (state, admits)
