"""`learnflow exercises check`, run as schools run it, and the same verdicts where exercises are assigned."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from learnflow.models.examples import EXAMPLES
from tests.support.command_line import LEARNFLOW, SECONDS, Result

EVENT: Final = EXAMPLES["exercise.assigned"].model_dump(mode="json")
EXERCISE: Final = EVENT["payload"]["exercise"]
RIGHT: Final = EXERCISE["solution_code"]
OTHER_ID: Final = "750e8400-e29b-41d4-a716-446655440009"


def checked(directory: Path, content: object, *options: str) -> Result:
    file = directory / "exercises.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    command = [*LEARNFLOW, "exercises", "check", str(file), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("content", [EXERCISE, EVENT, EVENT["payload"], [EXERCISE, EVENT]])
def test_an_exercise_and_an_event_and_a_list_are_taken(tmp_path: Path, content: Any) -> None:
    result = checked(tmp_path, content, "--json")
    assert (result.returncode, result.stderr) == (0, "")
    assert [line["holds"] for line in lines(result)] == [True] * (len(content) if isinstance(content, list) else 1)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"solution_code": "print(0)"}, "the solution does not pass its tests: wrong at test case 1"),
        ({"solution_code": "def print_numbers(n:\n    pass"}, "the solution does not pass its tests: syntax-error"),
        ({"solution_code": "while True:\n    pass"}, "the solution does not pass its tests: timeout"),
        ({"starter_code": RIGHT}, "the starter code passes all tests already"),
        ({"test_cases": EXERCISE["test_cases"][:2]}, "test_cases: Tuple should have at least 3 items"),
        ({"solution_code": None}, "solution_code: Input should be a valid string"),
        ({"language": "rust"}, "language: Input should be 'python', 'javascript' or 'java'"),
    ],
)
def test_what_does_not_hold_is_told_in_words(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    result = checked(tmp_path, [EXERCISE | change, EXERCISE | {"exercise_id": OTHER_ID}])
    first, *_, last = result.stdout.splitlines()
    assert (result.returncode, result.stderr) == (1, "")
    assert problem in first
    assert last == f"2. {OTHER_ID}: holds"


def test_null_is_taken_where_the_data_model_has_it(tmp_path: Path) -> None:
    nulls = dict.fromkeys(("starter_code", "hints", "tags", "title"))
    assert checked(tmp_path, EXERCISE | nulls).returncode == 0


def test_an_id_belongs_to_its_first_content(tmp_path: Path) -> None:
    other = EXERCISE | {"problem_text": "Print them.", "created_at": "2026-02-01T00:00:00Z"}
    result = checked(tmp_path, [EXERCISE, other])
    assert result.returncode == 1
    reason = "exercise.exercise_id: belongs to another exercise already, which differs in problem_text"
    assert result.stdout.splitlines()[1].endswith(reason)


@pytest.mark.parametrize(("content", "reason"), [("[", "is not valid JSON"), ("[]", "there is no exercise in it")])
def test_what_cannot_be_read_is_a_wrong_use(tmp_path: Path, content: str, reason: str) -> None:
    result = checked(tmp_path, content)
    assert (result.returncode, result.stdout) == (2, "")
    assert reason in result.stderr
