"""Programs next to one that reads nothing: with other values in its own lists and texts, which are its input. Pure."""

import ast
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Final, TypeAlias

from pydantic import JsonValue

from learnflow.code_analysis.syntax_tree import part, text
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.edits import Edit
from learnflow.repair.edits.change import called, difference
from learnflow.repair.grammar import DIALECTS, parsed, relevant_nodes
from learnflow.repair.nearby_inputs import nearby_inputs
from learnflow.sandbox.outline import outline

_COLLECTIONS: Final = frozenset({"list", "array", "array_initializer", "tuple"})
_VALUES: Final = 3  # literals of a program that are changed
_EACH: Final = 6  # other values of one
_LONGEST: Final = 500  # characters of a literal that is read

_Replacement: TypeAlias = tuple[int, int, str]


def nearby_programs(language: ExerciseLanguage, code: str, edited: Sequence[str]) -> tuple[tuple[str | None, ...], ...]:
    """Return, for each other value of a literal that a program works on, what becomes of the edited programs with it.

    That is None for an edit that changes the literal itself. What is empty, 0 or 1 is not varied: so a count begins.
    """
    varied = islice(_literals(language, code), _VALUES) if edited else ()
    found = [
        (start, end, _written(near, language))
        for start, end, value, _ in varied
        for near in nearby_inputs([value])[:_EACH]
    ]
    return tuple(tuple(_with(code, other, replacement) for other in edited) for replacement in found)


def without_other_input(language: ExerciseLanguage, code: str, edited: Sequence[Edit]) -> tuple[Edit, ...]:
    """Leave out the edits of what a program's functions are called with: with that, the student says what comes."""
    given = [(start, end) for start, end, _, is_given in _literals(language, code) if is_given]
    return tuple(
        edit
        for edit in edited
        if not any(_with(code, edit.code, (start, end, code[start:end])) is None for start, end in given)
    )


def _with(base: str, edited: str, replacement: _Replacement) -> str | None:
    start, end, words = replacement
    kept_before, kept_after, _ = difference(base, edited)
    if end <= kept_before:
        return edited[:start] + words + edited[end:]
    moved = len(edited) - len(base)
    if start >= len(base) - kept_after:
        return edited[: start + moved] + words + edited[end + moved :]
    return None


def _literals(language: ExerciseLanguage, code: str) -> Iterator[tuple[int, int, JsonValue, bool]]:
    """Yield lists of literals, what names begin with, and what the program's own functions are called with.

    Each is told from and to which character it goes, and whether it is an argument of such a call.
    """
    source, dialect = code.encode(), DIALECTS[language]
    root = parsed(language, source)
    functions = {function.name for function in outline(language, code).functions}
    for node in relevant_nodes(root, dialect) if root else ():
        above = node.parent
        if above is None or above.type in _COLLECTIONS:
            continue
        call = above.parent
        is_given = call is not None and text(called(call)) in functions and part(call, "arguments") == above
        is_first = above.type in (*dialect.assignments, "variable_declarator") and "augmented" not in above.type
        is_first = is_first and node in (part(above, "right"), part(above, "value"))
        is_list = node.type in _COLLECTIONS
        value = _value(text(node), language) if is_list or is_given or is_first else None
        counts = isinstance(value, bool) or value in (None, 0, 1, "", " ")
        if len(value) > 1 if isinstance(value, list) else not (counts or is_list):
            start, end = (len(source[:byte].decode()) for byte in (node.start_byte, node.end_byte))
            yield start, end, value, is_given


def _value(words: str, language: ExerciseLanguage) -> JsonValue:
    """Return what a literal stands for; None where it is none, or has no form in JSON that means the same."""
    if language is ExerciseLanguage.JAVA:
        words = words.replace("{", "[").replace("}", "]")
    if len(words) > _LONGEST or (language is ExerciseLanguage.JAVA and "'" in words):  # a character is no text
        return None
    with suppress(ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        written = ast.literal_eval(words)
        value: JsonValue = json.loads(json.dumps(written, allow_nan=False))
        return value if value == written else None
    return None


def _written(value: JsonValue, language: ExerciseLanguage) -> str:
    if language is ExerciseLanguage.PYTHON:
        return repr(value)
    words = json.dumps(value, ensure_ascii=False)
    if language is ExerciseLanguage.JAVA and isinstance(value, list):
        return words.replace("[", "{").replace("]", "}")
    return words
