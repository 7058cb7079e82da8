"""A program that reads nothing has its own literals as input: lists, first values, what its functions are given."""

import pytest

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.edits import edits
from learnflow.repair.nearby_programs import nearby_programs, without_other_input

PYTHON, JAVASCRIPT, JAVA = ExerciseLanguage


@pytest.mark.parametrize(
    ("language", "code", "edit", "some"),
    [
        (PYTHON, "a = [2, 4]\nprint(a[1])", ("1", "0"), ["a = [4, 2]\nprint(a[0])", "a = [2]\nprint(a[0])"]),
        (PYTHON, "n = 5\nprint(n)", ("print(n)", "print(n + 1)"), ["n = 6\nprint(n + 1)", "n = 4\nprint(n + 1)"]),
        (PYTHON, "def f(a): return a\nprint(f(7))", ("return a", "return -a"), ["def f(a): return -a\nprint(f(8))"]),
        (PYTHON, "w = 'naïve'\nprint(w)", ("print(w)", "print(len(w))"), ["w = 'evïan'\nprint(len(w))"]),
        (JAVASCRIPT, "const a = [3, 1];\nlog(a);", ("log(a)", "log(a[0])"), ["const a = [1, 3];\nlog(a[0]);"]),
        (JAVASCRIPT, 'f(true);\nlet w = "ab";', ("f(true)", "f(false)"), ['f(false);\nlet w = "ba";']),
        (
            JAVA, "class A { int[] a = {3, 1}; int b = a[1]; }", ("a[1]", "a[0]"),
            ["class A { int[] a = {1, 3}; int b = a[0]; }"],
        ),
    ],
)  # fmt: skip
def test_an_edit_is_made_in_programs_with_other_values(
    language: ExerciseLanguage, code: str, edit: tuple[str, str], some: list[str]
) -> None:
    programs = nearby_programs(language, code, [code.replace(*edit)])
    assert [program for program in some if (program,) not in programs] == []
    assert all(program != (code.replace(*edit),) for program in programs)


@pytest.mark.parametrize("code", [
    "total = 0\nfor i in range(1, 4): total += i", "print('Total')", "x = [", "a = [1]", "prices = {1: 2}",
    "a = (1, 2)", "x = 1e999", "x = " + " + ".join(f"name{number}" for number in range(500)),
])  # fmt: skip
def test_how_a_count_begins_and_what_is_only_printed_is_no_input(code: str) -> None:
    assert nearby_programs(PYTHON, code, [code.replace("i", "i + 1")]) == ()


def test_what_json_cannot_hold_is_varied_all_the_same() -> None:
    code = "big = 100000000000000000000\nhalf = '\\ud800'\nprint(big)"
    assert ("big = 99999999999999999999\nhalf = '\\ud800'\nprint(-big)",) in nearby_programs(
        PYTHON, code, [code.replace("(big)", "(-big)")]
    )


def test_an_edit_of_the_value_itself_is_left_out() -> None:
    programs = nearby_programs(PYTHON, "a = [2, 4]\nprint(a)", ["a = [2, 5]\nprint(a)", "a = [2, 4]\nprint(a[0])"])
    assert programs
    assert all(of_value is None and of_print is not None for of_value, of_print in programs)


def test_what_a_function_is_called_with_is_not_to_blame() -> None:
    code = "def up_to(n):\n    return sum(range(1, n))\nprint(up_to(5))"
    made = edits(PYTHON, code)
    kept = without_other_input(PYTHON, code, made)
    assert {code.replace("5", "6")} == {edit.code for edit in made if edit.words == "`5` becomes `6`"}
    assert not any("up_to(6)" in edit.code or "up_to(4)" in edit.code for edit in kept)
    assert {edit.line for edit in kept} == {2, 3}, "the call itself may be"
