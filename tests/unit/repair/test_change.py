"""A program is kept as what differs from the one that it was made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.repair.edits.change import common_start, difference


@pytest.mark.parametrize(
    ("base", "code", "expected"),
    [
        ("a < b", "a <= b", (3, 2, "=")),
        ("a / b / c", "a / c", (4, 1, "")),
        ("a", "a", (1, 0, "")),
        ("", "a", (0, 0, "a")),
    ],
)
def test_differences(base: str, code: str, expected: tuple[int, int, str]) -> None:
    assert difference(base, code) == expected


@given(st.text(alphabet="ab/"), st.text(alphabet="ab/"))
def test_a_difference_gives_the_program_again(base: str, code: str) -> None:
    start, end, middle = difference(base, code)
    assert base[:start] + middle + base[len(base) - end :] == code
    assert base[:start] == code[: common_start(base, code)]
