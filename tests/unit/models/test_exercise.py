"""An exercise is no burden for those it travels with, and its tests stay what they are on their way."""

from typing import Any

import pytest
from pydantic import JsonValue, ValidationError

from learnflow.models.exercise import Exercise
from tests.unit.domain.test_student_exercises import exercise


def changed(**fields: Any) -> Exercise:
    return Exercise.model_validate(exercise("one").model_dump() | fields)


CASE = {"input": "x" * 400, "output": 1}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"solution_code": "x" * 10_001}, "solution_code"),
        ({"starter_code": "x" * 10_001}, "starter_code"),
        ({"hints": ["a hint", "  "]}, "hints.1"),
        ({"test_cases": [{"input": n, "output": n} for n in range(101)]}, "test_cases"),
        ({"test_cases": [CASE] * 90}, "is larger than 32,768 bytes"),
    ],
)
def test_what_is_too_large_or_empty_is_refused(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        changed(**fields)


@pytest.mark.parametrize(
    ("value", "reason"),
    [("a\x00b", "NUL"), ({"a": ["\x00"]}, "NUL"), ({"\x00": 1}, "NUL"), (2**53 + 1, "2\\^53"), ([-(2**60)], "2\\^53")],
)
def test_what_would_change_on_its_way_is_refused(value: JsonValue, reason: str) -> None:
    for case in ({"input": value, "output": 1}, {"input": 1, "output": value}):
        with pytest.raises(ValidationError, match=reason):
            changed(test_cases=[case] * 3)


def test_keys_have_the_order_that_postgresql_gives_them() -> None:
    given = {"Ben": 1, "b": [{"zz": 1, "a": 2}], "Ana": True}
    case = changed(test_cases=[{"input": given, "output": 1}] * 3).test_cases[0].model_dump()
    assert list(case["input"]) == ["b", "Ana", "Ben"]
    assert list(case["input"]["b"][0]) == ["a", "zz"]
    assert case["input"]["Ana"] is True
