"""How a query's state moves, whatever order its messages come in."""

from itertools import permutations
from typing import Any, NamedTuple

import pytest

from learnflow.sink.queries import fold, moves
from learnflow.sink.rows import QueryState

NOTHING = QueryState("pending", None, None, None, None, None, None)


def state(status: str, agent: str | None = None, **more: Any) -> QueryState:
    return NOTHING._replace(status=status, routed_to_agent=agent, **more)


FAILED = state("failed", "debug", failure_reason="late")


@pytest.mark.parametrize(
    ("old", "new", "attempt", "expected"),
    [
        pytest.param("pending", "processing", 0, 1, id="routed"),
        pytest.param("pending", "completed", 0, 1, id="answered before the routing was seen"),
        pytest.param("pending", "failed", 0, 1, id="failed before triage"),
        pytest.param("processing", "pending", 0, 0, id="submitted comes late"),
        pytest.param("processing", "processing", 0, 0, id="routed again"),
        pytest.param("completed", "processing", 0, 0, id="routing comes last"),
        pytest.param("completed", "failed", 0, 0, id="the first outcome wins"),
        pytest.param("completed", "failed", 1, 0, id="no redrive undoes an answer"),
        pytest.param("completed", "completed", 1, 0, id="answered is answered"),
        pytest.param("failed", "completed", 0, 0, id="a late answer"),
        pytest.param("failed", "completed", 1, 1, id="a redrive"),
        pytest.param("failed", "failed", 1, 0, id="a redrive that fails again"),
        pytest.param("failed", "processing", 1, 0, id="a redrive under way"),
    ],
)
def test_status_moves_only_forward(old: str, new: str, attempt: int, expected: int) -> None:
    assert moves(state(old), state(new), attempt=attempt) == bool(expected)


def test_a_redrive_forgets_the_failure() -> None:
    redriven = fold(FAILED, state("completed", "concepts"), attempt=1)
    assert redriven == state("completed", "concepts")


def test_a_late_answer_changes_nothing() -> None:
    assert fold(FAILED, state("completed", "concepts")) == FAILED


def test_what_is_missing_is_filled_in_and_what_is_known_stays() -> None:
    known = state("processing", "debug", triage_confidence=0.0, topic="lists")
    other = state("processing", "concepts", triage_confidence=0.9, topic="loops", detected_intent="debug")
    assert fold(known, other) == known._replace(detected_intent="debug")


class Step(NamedTuple):
    state: QueryState
    handed_over: bool = False
    attempt: int = 0


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param(
            [Step(NOTHING), Step(state("processing", "debug")), Step(state("completed", "debug"))],
            state("completed", "debug"),
            id="answered",
        ),
        pytest.param(
            [Step(state("processing", "debug")), Step(state("processing", "exercise"), handed_over=True)],
            state("processing", "exercise"),
            id="handed over",
        ),
        pytest.param(
            [
                Step(state("processing", "debug")),
                Step(state("processing", "exercise"), handed_over=True),
                Step(state("completed", "exercise")),
            ],
            state("completed", "exercise"),
            id="handed over and answered",
        ),
        pytest.param(
            [Step(state("processing", "debug")), Step(state("processing", "exercise"), handed_over=True), Step(FAILED)],
            FAILED._replace(routed_to_agent="exercise"),
            id="handed over and failed",
        ),
        pytest.param(
            [Step(NOTHING), Step(FAILED), Step(state("completed", "concepts"), attempt=1)],
            state("completed", "concepts"),
            id="failed and redriven",
        ),
    ],
)
def test_the_order_of_messages_makes_no_difference(steps: list[Step], expected: QueryState) -> None:
    for order in permutations([*steps, *steps]):
        result = order[0].state
        for step in order[1:]:
            result = fold(result, step.state, handed_over=step.handed_over, attempt=step.attempt)
        assert result == expected
