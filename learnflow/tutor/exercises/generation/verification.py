"""An exercise is verified by running it: its solution, its starter code, and its solution with small mistakes."""

from collections.abc import Sequence
from typing import Final

from learnflow.models.exercise import Exercise
from learnflow.sandbox import CaseResult, Grading, Sandbox, Verdict, infer_calling_convention
from learnflow.tutor.exercises.generation.drafting import Flawed
from learnflow.tutor.exercises.generation.mutants import Mutant
from learnflow.tutor.exercises.generation.mutation import Examination, examine

_FAILS_AS_IT_SHOULD: Final = frozenset({Verdict.WRONG, Verdict.EXCEPTION})


async def verify(exercise: Exercise, sandbox: Sandbox) -> None:
    """Run an exercise. Raises Flawed when a test says so, and SandboxUnavailable when nothing can be run."""
    language, tests = exercise.language, exercise.test_cases
    calling = infer_calling_convention(language, exercise.solution_code, tests)
    _solution(await sandbox.grade(language, exercise.solution_code, tests, calling))
    _starter(await sandbox.grade(language, exercise.starter_code or "", tests, calling))
    _weakness(await examine(language, exercise.solution_code, tests, sandbox))


def _solution(grading: Grading) -> None:
    if grading.verdict is Verdict.PASSED:
        return
    failed = grading.first_failure
    place = f" at test case {failed.number}" if failed is not None else ""
    problem = f"the solution does not pass its tests: {grading.verdict}{place}"
    raise Flawed(problem, _details(grading, failed))


def _starter(grading: Grading) -> None:
    if grading.verdict is Verdict.PASSED:
        problem = "the starter code passes all tests already"
        raise Flawed(problem)
    if grading.verdict not in _FAILS_AS_IT_SHOULD:
        problem = f"the starter code cannot be begun with: {grading.verdict}"
        raise Flawed(problem, _details(grading, None))


def _weakness(found: Examination) -> None:
    """Refuse tests that a wrong program passes: one that differs, one that returns nothing of use, or most of them."""
    if found.survivors:
        count = f"{len(found.survivors)} small mistakes" if len(found.survivors) > 1 else "a small mistake"
        problem = f"the tests are too weak: {count} in the solution passed all of them"
        raise Flawed(problem, "\n\n".join(one.told() for one in found.survivors))
    unneeded = [mutant for mutant in found.alike if mutant.returns]
    if unneeded:
        problem = "the tests are too weak: none of them needs all that the solution returns"
        raise Flawed(problem, _changes(unneeded))
    if len(found.alike) > len(found.caught):
        problem = "the tests are too weak: most small mistakes in the solution passed all of them"
        raise Flawed(problem, _changes(found.alike))


def _changes(passing: Sequence[Mutant]) -> str:
    return "\n".join(f"Line {one.line} of the solution: {one.change}. All tests pass." for one in passing)


def _details(grading: Grading, failed: CaseResult | None) -> str:
    """Show an author what came out of a run."""
    fault = grading.fault or (failed.fault if failed is not None else None)
    lines = []
    if failed is not None:
        lines += [f"input: {failed.input}", f"expected: {failed.expected}", f"got: {failed.got}"]
    if failed is not None and failed.printed:
        lines.append(f"printed: {failed.printed}")
    if fault is not None:
        lines.append(f"{fault.type}: {fault.message}" + (f" (line {fault.line})" if fault.line else ""))
    return "\n".join(lines)
