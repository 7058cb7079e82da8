"""Programs next to one that reads nothing: with other values in its own lists and texts, which are its input. Pure."""

import ast
import json
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Final, TypeAlias

from pydantic import JsonValue
from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import part, text
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.edits.change import called, difference
from learnflow.repair.grammar import DIALECTS, parsed, relevant_nodes
from learnflow.repair.nearby_inputs import nearby_inputs
from learnflow.sandbox.outline import outline

_COLLECTIONS: Final = frozenset({"list", "array", "array_initializer", "tuple"})
_VALUES: Final = 3  # literals of a program that are changed
_EACH: Final = 6  # other values of one

_Replacement: TypeAlias = tuple[int, int, str]


def nearby_programs(language: ExerciseLanguage, code: str, edited: Sequence[str]) -> tuple[tuple[str | None, ...], ...]:
    """Return, for each other value of a literal that a program works on, what becomes of the edited programs with it.

    That is None for an edit that changes the literal itself. What is empty, 0 or 1 is not varied: so a count begins.
    """
    root, source = parsed(language, code.encode()), code.encode()
    if root is None or not edited:
        return ()
    functions = {function.name for function in outline(language, code).functions}
    found: list[_Replacement] = []
    for node, value in islice(_literals(root, language, functions), _VALUES):
        start, end = (len(source[:byte].decode()) for byte in (node.start_byte, node.end_byte))
        found += [(start, end, _written(near, language)) for near in nearby_inputs([value])[:_EACH]]
    return tuple(tuple(_with(code, other, replacement) for other in edited) for replacement in found)


def _with(base: str, edited: str, replacement: _Replacement) -> str | None:
    start, end, words = replacement
    kept_before, kept_after, _ = difference(base, edited)
    if end <= kept_before:
        return edited[:start] + words + edited[end:]
    moved = len(edited) - len(base)
    if start >= len(base) - kept_after:
        return edited[: start + moved] + words + edited[end + moved :]
    return None


def _literals(root: Node, language: ExerciseLanguage, functions: Container[str]) -> Iterator[tuple[Node, JsonValue]]:
    """Yield lists of literals, what names begin with, and what the program's own functions are called with."""
    dialect = DIALECTS[language]
    for node in relevant_nodes(root, dialect):
        above = node.parent
        if above is None or above.type in _COLLECTIONS:
            continue
        value = _value(text(node), language)
        if isinstance(value, list):
            if len(value) > 1 and node.type in _COLLECTIONS:
                yield node, value
        elif value is not None and not isinstance(value, bool) and value not in (0, 1, "", " "):
            is_first = above.type in (*dialect.assignments, "variable_declarator") and "augmented" not in above.type
            is_given = above.parent is not None and text(called(above.parent)) in functions
            if (is_first and node in (part(above, "right"), part(above, "value"))) or (
                is_given and part(above.parent, "arguments") == above
            ):
                yield node, value


def _value(words: str, language: ExerciseLanguage) -> JsonValue:
    """Return what a literal stands for; None where it is none."""
    if language is ExerciseLanguage.JAVA:
        words = words.replace("{", "[").replace("}", "]")
    with suppress(ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        value: JsonValue = json.loads(json.dumps(ast.literal_eval(words)))  # what has no JSON is not varied
        return value
    return None


def _written(value: JsonValue, language: ExerciseLanguage) -> str:
    if language is ExerciseLanguage.PYTHON:
        return repr(value)
    words = json.dumps(value, ensure_ascii=False)
    if language is ExerciseLanguage.JAVA and isinstance(value, list):
        return words.replace("[", "{").replace("]", "}")
    return words
