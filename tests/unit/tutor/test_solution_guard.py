"""An answer whose code would solve an open exercise is kept back, and a hint is given instead."""

from collections.abc import Iterator
from typing import Any

import pytest

from learnflow.models.draft import Draft
from learnflow.models.exercise import Assigned
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.solution_guard import SolutionGuard
from tests.support.offline_requests import request
from tests.support.sandboxes import opened
from tests.unit.domain.test_student_exercises import NOON

TASK = next(one for one in BANK.on("loops", ExerciseLanguage.PYTHON) if one.title == "Sum of the even ones")
OTHER_NAME = TASK.solution_code.replace("sum_of_evens", "add_even_numbers")
OTHER_WAY = "def sum_of_evens(numbers):\n    return sum(n for n in numbers if n % 2 == 0)"
HALF = "def is_even(number):\n    return number % 2 == 0"
OTHER_HALF = "def sum_of_evens(numbers):\n    return sum(filter(is_even, numbers))"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    yield from opened()


def draft(*code: str, text: str = "This is how it is done.") -> Draft:
    return Draft(text=text, code_examples=code, confidence=0.9, topic="loops", model="offline")


def asked(code: str | None = None, **more: Any) -> Any:
    return request("Why?", code, exercises=[Assigned(exercise=TASK, assigned_at=NOON, **more)])


@pytest.mark.parametrize(
    "answer",
    [
        draft(TASK.solution_code),
        draft(OTHER_NAME),
        draft("print(1)", OTHER_WAY),
        draft(HALF, OTHER_HALF),
        draft(text=f"Like this:\n\n```python\n{OTHER_WAY}\n```\n\nDo you see?"),
        draft(text=f"Like this:\n\n```\n{OTHER_WAY}"),
        draft(text="It is one line: `sum(n for n in values if n % 2 == 0)`. Do you see?"),
        draft(text="End with `return sum(filter(lambda n: n % 2 == 0, numbers))`."),
        draft(text="Write `total = sum(n for n in numbers if not n % 2)` and give it back."),
        draft(text="The function is `lambda xs: sum(x for x in xs if x % 2 == 0)`"),
    ],
    ids=[
        "the solution",
        "by another name",
        "in another way",
        "in two halves",
        "in the text",
        "in an open fence",
        "within a sentence",
        "with its return",
        "with its name",
        "as a lambda",
    ],
)
async def test_a_solution_is_kept_back(answer: Draft, sandbox: Sandbox) -> None:
    kept = await SolutionGuard(sandbox).guarded(answer, asked(hints_given=1))
    assert kept.code_examples == ()
    assert "def " not in kept.text
    assert f"Hint 2 of 3: {TASK.hints[1]}" in kept.text
    assert kept.metadata["withheld"] == str(TASK.exercise_id)


@pytest.mark.parametrize(
    "answer",
    [
        draft("for n in [1, 2]:\n    print(n)"),
        draft("def sum_of_evens(numbers):\n    return sum(numbers)"),
        draft("this is no code"),
        draft(TASK.starter_code or ""),
        draft(),
        draft(
            text="`sum(numbers)` adds all, and `n % 2 == 0` tells an even one; `for n in numbers` goes through them."
        ),
        draft(text="`numbers`, a `TypeError`, `sum()` and `print(numbers)`"),
    ],
    ids=["another example", "a wrong solution", "no code", "the starter", "no code at all", "parts", "names"],
)
async def test_anything_else_is_delivered_as_it_is(answer: Draft, sandbox: Sandbox) -> None:
    assert await SolutionGuard(sandbox).guarded(answer, asked()) == answer


async def test_who_has_no_open_exercise_gets_everything(sandbox: Sandbox) -> None:
    assert await SolutionGuard(sandbox).guarded(draft(TASK.solution_code), request("Why?")) == draft(TASK.solution_code)


async def test_what_the_student_has_found_already_is_no_secret(sandbox: Sandbox) -> None:
    answer = draft(TASK.solution_code)
    assert await SolutionGuard(sandbox).guarded(answer, asked(OTHER_WAY)) == answer


async def test_without_a_sandbox_the_solutions_own_words_are_kept_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learnflow.sandbox.isolation.binaries", lambda: ())
    async with Sandbox(SandboxSettings()) as nowhere:
        kept = await SolutionGuard(nowhere).guarded(draft(f"# so:\n{TASK.solution_code}"), asked())
        assert "withheld" in kept.metadata
        assert await SolutionGuard(nowhere).guarded(draft(OTHER_WAY), asked()) == draft(OTHER_WAY)


@pytest.mark.parametrize(
    ("title", "language", "text"),
    [
        ("Squares of the odd ones", ExerciseLanguage.PYTHON, "Use `[n * n for n in xs if n % 2 == 1]`."),
        ("Every second one", ExerciseLanguage.PYTHON, "A slice with a step, `things[::2]`, does it."),
        ("Price tag", ExerciseLanguage.PYTHON, 'An f-string: `f"{price:.2f} EUR"`'),
        ("Splitting the bill", ExerciseLanguage.PYTHON, "`divmod` in brackets: `list(divmod(cents, people))`"),
        ("Splitting the bill", ExerciseLanguage.JAVASCRIPT, "so `[Math.floor(all / n), all % n]` is it"),
        ("Add two texts", ExerciseLanguage.JAVASCRIPT, "`const addTexts = (a, b) => Number(a) + Number(b);`"),
    ],
)
async def test_a_solution_in_a_sentence_is_found(
    title: str, language: ExerciseLanguage, text: str, sandbox: Sandbox
) -> None:
    task = next(each for each in BANK.exercises if each.language is language and each.title == title)
    asked = request("Why?", exercises=[Assigned(exercise=task, assigned_at=NOON)])
    kept = await SolutionGuard(sandbox).guarded(draft(text=text), asked)
    assert kept.metadata["withheld"] == str(task.exercise_id)
