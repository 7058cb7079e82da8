"""Code within a sentence, as programs: what it gives can be the whole solution of an exercise."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice, permutations
from keyword import kwlist
from typing import Final

from learnflow.models.exercise import Exercise
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox import CallingConvention

_SPAN: Final = re.compile(r"(?<!`)`([^`\n]{3,300})`(?!`)")
_FENCED: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
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


def inline_code(text: str) -> tuple[str, ...]:
    """Return the pieces of inline code in a text that compute something, without those that only name a thing."""
    spans = (match[1].strip() for match in _SPAN.finditer(_FENCED.sub("\n", text)))
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
