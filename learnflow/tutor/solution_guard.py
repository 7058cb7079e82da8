"""No answer gives away the solution of an exercise that its student is still solving."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, permutations
from keyword import kwlist
from typing import Final
from uuid import UUID

from learnflow.bounded_cache import BoundedCache
from learnflow.code_analysis.syntax import check
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.exercise import Assigned, Exercise
from learnflow.models.fields import JsonObject
from learnflow.models.vocabulary import ExerciseLanguage, Language
from learnflow.sandbox import CallingConvention, Sandbox, SandboxUnavailable, Verdict, infer_calling_convention
from learnflow.sandbox.outline import outline
from learnflow.tutor.exercises.reply import next_hint, numbered_hint

_REMEMBERED: Final = 2_048  # pieces of code
_MOST_FUNCTIONS: Final = 4  # of one piece that are tried
_FENCED: Final = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_SPAN: Final = re.compile(r"(?<!`)`([^`\n]{3,300})`(?!`)")
_FENCED_TEXT: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_COMPUTES: Final = re.compile(r"\w[\w.]*\(.|[{]|[-+*/%<>?&|=]|\[[^\]]*\bfor\b|\[[^\]]*:|\b(?:and|or|not|if|in)\b")
_GIVEN_BACK: Final = re.compile(
    r"^(?:return\b|(?:(?:const|let|var|int|String|boolean|double|long) )?\w+ ?=(?![=>]))\s*"
)
_SHOWN: Final = re.compile(r"^(?:print|console\.log|System\.out\.println)\((.+)\)$")
_FUNCTION: Final = re.compile(r"^(?:lambda\s+([\w, ]*):|\(?([\w, ]*?)\)?\s*=>)\s*([^{].*)$")
_NAME: Final = re.compile(r"(?<![\w.\"\'])[a-z_]\w*\b(?!\s*\(|[\"\'])")
_BOUND: Final = re.compile(r"\bfor ([\w, ]+?) in\b|\blambda ([\w, ]*):|\(?([\w, ]+?)\)?\s*=>")
_WORDS: Final = frozenset({*kwlist, "new", "of", "typeof", "instanceof", "null", "true", "false", "this"})  # no names
_MOST_SPANS: Final = 12  # of an answer
_MOST_PROGRAMS: Final = 6  # of a span: which of its names is which argument is tried


class SolutionGuard:
    """Finds solutions in answers by running their code, and remembers the verdicts: examples come again."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._verdicts: BoundedCache[tuple[UUID, str], bool] = BoundedCache(_REMEMBERED)

    async def guarded(self, draft: Draft, request: AgentRequest) -> Draft:
        """Return the draft, or a hint in its place where its code passes the tests of an open exercise.

        Code that the student has found already is no secret to them.
        """
        sandbox = self._sandbox.of(request.query.student_id)
        programs, spans = tuple(_programs(draft)), inline_code(draft.text)
        own = request.query.code_snippet
        for assigned in request.exercises if programs or spans else ():
            exercise = assigned.exercise
            shown = await asyncio.to_thread(_with_spans, programs, spans, exercise)
            if await self._any_solves(shown, exercise, sandbox) and not (
                own and await self._solves(own, exercise, sandbox)
            ):
                return _hint_instead(draft, assigned)
        return draft

    async def _any_solves(self, programs: tuple[str, ...], exercise: Exercise, sandbox: Sandbox) -> bool:
        for code in programs:
            if await self._solves(code, exercise, sandbox):
                return True
        return False

    async def _solves(self, code: str, exercise: Exercise, sandbox: Sandbox) -> bool:
        key = (exercise.exercise_id, code)
        if key in self._verdicts:
            return self._verdicts[key]
        try:
            solves = self._verdicts[key] = await _passes(code, exercise, sandbox)
        except SandboxUnavailable:
            return "".join(exercise.solution_code.split()) in "".join(code.split())  # nothing can be run
        return solves


async def _passes(code: str, exercise: Exercise, sandbox: Sandbox) -> bool:
    for calling in await asyncio.to_thread(lambda: tuple(_callings(code, exercise))):
        grading = await sandbox.grade(exercise.language, code, exercise.test_cases, calling)
        if grading.verdict is Verdict.PASSED:
            return True
    return False


def _programs(draft: Draft) -> Iterator[str]:
    """Yield each piece of code, and all of them together: a solution can come in parts."""
    pieces = (*draft.code_examples, *fenced_code(draft.text))
    yield from pieces
    if len(pieces) > 1:
        yield "\n\n".join(pieces)


