"""What is claimed of edits that meet all cases: only what all of them have in common, and what was seen."""

import pytest

from learnflow.repair.claims import NONE_HELPS, claimed, output
from learnflow.repair.edits import Edit
from learnflow.sandbox import CaseResult, Verdict

FIRST, SECOND, THIRD = (Edit(line, f"edit {line}", f"code {line}", 0.5) for line in (1, 2, 3))
RAISED = "\N{WHITE SQUARE}it raised KeyError"


def test_edits_that_do_the_same_are_one_repair() -> None:
    found = claimed({FIRST: ("3", "4"), SECOND: ("3", None)})
    assert (found.code, found.line, found.candidates) == ("code 1", None, (FIRST,))


@pytest.mark.parametrize("outputs", [(RAISED, RAISED), (None, None), ()])
def test_edits_that_gave_no_output_to_compare_are_none(outputs: tuple[str | None, ...]) -> None:
    found = claimed({FIRST: outputs, SECOND: outputs})
    assert (found.code, found.differ) == (None, False)


def test_edits_that_differ_are_all_told_the_likeliest_first() -> None:
    found = claimed({FIRST: ("3", "4"), SECOND: ("5", "6"), THIRD: ("5", "6")})
    assert (found.code, found.differ, found.candidates) == (None, True, (SECOND, FIRST))


def test_an_edit_that_always_gives_the_same_is_left_out_where_others_do_not() -> None:
    assert claimed({FIRST: ("3", "3"), SECOND: ("3", "6"), THIRD: ("2", "6")}).candidates == (SECOND, THIRD)
    assert claimed({FIRST: ("3", "3"), SECOND: ("2", "2")}).candidates == (FIRST, SECOND)


def test_a_line_is_claimed_where_all_edits_are_on_it() -> None:
    other = Edit(1, "another", "code 4", 0.5)
    assert claimed({FIRST: ("3",), other: ("4",)}).line == 1
    assert claimed({FIRST: ("3",), SECOND: ("4",)}).line is None
    assert claimed({}).problem == NONE_HELPS


@pytest.mark.parametrize(
    ("verdict", "got", "expected"),
    [
        (Verdict.PASSED, "4", "4"), (Verdict.WRONG, "5", "5"), (Verdict.WRONG, "it raised KeyError", RAISED),
        (Verdict.WRONG, "a long text…", None), (Verdict.NOT_RUN, None, None),
        (Verdict.TIMEOUT, None, "\N{WHITE SQUARE}timeout"),
    ],
)  # fmt: skip
def test_an_output_is_what_came_whole(verdict: Verdict, got: str | None, expected: str | None) -> None:
    result = CaseResult(
        number=1, verdict=verdict, input="", expected="4", got=got, printed="", fault=None, milliseconds=1
    )
    assert output(result) == expected
