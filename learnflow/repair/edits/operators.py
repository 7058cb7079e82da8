"""Edits of operators and of what they join."""

from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import bare, kind, part, text
from learnflow.repair.edits.change import Change, became, loop_around
from learnflow.repair.grammar import SWAPS, Dialect

_ORDERED: Final = frozenset({"-", "/", "//", "%", "**", "<", "<=", ">", ">="})
_LOGICAL: Final = frozenset({"&&", "||", "and", "or"})
_SIGNS: Final = ("!", "-", "not")
_LOOSE: Final = frozenset({"+", "-", "&&", "||", "and", "or"})
_TIGHT: Final = frozenset({"*", "/", "//", "%", "&&", "and"})


def other_operators(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Put each operator that can stand there in the place of one."""
    parent = node.parent
    if node.is_named or parent is None:
        return
    if node.type == "=" and parent.type in dialect.assignments and part(parent, "left"):
        yield from _other_assignments(node, dialect)
    if parent.type not in dialect.operations or node.type == "=":
        return
    seen = {node.type}
    for group in dialect.groups:
        for other in group if node.type in group else ():
            if other not in seen:
                seen.add(other)
                yield became(node, other, "neighbour" if SWAPS.get(node.type) == other else "operator")


def _other_assignments(node: Node, dialect: Dialect) -> Iterator[Change]:
    above = kind(node.parent.parent) if node.parent else ""
    if above in {"parenthesized_expression", "if_statement", "while_statement", "binary_expression"}:
        yield became(node, "===" if any("===" in group for group in dialect.groups) else "==", "assignment")
    if loop_around(node, dialect) is not None:
        yield from (became(node, f"{sign}=", "assignment" if sign == "+" else "operator") for sign in ("+", "-", "*"))


def operands(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Leave out one side of an operation, or let the sides change places."""
    left, right = part(node, "left"), part(node, "right")
    operator = part(node, "operator")
    if node.type not in dialect.operations or "assignment" in node.type:
        return
    if left is None or right is None or operator is None:  # Python's comparisons have no fields
        if node.child_count == 3 and node.type == "comparison_operator":  # noqa: PLR2004 - two sides and a sign
            yield became(node, f"{text(node.children[2])} {node.children[1].type} {text(node.children[0])}", "swap")
        return
    for kept in (left, right):
        yield became(node, text(kept), "operand")
    if operator.type in _ORDERED:
        yield became(node, f"{text(right)} {operator.type} {text(left)}", "swap")


def grouping(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Let the looser of two operators be worked out first: `a + b / 2` becomes `(a + b) / 2`."""
    operator = part(node, "operator")
    if node.type not in dialect.operations or operator is None or operator.type not in _LOOSE:
        return
    left, right = part(node, "left"), part(node, "right")
    tight = part(right, "operator")
    if tight is not None and tight.type in _TIGHT and right is not None and right.type in dialect.operations:
        inner = text(part(right, "left")), text(part(right, "right"))
        yield became(node, f"({text(left)} {operator.type} {inner[0]}) {tight.type} {inner[1]}", "group")
    tight = part(left, "operator")
    if tight is not None and tight.type in _TIGHT and left is not None and left.type in dialect.operations:
        inner = text(part(left, "left")), text(part(left, "right"))
        yield became(node, f"{inner[0]} {tight.type} ({inner[1]} {operator.type} {text(right)})", "group")


def negations(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Take a sign away, or turn a condition around, or what `and` or `or` joins."""
    if node.type in dialect.negations and node.children[0].type in _SIGNS:
        yield became(node, text(node.children[-1]), "negation")
    holder = node.parent
    if holder is not None and node.is_named and kind(part(holder, "operator")) in _LOGICAL:
        if node.type not in dialect.negations:
            yield became(node, dialect.negated.format(text(node)), "negation")
        return
    if holder is None or (node.type == "parenthesized_expression" and holder.type != "if_clause"):
        return
    whole = holder if holder.type == "parenthesized_expression" else node
    above = whole.parent
    if above is not None and (above.type == "if_clause" or part(above, "condition") == whole) and node.is_named:
        yield became(node, dialect.negated.format(text(node)), "negation")


def conditions(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Take an `if` for a `while`, or for the rest of the one before it; and the reverse."""
    if node.type in {"if", "while"} and not node.is_named and node.parent is not None:
        statement = node.parent
        if statement.type in {"if_statement", "while_statement"} and part(statement, "alternative") is None:
            yield became(node, "while" if node.type == "if" else "if", "condition")
    python = "elif_clause" in dialect.skipped or "pass" in dialect.nothing
    if python and node.type == "elif" and not node.is_named:
        yield became(node, "if", "condition")
    if python and node.type == "if" and kind(node.parent) == "if_statement" and node.parent is not None:
        before = node.parent.prev_named_sibling
        if kind(before) == "if_statement":
            yield became(node, "elif", "condition")
    if node.type == "while_statement" and (held := bare(part(node, "condition"))) is not None:
        if text(held).lower() == "true":
            return
        yield became(held, "True" if python else "true", "condition")
