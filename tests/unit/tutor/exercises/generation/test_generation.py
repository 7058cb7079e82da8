"""Orders and proposals of exercises: how hard, what is refused before anything runs, and what is told to whom."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from learnflow.domain.mastery.model import difficulty_for
from learnflow.models.taxonomy import TOPICS, difficulties
from learnflow.models.vocabulary import ExerciseLanguage, SkillLevel
from learnflow.tutor.claude.prompts import prompt
from learnflow.tutor.exercises.generation.proposal import Attempt, ExerciseOrder, FlawedExercise, Proposal
from learnflow.tutor.exercises.generation.verification import exercise_from

ID = UUID("750e8400-e29b-41d4-a716-446655440002")
NOW = datetime(2026, 1, 2, 14, 30, tzinfo=UTC)
ORDER = ExerciseOrder("loops", SkillLevel.BEGINNER, ExerciseLanguage.PYTHON, seen=("Count up",))
SOLUTION = """def count_even(numbers):
    count = 0
    for number in numbers:
        if number % 2 == 0:
            count += 1
    return count
"""
RIGHT: dict[str, Any] = {
    "title": "Count the even ones",
    "problem_text": "Write `count_even(numbers)` that returns how many of the numbers are even. `[1, 2]` gives 1.",
    "starter_code": "def count_even(numbers):\n    # your code here\n    return None\n",
    "solution_code": SOLUTION,
    "test_cases": [
        {"input_json": "[1, 2]", "output_json": "1"},
        {"input_json": "[]", "output_json": "0"},
        {"input_json": "[-2, 0]", "output_json": "2"},
    ],
    "hints": [
        "Go through the numbers one by one.",
        "A number is even when `number % 2` is 0.",
        "Count before you return.",
    ],
    "tags": ["modulo", "loops"],
}


def proposal(**changes: Any) -> Proposal:
    return Proposal.model_validate(RIGHT | changes)


@pytest.mark.parametrize(
    ("topic", "level", "skill", "difficulty"),
    [
        ("recursion", None, None, "beginner"),
        ("recursion", None, "intermediate", "intermediate"),
        ("recursion", None, "advanced", "advanced"),
        ("recursion", 0.0, "advanced", "beginner"),
        ("recursion", 0.4999, None, "beginner"),
        ("recursion", 0.5, None, "intermediate"),
        ("recursion", 0.8499, None, "intermediate"),
        ("recursion", 0.85, "beginner", "advanced"),
        ("recursion", 0.95, None, "advanced"),
        ("recursion", 1.0, None, "advanced"),
        ("loops", 0.9, None, "intermediate"),  # as hard as an exercise on loops may be
        ("loops", None, "advanced", "intermediate"),
        ("juggling", 0.9, None, "advanced"),
    ],
)
def test_the_difficulty_follows_the_mastery_of_the_topic_and_else_the_skill(
    topic: str, level: float | None, skill: str | None, difficulty: str
) -> None:
    assert difficulty_for(topic, level, SkillLevel(skill) if skill else None) == difficulty


@pytest.mark.parametrize("topic", [*TOPICS, "general"])
def test_the_difficulty_always_fits_the_topic_and_never_falls_as_mastery_grows(topic: str) -> None:
    order = list(SkillLevel)
    chosen = [difficulty_for(topic, level / 100, None) for level in range(101)]
    assert set(chosen) <= set(difficulties(topic))
    assert chosen == sorted(chosen, key=order.index)
    assert chosen[0] == difficulties(topic)[0]


def test_a_right_proposal_becomes_an_exercise() -> None:
    exercise = exercise_from(ORDER, proposal(), ID, NOW)
    assert (exercise.exercise_id, exercise.created_at, exercise.name) == (ID, NOW, "Count the even ones")
    assert (exercise.topic, exercise.difficulty, exercise.language) == ("loops", "beginner", "python")
    assert [(case.input, case.output) for case in exercise.test_cases] == [([1, 2], 1), ([], 0), ([-2, 0], 2)]
    assert exercise.tags == ("loops", "modulo")


CASES = RIGHT["test_cases"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"test_cases": CASES[:2]}, "test_cases"),
        ({"test_cases": [*CASES, {"input_json": "[1,2]", "output_json": "1"}]}, "case 4 has the same input as test"),
        ({"test_cases": [{"input_json": '{"b": 1, "a": 2}', "output_json": "1"}, *CASES[1:],
                         {"input_json": '{"a": 2, "b": 1}', "output_json": "2"}]}, "case 4 has the same input as"),
        ({"test_cases": [*CASES, {"input_json": "[3", "output_json": "1"}]}, "the input of test case 4 is no JSON"),
        ({"test_cases": [*CASES, {"input_json": "[3]", "output_json": "NaN"}]}, "the output of test case 4 is no JSON"),
        ({"test_cases": [*CASES, {"input_json": '"\\u0000"', "output_json": "1"}]}, "NUL"),
        ({"test_cases": [*CASES, {"input_json": f'"{"a" * 20_000}"', "output_json": "1"}]}, "larger than 16,384 bytes"),
        ({"test_cases": [*CASES, {"input_json": "[" * 900 + "]" * 900, "output_json": "1"}]}, "Recursion limit"),
        ({"problem_text": "Write. " * 200}, "problem_text"),
        ({"problem_text": " "}, "problem_text"),
        ({"problem_text": f"Write this:\n{SOLUTION}"}, "the problem contains the solution"),
        ({"title": "count UP"}, "seen an exercise of this title"),
        ({"title": ""}, "title"),
        ({"starter_code": "\n"}, "no starter code"),
        ({"solution_code": ""}, "solution_code"),
        ({"hints": RIGHT["hints"][:2]}, "2 hints instead of 3"),
        ({"hints": ["One.", " ", "Three."]}, "hints\\.1: must not be blank"),
        ({"hints": ["Count.", "Like so:", f"```python\n{SOLUTION}```"]}, "the hints contain the solution"),
        ({"hints": [SOLUTION[:60], SOLUTION[60:100], SOLUTION[100:]]}, "the hints contain the solution"),
    ],
)  # fmt: skip
def test_a_proposal_that_cannot_be_an_exercise_is_refused_with_a_reason(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(FlawedExercise, match=problem):
        exercise_from(ORDER, proposal(**changes), ID, NOW)


def test_the_difficulty_that_is_ordered_must_fit_the_topic() -> None:
    with pytest.raises(FlawedExercise, match="advanced does not fit loops"):
        exercise_from(ExerciseOrder("loops", SkillLevel.ADVANCED, ExerciseLanguage.PYTHON), proposal(), ID, NOW)


def test_an_attempt_as_json_shows_no_code() -> None:
    attempt = Attempt(number=1, problem="the tests are too weak", details="count += 1", proposal=proposal())
    assert attempt.model_dump(mode="json") == {"number": 1, "problem": "the tests are too weak"}
    assert "count" not in repr(attempt)


def test_a_prompt_has_the_version_of_its_text() -> None:
    one = prompt("exercise")
    assert one.version.startswith("exercise-")
    assert len(one.version) == len("exercise-") + 12
    assert one == prompt("exercise")


def test_a_process_without_claude_does_not_import_the_sdk() -> None:
    client = "learnflow.tutor.claude.client"
    modules = f"{client}.sdk, {client}.claude_client, learnflow.tutor.exercises.generation.generate"
    code = f"import sys, {modules}; sys.exit('anthropic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
