"""A proposal → an exercise as the data model wants it, verified by running it, or what is wrong with it.

What is run: the solution, the starter code, and the solution with small mistakes.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from pydantic import JsonValue, TypeAdapter, ValidationError

from learnflow.models.exercise import Exercise
from learnflow.models.fields import JsonObject, explain
from learnflow.sandbox import CaseResult, Grading, Sandbox, Verdict, infer_calling_convention
from learnflow.tutor.exercises.generation.mutants import Mutant
from learnflow.tutor.exercises.generation.mutation_testing import MutationReport, run_mutants
from learnflow.tutor.exercises.generation.proposal import ExerciseOrder, FlawedExercise, Proposal, ProposedCase
from learnflow.tutor.exercises.hidden_cases import is_shown, visible_cases

_FAILS_AS_IT_SHOULD: Final = frozenset({Verdict.WRONG, Verdict.EXCEPTION})
HINTS: Final = 3
_TELLING: Final = 8  # characters without blanks; a shorter line is in half of all programs
_BLANKS: Final = re.compile(r"\s+")
_STORABLE: Final = TypeAdapter(dict[str, JsonObject])


def exercise_from(order: ExerciseOrder, proposal: Proposal, exercise_id: UUID, now: datetime) -> Exercise:
    """Return the exercise that is proposed, made now. Raises FlawedExercise when it cannot be one, or has been seen."""
    tests = [_case(number, case) for number, case in enumerate(proposal.test_cases, start=1)]
    texts = "\n".join((proposal.problem_text, proposal.starter_code or "", *proposal.hints))
    tests.sort(key=lambda test: not is_shown(test["input"], texts))  # those that come later are hidden
    try:
        _STORABLE.validate_python({"test_cases": {"all": tests}})
        exercise = Exercise.model_validate({
            **proposal.model_dump(exclude={"test_cases"}), "test_cases": tests, "exercise_id": exercise_id,
            "topic": order.topic, "difficulty": order.difficulty, "language": order.language, "created_at": now,
            "tags": tuple(dict.fromkeys((order.topic, *proposal.tags))),
        })  # fmt: skip
    except ValidationError as error:
        raise FlawedExercise(explain(error)) from error
    for problem in _problems(order, exercise):
        raise FlawedExercise(problem)
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
        raise FlawedExercise(problem, f"{text}\n{error}") from error
    return value


def _problems(order: ExerciseOrder, exercise: Exercise) -> Iterator[str]:
    if exercise.title is None or exercise.name.casefold() in {name.casefold() for name in order.seen}:
        yield "the student has seen an exercise of this title"
    if not exercise.starter_code or not exercise.starter_code.strip():
        yield "there is no starter code"
    if len(exercise.hints) != HINTS:
        yield f"there are {len(exercise.hints)} hints instead of {HINTS}"
    texts = "\n".join((exercise.problem_text, exercise.starter_code or "", *exercise.hints))
    shown = sum(is_shown(case.input, texts) for case in exercise.test_cases)
    if shown > (most := visible_cases(len(exercise.test_cases))):
        yield f"the problem and the hints show {shown} of the test cases, where {most} may be shown"
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
    starter = _squeezed(exercise.starter_code or "")
    lines = {_squeezed(line) for line in exercise.solution_code.splitlines()}
    own = {line for line in lines if len(line) >= _TELLING and line not in starter}
    shown = _squeezed(text)
    return bool(own) and all(line in shown for line in own)


def _squeezed(text: str) -> str:
    return _BLANKS.sub("", text)


async def verify(exercise: Exercise, sandbox: Sandbox) -> None:
    """Run a generated exercise. Raises FlawedExercise when a test says so, and SandboxUnavailable as it is."""
    starter = await verify_solution(exercise, sandbox)
    if starter is None or starter.verdict not in _FAILS_AS_IT_SHOULD:
        problem = f"the starter code cannot be begun with: {starter.verdict if starter else 'there is none'}"
        raise FlawedExercise(problem, _details(starter, None) if starter else "")
    _check_tests(await run_mutants(exercise.language, exercise.solution_code, exercise.test_cases, sandbox))


async def verify_solution(exercise: Exercise, sandbox: Sandbox) -> Grading | None:
    """Run any exercise: its solution passes its tests, and its starter code, whose grading is returned, does not.

    Raises FlawedExercise when a test says so, and SandboxUnavailable when nothing can be run.
    """
    language, tests = exercise.language, exercise.test_cases
    calling = await asyncio.to_thread(infer_calling_convention, language, exercise.solution_code, tests)
    grading = await sandbox.grade(language, exercise.solution_code, tests, calling)
    if grading.verdict is Verdict.TIMEOUT:  # which a busy machine can be the cause of, too
        grading = await sandbox.grade(language, exercise.solution_code, tests, calling)
    _check_solution(grading)
    if exercise.starter_code is None:
        return None
    starter = await sandbox.grade(language, exercise.starter_code, tests, calling)
    if starter.verdict is Verdict.PASSED:
        problem = "the starter code passes all tests already"
        raise FlawedExercise(problem)
    return starter


def _check_solution(grading: Grading) -> None:
    if grading.verdict is Verdict.PASSED:
        return
    failed = grading.first_failure
    place = f" at test case {failed.number}" if failed is not None else ""
    problem = f"the solution does not pass its tests: {grading.verdict}{place}"
    raise FlawedExercise(problem, _details(grading, failed))


def _check_tests(report: MutationReport) -> None:
    """Refuse tests that a wrong program passes: one that differs, one that returns nothing of use, or most of them."""
    if report.survivors:
        count = f"{len(report.survivors)} small mistakes" if len(report.survivors) > 1 else "a small mistake"
        problem = f"the tests are too weak: {count} in the solution passed all of them"
        raise FlawedExercise(problem, "\n\n".join(survivor.description() for survivor in report.survivors))
    unneeded = [mutant for mutant in report.alike if mutant.returns]
    if unneeded:
        problem = "the tests are too weak: none of them needs all that the solution returns"
        raise FlawedExercise(problem, _changes(unneeded))
    if len(report.alike) > len(report.caught):
        problem = "the tests are too weak: most small mistakes in the solution passed all of them"
        raise FlawedExercise(problem, _changes(report.alike))


def _changes(passing: Sequence[Mutant]) -> str:
    return "\n".join(f"Line {mutant.line} of the solution: {mutant.change}. All tests pass." for mutant in passing)


def _details(grading: Grading, failed: CaseResult | None) -> str:
    """Show an author what came out of a run."""
    fault = grading.fault or (failed.fault if failed is not None else None)
    lines = []
    if failed is not None and failed.got is not None:
        lines += [f"input: {failed.input}", f"expected: {failed.expected}", f"got: {failed.got}"]
    if failed is not None and failed.printed:
        lines.append(f"printed: {failed.printed}")
    if fault is not None:
        lines.append(f"{fault.type}: {fault.message}" + (f" (line {fault.line})" if fault.line else ""))
    return "\n".join(lines)
