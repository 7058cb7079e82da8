"""An edit that gives an expected output as a constant is no repair."""

import pytest
from pydantic import JsonValue

from learnflow.repair.claims import hard_codes


@pytest.mark.parametrize(
    ("before", "after", "outputs", "expected"),
    [
        ("def f(n):\n    return 2\n", "def f(n):\n    return 3\n", [3, 7], True),
        ("print(2)\n", "print(3)\n", ["3"], True),
        ("const f = () => 2;", "const f = () => 3;", [3], True),
        ("def f(n):\n    return 2\n", "def f(n):\n    return 4\n", [3, 7], False),
        ("def f(n):\n    return n + 2\n", "def f(n):\n    return n + 3\n", [3], False),
        ("def f(n):\n    return True\n", "def f(n):\n    return False\n", [False], False),
        ("x = 3\nreturn 2\n", "x = 3\nreturn 3\n", [3], False),
        ("total = 2\n", "total = 3\n", [3], False),
    ],
)
def test_constants_that_are_expected(before: str, after: str, outputs: list[JsonValue], expected: bool) -> None:  # noqa: FBT001
    assert hard_codes(before, after, outputs) is expected
