"""A proposal → an exercise as the data model wants it, or what is wrong with it. Nothing is run here."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from pydantic import JsonValue, TypeAdapter, ValidationError

from learnflow.models.exercise import Exercise
from learnflow.models.fields import JsonObject, explain
from learnflow.tutor.exercises.generation.proposal import Order, Proposal, ProposedCase

HINTS: Final = 3
_LONGEST_DETAILS: Final = 2_000  # characters that an author is shown
_TELLING: Final = 8  # characters without blanks; a shorter line is in half of all programs
_BLANKS: Final = re.compile(r"\s+")
_STORABLE: Final = TypeAdapter(dict[str, JsonObject])


class Flawed(Exception):  # noqa: N818 - a property of an exercise
    """An exercise that no student may see. The text says why without its code; the details may show it."""

    def __init__(self, problem: str, details: str = "") -> None:
        super().__init__(problem)
        self.details = (
            details if len(details) <= _LONGEST_DETAILS else f"{details[:_LONGEST_DETAILS]}\N{HORIZONTAL ELLIPSIS}"
        )


def drafted(order: Order, proposal: Proposal, exercise_id: UUID, now: datetime) -> Exercise:
    """Return the exercise that is proposed, made now. Raises Flawed when it cannot be one, or is one already seen."""
    tests: list[JsonValue] = [_case(number, case) for number, case in enumerate(proposal.test_cases, start=1)]
    try:
        _STORABLE.validate_python({"test_cases": {"all": tests}})
        exercise = Exercise.model_validate({
            **proposal.model_dump(exclude={"test_cases"}), "test_cases": tests, "exercise_id": exercise_id,
            "topic": order.topic, "difficulty": order.difficulty, "language": order.language, "created_at": now,
            "tags": tuple(dict.fromkeys((order.topic, *proposal.tags))),
        })  # fmt: skip
    except ValidationError as error:
        raise Flawed(explain(error)) from error
    for problem in _problems(order, exercise):
        raise Flawed(problem)
    return exercise


def _case(number: int, case: ProposedCase) -> dict[str, JsonValue]:
    return {
        "input": _json(f"the input of test case {number}", case.input_json),
        "output": _json(f"the output of test case {number}", case.output_json),
    }


def _json(what: str, text: str) -> JsonValue:
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        problem = f"{what} is no JSON"
        raise Flawed(problem, f"{text}\n{error}") from error
    return value


def _problems(order: Order, exercise: Exercise) -> Iterator[str]:
    if exercise.title is None or exercise.name.casefold() in {name.casefold() for name in order.seen}:
        yield "the student has seen an exercise of this title"
    if not exercise.starter_code or not exercise.starter_code.strip():
        yield "there is no starter code"
    if len(exercise.hints) != HINTS:
        yield f"there are {len(exercise.hints)} hints instead of {HINTS}"
    inputs = [orjson.dumps(case.input, option=orjson.OPT_SORT_KEYS) for case in exercise.test_cases]
    for number, value in enumerate(inputs, start=1):
        if (first := inputs.index(value) + 1) != number:
            yield f"test case {number} has the same input as test case {first}"
    if gives_away(exercise, exercise.problem_text):
        yield "the problem contains the solution"
    if gives_away(exercise, "\n".join(exercise.hints)):
        yield "the hints contain the solution"


def gives_away(exercise: Exercise, text: str) -> bool:
    """Say whether a text has all lines of the solution that are not in the starter code already."""
    known = _squeezed(exercise.starter_code or "")
    lines = {_squeezed(line) for line in exercise.solution_code.splitlines()}
    own = {line for line in lines if len(line) >= _TELLING and line not in known}
    shown = _squeezed(text)
    return bool(own) and all(line in shown for line in own)


def _squeezed(text: str) -> str:
    return _BLANKS.sub("", text)
