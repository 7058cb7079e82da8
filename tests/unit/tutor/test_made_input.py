"""A program that reads input is given some: what its question tells, else what its prompts and conversions ask for."""

import pytest

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.tutor.made_input import made_inputs

PYTHON = ExerciseLanguage.PYTHON


@pytest.mark.parametrize(
    ("code", "text", "first"),
    [
        ("n = input()\nprint(n * 2)", "3 gives 33 instead of 6", "3"),
        ("n = int(input('How many? '))\nprint(n)", "for 5 it gives 24 rather than 120", "5"),
        ("n = int(input())\nm = int(input())\nprint(n)", "when I enter 5 and 7 it fails", "5, 7"),
        ("a, b = map(int, input().split())\nprint(a)", "wrong", "3 4"),
        ("row = input().split(',')\nprint(row)", "wrong", "3,4,5"),
        ("name = input('Your name: ')\nage = int(input('Age: '))\nprint(name)", "wrong", "hello, 3"),
        ("again = input('Again (yes/no)? ')\nprint(again)", "wrong", "y"),
    ],
)
def test_input_is_made(code: str, text: str, first: str) -> None:
    given, other = made_inputs(PYTHON, code, text)
    assert given.first == first
    assert given.told is (text != "wrong")
    assert not other.told


def test_what_reads_nothing_needs_none() -> None:
    assert made_inputs(PYTHON, "print('input()')", "for 5 it gives 24") == ()
    assert made_inputs(ExerciseLanguage.JAVASCRIPT, "console.log(1);", "3 gives 4") == ()
