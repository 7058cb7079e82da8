"""Which of an answer's examples is the student's code, changed, and as a whole program where it is only a part."""

import ast
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from learnflow.models.vocabulary import ExerciseLanguage

_ALIKE: Final = 0.4  # of the lines, so that an example is taken for the student's own code
_WHOLE: Final = 0.7  # of the student's lines, so that it is all of it
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def changed_code(code: str, examples: Sequence[str]) -> str | None:
    """Return the example that is most like the student's code, and differs from it; None where none is like it."""
    others = [example for example in examples if _lines(example) and _lines(example) != _lines(code)]
    best = max(others, key=lambda example: _likeness(code, example), default=None)
    return best if best is not None and _likeness(code, best) >= _ALIKE else None


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


def _likeness(code: str, example: str) -> float:
    """Return how alike two programs are, by their characters, from 0 to 1."""
    return SequenceMatcher(None, "".join(_lines(code)), "".join(_lines(example)), autojunk=False).ratio()


def _lines(code: str) -> list[str]:
    return [line.strip() for line in code.splitlines() if line.strip()]
