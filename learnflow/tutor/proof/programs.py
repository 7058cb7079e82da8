"""The programs that a proof runs: the student's with what should come of it, and an answer's example in its place."""

import ast
import asyncio
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
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
_ALIKE: Final = 0.4  # of the lines, so that an example is taken for the student's own code
_WHOLE: Final = 0.7  # of the student's lines, so that it is all of it
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


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


def changed_code(code: str, examples: Sequence[str]) -> str | None:
    """Return the example that is most like the student's code, and differs from it; None where none is like it."""
    others = [example for example in examples if _lines(example) and _lines(example) != _lines(code)]
    best = max(others, key=lambda example: likeness(code, example), default=None)
    return best if best is not None and likeness(code, best) >= _ALIKE else None


def whole_program(language: ExerciseLanguage, code: str, example: str) -> str | None:
    """Return an example as a program that can take the place of the student's; None for another part of one.

    Of Python, functions and classes alone take the place of those of the same name.
    """
    if language is ExerciseLanguage.PYTHON and (spliced := _spliced(code, example)):
        return spliced
    return example if len(_lines(example)) >= _WHOLE * len(_lines(code)) else None


def _spliced(code: str, example: str) -> str | None:
    try:
        old, new = ast.parse(code), ast.parse(example)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    named = {node.name: node for node in old.body if isinstance(node, _DEFINITIONS)}
    changed = [node for node in new.body if isinstance(node, _DEFINITIONS) and node.name in named]
    if not changed or len(changed) < len(new.body) or len(changed) == len(old.body):
        return None
    lines, source = code.splitlines(), example.splitlines()
    for node in sorted(changed, key=lambda node: -named[node.name].lineno):
        place = named[node.name]
        lines[_first(place) - 1 : place.end_lineno] = source[_first(node) - 1 : node.end_lineno]
    return "\n".join(lines)


def _first(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def likeness(code: str, example: str) -> float:
    """Return how alike two programs are, by their characters, from 0 to 1."""
    return SequenceMatcher(None, "".join(_lines(code)), "".join(_lines(example)), autojunk=False).ratio()


def _lines(code: str) -> list[str]:
    return [line.strip() for line in code.splitlines() if line.strip()]
