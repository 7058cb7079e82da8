"""Small mistakes put into a program, one at a time: what typical wrong solutions look like."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import text
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.grammar import DIALECTS, INTEGER, SWAPS, Dialect, one_line, parsed, relevant_nodes, replaced

MOST: Final = 24

_SIGNS: Final = ("!", "-", "not")
_NOTHING: Final = ("None", "null", "undefined")
_JAVA_NEUTRAL: Final[Mapping[str, str]] = {"integral_type": "0", "floating_point_type": "0", "boolean_type": "false"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A program with one mistake: its line in the code, counted from 1, what was changed there, and all of it.

    `returns` tells that the mistake is to return nothing of use.
    """

    line: int
    change: str
    code: str
    returns: bool = False


@dataclass(frozen=True, slots=True)
class _Edit:
    node: Node
    text: str
    words: str
    returns: bool = False


def mutants(language: ExerciseLanguage, code: str) -> tuple[Mutant, ...]:
    """Return programs that differ from a correct one by one token or statement, in the order of the code.

    All of them parse. They are at most 24, spread over the code, and the same every time.
    """
    source = code.encode()
    root = parsed(language, source)
    found: dict[str, Mutant] = {}
    for edit in _edits(root, DIALECTS[language]) if root else ():
        changed = replaced(language, source, edit.node.start_byte, edit.node.end_byte, edit.text)
        if changed is not None:
            found.setdefault(changed, Mutant(edit.node.start_point.row + 1, edit.words, changed, edit.returns))
    return _spread(tuple(found.values()))


def _spread(found: tuple[Mutant, ...]) -> tuple[Mutant, ...]:
    if len(found) <= MOST:
        return found
    return tuple(found[number * len(found) // MOST] for number in range(MOST))


def _edits(root: Node, dialect: Dialect) -> Iterator[_Edit]:
    for node in relevant_nodes(root, dialect):
        for mistakes in (_operator, _constant, _negation, _condition, _returned, _statement):
            yield from mistakes(node, dialect)


def _operator(node: Node, dialect: Dialect) -> Iterator[_Edit]:
    parent = node.parent
    if parent is None or parent.type not in dialect.operations or node.is_named or node.type not in SWAPS:
        return
    yield _became(node, SWAPS[node.type])


def _constant(node: Node, dialect: Dialect) -> Iterator[_Edit]:
    if node.child_count == 0 and node.type in dialect.opposites:
        yield _became(node, dialect.opposites[node.type])
    match = INTEGER.fullmatch(text(node)) if node.type in dialect.integers else None
    if match:
        value, suffix = int(match[1]), match[2]
        yield _became(node, f"{value + 1}{suffix}")
        yield _became(node, f"{value - 1}{suffix}" if value else f"(-1{suffix})")


def _negation(node: Node, dialect: Dialect) -> Iterator[_Edit]:
    if node.type not in dialect.negations or node.children[0].type not in _SIGNS:
        return
    sign, operand = node.children[0].type, node.children[-1]
    if sign != "-" or operand.type not in dialect.integers:
        yield _Edit(node, text(operand), f"`{sign}` was removed")


def _condition(node: Node, dialect: Dialect) -> Iterator[_Edit]:
    """A condition that is a mere value: what `not` makes of it."""
    if node.type not in dialect.values or node.parent is None:
        return
    whole = node.parent if node.parent.type == "parenthesized_expression" else node
    holder = whole.parent
    if holder and (holder.type == "if_clause" or holder.child_by_field_name("condition") == whole):
        yield _became(node, dialect.negated.format(text(node)))


def _returned(node: Node, dialect: Dialect) -> Iterator[_Edit]:
    if node.type != "return_statement" or not node.named_children:
        return
    value = node.named_children[0]
    if value.type in dialect.integers or value.type in dialect.opposites or text(value) in _NOTHING:
        return
    neutral = _java_neutral(node) or dialect.neutral
    yield _Edit(value, neutral, f"`return {one_line(value)}` became `return {neutral}`", returns=True)


def _java_neutral(node: Node) -> str | None:
    """Return what compiles in place of a value that a Java method returns; None in another language."""
    above = node.parent
    while above is not None and above.type not in ("method_declaration", "lambda_expression"):
        above = above.parent
    kind = above.child_by_field_name("type") if above is not None else None
    return None if kind is None else _JAVA_NEUTRAL.get(kind.type)


def _statement(node: Node, dialect: Dialect) -> Iterator[_Edit]:
    if node.type != "expression_statement" or not node.named_children:
        return
    done = node.named_children[0]
    left, operator = done.child_by_field_name("left"), done.child_by_field_name("operator")
    counts = operator is not None and operator.type in SWAPS
    if done.type in dialect.effects or counts or (left is not None and left.type in dialect.places):
        yield _Edit(node, dialect.nothing, f"`{one_line(node)}` was removed")


def _became(node: Node, text: str) -> _Edit:
    return _Edit(node, text, f"`{one_line(node)}` became `{text}`")
