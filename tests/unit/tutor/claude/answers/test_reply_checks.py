"""What an answer gives that is above a rung, by its words and by its code; and what is no more than a hint."""

from typing import Any

import pytest

from learnflow.domain.support_ladder import LADDER, Rung
from learnflow.repair.claims import Repair
from learnflow.repair.edits import Edit
from learnflow.tutor.claude.answers.reply_checks import beyond_rung, student_language
from learnflow.tutor.claude.answers.schemas import Diagnosis, Explanation
from tests.support.claude_tutor import DIAGNOSIS, EXPLANATION
from tests.support.offline_requests import request, turn, with_question

QUESTION, HINT, PLACE, FIX = LADDER
CODE = "numbers = [2, 4, 6]\ntotal = 0\nfor i in range(1, len(numbers)):\n    total += numbers[i]\nprint(total)"
MENDED = CODE.replace("range(1, ", "range(")
REPAIR = Repair(candidates=(Edit(3, "`1` becomes `0`", CODE.replace("range(1, ", "range(0, "), 1.0),))


def diagnosis(*codes: str, **more: Any) -> Diagnosis:
    examples = [{"language": "python", "code": code} for code in codes]
    quiet = {"hint_level": QUESTION, "fix_applied": False, "line": None, "text": "Which values does it take?"}
    return Diagnosis.model_validate({**DIAGNOSIS, **quiet, "code_examples": examples, **more})


GIVEN = {
    "the mended program": diagnosis(MENDED),
    "the mended program, with output": diagnosis(MENDED.replace("    total", "    print(i)\n    total")),
    "the mended line": diagnosis("for i in range(len(numbers)):"),
    "the mended line in a sentence": diagnosis(text="Write `for i in range(len(numbers)):` there."),
    "what a known change writes": diagnosis(text="Try `range(0, len(numbers))`."),
    "the program between fences": diagnosis(text=f"So:\n```python\n{MENDED}\n```"),
    "the program, in parts": diagnosis("\n".join(MENDED.splitlines()[:3]), "\n".join(MENDED.splitlines()[2:])),
}
NOT_GIVEN = {
    "no code": diagnosis(),
    "the student's own code": diagnosis(CODE),
    "a line of it": diagnosis("for i in range(1, len(numbers)):", text="Look at `range(1, len(numbers))`."),
    "the code with more output": diagnosis(CODE.replace("    total", "    print(i)\n    total")),
    "output alone": diagnosis("print(i)"),
    "another program": diagnosis("words = ['a', 'b']\nfor word in words:\n    print(word)"),
    "the name of a thing": diagnosis(text="What does `range(a, b)` begin with? And `len`?"),
}


@pytest.mark.parametrize("rung", [QUESTION, HINT, PLACE])
@pytest.mark.parametrize("answer", GIVEN.values(), ids=GIVEN)
def test_the_students_code_changed_is_for_the_fix_alone(answer: Diagnosis, rung: Rung) -> None:
    found = beyond_rung(answer, rung, CODE, REPAIR)
    assert found == f"it holds the student's code, changed, and no more than {rung} is allowed now"
    assert beyond_rung(answer, FIX, CODE, REPAIR) is None


@pytest.mark.parametrize("answer", NOT_GIVEN.values(), ids=NOT_GIVEN)
def test_what_leaves_it_to_the_student_is_a_question(answer: Diagnosis) -> None:
    assert beyond_rung(answer, QUESTION, CODE, REPAIR) is None


@pytest.mark.parametrize("allowed", LADDER)
@pytest.mark.parametrize("claimed", LADDER)
def test_a_rung_that_is_claimed_is_not_above_the_highest(claimed: Rung, allowed: Rung) -> None:
    found = beyond_rung(diagnosis(hint_level=claimed), allowed, CODE)
    assert (found is None) is (LADDER.index(claimed) <= LADDER.index(allowed))


def test_a_line_and_a_fix_are_not_below_their_rungs() -> None:
    assert [beyond_rung(diagnosis(line=3), rung, CODE) is None for rung in LADDER] == [False, False, True, True]
    assert [beyond_rung(diagnosis(fix_applied=True), rung, CODE) is None for rung in LADDER] == [False] * 3 + [True]


def test_an_explanation_without_code_of_the_students_may_show_what_it_explains() -> None:
    answer = Explanation.model_validate({**EXPLANATION, "hint_level": HINT})
    assert beyond_rung(answer, HINT, None) is None


SPANISH = turn("¿Por qué se para siempre mi programa?", "Mira.", "debug")  # type: ignore[arg-type]
GERMAN = turn("Warum bleibt mein Programm immer stehen?", "Schau.", "debug")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (request("Why does my program stop in the second line?", turns=[SPANISH]), "en"),
        (request("KeyError: 'x'", "x = {}\nx['x']", turns=[SPANISH]), "es"),
        (request("ok", turns=[GERMAN, SPANISH]), "es"),
        (request("ok", turns=[SPANISH, GERMAN]), "de"),
        (request("ok"), None),
        (request("Please explain that in German to me", turns=[SPANISH]), None),
    ],
)
def test_the_language_is_that_of_what_was_said_last_and_tells_it(asked: Any, language: str | None) -> None:
    assert student_language(*with_question(asked)) == language
