"""Code and what should come of it → the program and the cases with which a repair is searched."""

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from learnflow.models.exercise import Exercise, TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.search import FailingProgram, repair
from learnflow.sandbox import CallingConvention, CaseResult, Sandbox, infer_calling_convention
from learnflow.tutor.proof.expectation import Expectation, meets_to_the_letter
from learnflow.tutor.proof.trial import MARK, Observation

CALLED: Final[Mapping[ExerciseLanguage, str]] = MappingProxyType({
    ExerciseLanguage.PYTHON: "\nprint({mark!r}, end='')\nprint({call})",
    ExerciseLanguage.JAVASCRIPT: "\nprocess.stdout.write({mark!r});\nconsole.log({call});",
})


def calling(language: ExerciseLanguage, code: str, wanted: Expectation | None) -> str:
    """Return a program that prints in the end the value of the call that is written of, if any is."""
    return code + CALLED[language].format(mark=MARK, call=wanted.call) if wanted and wanted.call else code


def failing_program(
    language: ExerciseLanguage, code: str, observed: Sequence[Observation], *, to_the_letter: bool
) -> FailingProgram | None:
    """Return what fails: the program with all of the calls that the question writes of; None where nothing does.

    `to_the_letter` is whether 3 should be printed, and not 3.0.
    """
    asked = [(seen, seen.expectation) for seen in observed if seen.expectation and seen.is_asked]
    if all(seen.is_met for seen, _ in asked):
        return None
    whole = code
    for _, wanted in asked:
        whole = calling(language, whole, wanted)
    outputs = [wanted for _, wanted in asked]
    given = asked[0][0].made_input

    def is_right(printed: str, wanted: Expectation) -> bool:
        return wanted.is_met(printed) and (not to_the_letter or meets_to_the_letter(printed, wanted.expected))

    def accepts(result: CaseResult, case: TestCase) -> bool:
        del case
        printed = (result.got or "").split(MARK)[-len(outputs) :]
        return result.got is not None and len(printed) == len(outputs) and all(map(is_right, printed, outputs))

    case = TestCase(input=given.stdin if given else "", output="\n".join(wanted.expected for wanted in outputs))
    suffix = whole.removeprefix(code)
    return FailingProgram(language, whole, (case,), CallingConvention("program"), accepts, suffix)


async def line_at_fault(exercise: Exercise, code: str, sandbox: Sandbox) -> int | None:
    """Return the one line where small changes of a solution make it pass all tests; None where there is none.

    Raises SandboxUnavailable.
    """
    solution, tests = exercise.solution_code, exercise.test_cases
    calling = await asyncio.to_thread(infer_calling_convention, exercise.language, solution, tests)
    return (await repair(FailingProgram(exercise.language, code, tests, calling), sandbox)).line


def told_line(line: int | None, then: str = "all tests pass") -> str | None:
    """Return in words where a change helps, without the change: it is for the student to find."""
    tried = "I tried small changes of it, one at a time, and ran each"
    return f"{tried}: those with which {then} are in line {line}." if line else None
