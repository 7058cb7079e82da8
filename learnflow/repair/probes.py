"""Calls put into a program: which of its statements ran, and whether its loops ever end.

A line is likely at fault that ran where cases fail, and not where they pass.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import kind, part, walk
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.grammar import DIALECTS, Dialect, parsed

_RAN: Final = dict.fromkeys(ExerciseLanguage, "learnflow_ran") | {ExerciseLanguage.JAVA: "LearnflowGuard.ran"}
_STEP: Final = dict.fromkeys(ExerciseLanguage, "learnflow_step") | {ExerciseLanguage.JAVA: "LearnflowGuard.step"}
_SIMPLE: Final = frozenset({
    "expression_statement", "return_statement", "break_statement", "continue_statement", "pass_statement",
    "raise_statement", "assert_statement", "delete_statement", "global_statement", "nonlocal_statement",
    "print_statement", "import_statement", "import_from_statement",
})  # fmt: skip
_NEVER: Final = frozenset({
    "explicit_constructor_invocation", "future_import_statement", "import_declaration", "package_declaration",
    "class_declaration", "import_statement", "export_statement", "function_declaration", "interface_declaration",
    "enum_declaration", "record_declaration", "method_declaration", "field_declaration",
})  # fmt: skip
_BODIES: Final = ("body", "consequence", "alternative")


@dataclass(frozen=True, slots=True)
class Probed:
    """A program with a call before each statement, and the lines from and to which each of them goes."""

    code: str
    spans: tuple[tuple[int, int], ...]


def probed(language: ExerciseLanguage, code: str) -> Probed | None:
    """Put a call before each statement; None where the program cannot be read."""
    root, dialect = parsed(language, code.encode()), DIALECTS[language]
    if root is None or root.has_error:
        return None
    found = list(_statements(root, dialect))
    parts = [
        piece for number, node in enumerate(found) for piece in _before(node, f"{_RAN[language]}({number})", language)
    ]
    spans = tuple((node.start_point.row + 1, node.end_point.row + 1) for node in found)
    return Probed(_inserted(code, parts), spans)


def guarded(language: ExerciseLanguage, code: str) -> str:
    """Put a call at the beginning of each round of each loop, which may end the run. Python has a clock instead."""
    root, dialect = parsed(language, code.encode()), DIALECTS[language]
    if language is ExerciseLanguage.PYTHON or root is None:
        return code
    bodies = [part(node, "body") for node in walk(root) if node.type in dialect.loops]
    parts = [
        piece for body in bodies if body is not None for piece in _at_its_start(body, dialect, f"{_STEP[language]}();")
    ]
    return _inserted(code, parts)


def _at_its_start(body: Node, dialect: Dialect, call: str) -> Iterator[tuple[int, str]]:
    if body.type in dialect.blocks:
        yield body.start_byte + 1, f" {call}"
    else:
        yield body.start_byte, f"{{ {call} "
        yield body.end_byte, " }"


def _inserted(code: str, parts: list[tuple[int, str]]) -> str:
    source = code.encode()
    for place, words in sorted(parts, key=lambda one: -one[0]):
        source = source[:place] + words.encode() + source[place:]
    return source.decode(errors="replace")


def _statements(root: Node, dialect: Dialect) -> Iterator[Node]:
    """Yield the statements of all bodies, an outer one before what it holds."""
    for node in walk(root):
        above = node.parent
        if above is None or not node.is_named or "comment" in node.type or node.type in _NEVER | dialect.blocks:
            continue
        if above.type in dialect.blocks or _is_bare_body(node, above, dialect):
            yield node


def _is_bare_body(node: Node, above: Node, dialect: Dialect) -> bool:
    """Say whether a statement is the body of another without braces."""
    if dialect.neutral == "None" or not node.type.endswith(("_statement", "_declaration")):
        return False
    if above.type == "else_clause":
        return True
    return above.type.endswith("_statement") and any(part(above, name) == node for name in _BODIES)


def _before(node: Node, call: str, language: ExerciseLanguage) -> Iterator[tuple[int, str]]:
    if language is not ExerciseLanguage.PYTHON:
        bare = kind(node.parent) not in DIALECTS[language].blocks
        yield node.start_byte, f"{{ {call}; " if bare else f"{call}; "
        if bare:
            yield node.end_byte, " }"
    elif node.type in _SIMPLE:
        yield node.start_byte, f"{call}; "
    else:
        yield node.start_byte, f"{call}\n{' ' * node.start_point.column}"


@dataclass(frozen=True, slots=True)
class CaseCoverage:
    """Which statements ran for a case, by their numbers, and whether it passed."""

    ran: frozenset[int]
    passed: bool


def ochiai(number: int, cases: Sequence[CaseCoverage]) -> float:
    """Return how suspicious a statement is, from 0 to 1.

    Ochiai: Abreu, Zoeteweij and van Gemund, "On the accuracy of spectrum-based fault localization", 2007.
    """
    failing = sum(not case.passed for case in cases)
    ran_failing = sum(number in case.ran for case in cases if not case.passed)
    ran = sum(number in case.ran for case in cases)
    return ran_failing / sqrt(failing * ran) if ran_failing else 0.0


def suspicion(spans: tuple[tuple[int, int], ...], cases: Sequence[CaseCoverage]) -> dict[int, float]:
    """Return how suspicious each line of a program is, as its innermost statement; without one it is not there."""
    scores: dict[int, float] = {}
    for number, (start, end) in enumerate(spans):
        scores.update(dict.fromkeys(range(start, end + 1), ochiai(number, cases)))
    return scores


def ran_in(printed: str) -> frozenset[int]:
    """Return the numbers that a bit map in hexadecimal holds."""
    bits = int(printed or "0", 16)
    return frozenset(number for number in range(bits.bit_length()) if bits >> number & 1)
