"""Inputs next to those of the tests are a little different, and still what the problem speaks of."""

import pytest
from pydantic import JsonValue

from learnflow.repair.nearby_inputs import nearby_inputs


@pytest.mark.parametrize(
    ("inputs", "constants", "some"),
    [
        ([20, 10], [18], [18, 17, 19, 21, 9]),
        ([3, 5], [], [2, 4, 6]),
        ([[1, 2], [4]], [], [[], [1], [2], [2, 1], [1, 1, 2], [4, 4], [4, 2]]),
        ([[[60, 40], 50], [[10], 20]], [], [[[50, 40], 50], [[20], 20]]),
        (["abc"], [], ["", "ab", "bc", "cba", "abca"]),
        (["2 7"], [], ["3 7", "2 6"]),
        ([True], [], [False]),
        ([{"a": 1}], [], [{}, {"a": 2}]),
        ([1.5, -1.5], [], [0.5, 2.5]),
        ([None], [1], []),
    ],
)
def test_neighbours_are_a_little_different(
    inputs: list[JsonValue], constants: list[int], some: list[JsonValue]
) -> None:
    found = nearby_inputs(inputs, constants)
    assert [value for value in some if value not in found] == []
    assert not any(value in found for value in inputs if not isinstance(value, bool))
    assert len(found) <= 64
    assert found == nearby_inputs(inputs, constants)


@pytest.mark.parametrize(
    ("inputs", "never"),
    [
        ([1, 2, 9], lambda value: value < 1),
        ([0, 2], lambda value: value < 0),
        (["1 2", "4"], lambda value: "0" in value.split()),
        ([[1, 3, 5], [2, 4, 8, 9]], lambda value: value != sorted(value)),
        ([["S.", ".E"], ["...", "S.E"]], lambda value: len({len(row) for row in value}) > 1),
    ],
)
def test_neighbours_stay_where_the_problem_is(inputs: list[JsonValue], never: object) -> None:
    assert callable(never)
    assert not any(map(never, nearby_inputs(inputs, [0, 3])))


def test_arguments_stay_as_many() -> None:
    found = nearby_inputs([[[1, 2], "a"], [[3], "b"]], arguments=True)
    assert [[2], "a"] in found
    assert all(isinstance(value, list) and len(value) == 2 for value in found)
    named = nearby_inputs([{"a": 1, "b": 2}], arguments=True)
    assert named
    assert all(isinstance(value, dict) and list(value) == ["a", "b"] for value in named)