def _with_spans(programs: tuple[str, ...], spans: Sequence[str], exercise: Exercise) -> tuple[str, ...]:
    """Return the programs, and those that code within sentences makes."""
    if not spans:
        return programs
    asked = infer_calling_convention(exercise.language, exercise.solution_code, exercise.test_cases)
    made = (program for span in spans for program in (span, *as_functions(span, exercise, asked)))
    readable = (program for program in made if check(Language(exercise.language), program) is None)
    return (*programs, *dict.fromkeys(readable))


def _callings(code: str, exercise: Exercise) -> Iterator[CallingConvention]:
    """Yield how code could be called to solve an exercise: by the function that it asks for, whatever its name is."""
    language, tests = exercise.language, exercise.test_cases
    if check(Language(language), code) is not None:
        return
    asked = infer_calling_convention(language, exercise.solution_code, tests)
    if asked.kind == "program":
        yield asked
        return
    functions = outline(language, code).functions
    named = [function for function in functions if function.name == asked.entry]
    alike = [function for function in functions if len(function.parameters) == len(asked.parameters)]
    for function in named or alike[-_MOST_FUNCTIONS:]:
        yield replace(infer_calling_convention(language, code, tests, function.name), returns=asked.returns)


def _hint_instead(draft: Draft, assigned: Assigned) -> Draft:
    exercise = assigned.exercise
    number = next_hint(assigned) or len(exercise.hints)
    hint = numbered_hint(exercise, number) if number else None
    parts = (
        f'I keep my answer back: its code would solve your open exercise "{exercise.name}", which is yours to solve.',
        hint,
        'Send me what you have so far, or say "I give up" and I show you the solution.',
    )
    no_fix: JsonObject = {"fix_applied": False} if "fix_applied" in draft.metadata else {}  # debug's answers say it
    return draft.model_copy(
        update={
            "text": "\n\n".join(part for part in parts if part),
            "code_examples": (),
            "missing_concept": None,
            "metadata": {**draft.metadata, "withheld": str(exercise.exercise_id), **no_fix},
        }
    )


def fenced_code(text: str) -> tuple[str, ...]:
    """Return the code between fences in a text."""
    return tuple(_FENCED.findall(text))


def inline_code(text: str) -> tuple[str, ...]:
    """Return the pieces of inline code in a text that compute something, without those that only name a thing."""
    spans = (match[1].strip() for match in _SPAN.finditer(_FENCED_TEXT.sub("\n", text)))
    return tuple(dict.fromkeys(islice((span for span in spans if _COMPUTES.search(span)), _MOST_SPANS)))


def as_functions(span: str, exercise: Exercise, asked: CallingConvention) -> Iterator[str]:
    """Yield programs whose function gives back what a piece of code does, with its names as the arguments."""
    expression = _expression(span)
    if asked.entry is None or not asked.parameters or not expression:
        return
    names = _names(expression)
    for chosen in islice(permutations(names, len(asked.parameters)), _MOST_PROGRAMS):
        given = dict(zip(chosen, asked.parameters, strict=True))
        yield _program(_renamed(expression, given), exercise, asked, asked.entry)


def _expression(span: str) -> str:
    """Return what a piece of code gives: without what returns, keeps or prints it, and of a function its result."""
    code = _GIVEN_BACK.sub("", span.rstrip(" ;"))
    if shown := _SHOWN.match(code):
        code = shown[1]
    function = _FUNCTION.match(code)
    return function[3] if function else code


def _renamed(expression: str, names: Mapping[str, str]) -> str:
    return _NAME.sub(lambda match: names.get(match[0], match[0]), expression)


def _names(expression: str) -> tuple[str, ...]:
    """Return the names that an expression uses and does not give a value to itself."""
    bound = {
        name
        for match in _BOUND.finditer(expression)
        for name in re.findall(r"\w+", " ".join(filter(None, match.groups())))
    }
    return tuple(dict.fromkeys(match[0] for match in _NAME.finditer(expression) if match[0] not in bound | _WORDS))


def _program(expression: str, exercise: Exercise, asked: CallingConvention, entry: str) -> str:
    parameters = ", ".join(asked.parameters)
    match exercise.language:
        case ExerciseLanguage.PYTHON:
            return f"def {entry}({parameters}):\n    return {expression}\n"
        case ExerciseLanguage.JAVASCRIPT:
            return f"function {entry}({parameters}) {{\n  return {expression};\n}}\n"
        case ExerciseLanguage.JAVA:
            head = re.search(rf"[^\n;{{}}]*\b{entry}\s*\([^)]*\)[^{{;]*\{{", exercise.solution_code)
            return f"{head[0]}\n    return {expression};\n}}\n" if head else ""
