"""Edits of values: constants, bounds, first values, names."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import kind, part, text
from learnflow.repair.edits.change import Change, became, called, function_around, is_bound, names_in_scope
from learnflow.repair.grammar import INTEGER, Dialect

_NAMES: Final = 8  # others that are tried in the place of one
_FIRST: Final = frozenset({
    "list",
    "array",
    "string",
    "dictionary",
    "object",
    "float",
    "none",
    "null",
    "unary_operator",
})
_HOLDERS: Final = frozenset({
    "argument_list", "arguments", "return_statement", "slice", "expression_list", "parenthesized_expression",
    "conditional_expression", "ternary_expression", "yield", "list", "array", "tuple",
})  # fmt: skip


def constants(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Make a number one larger or smaller, or a truth its opposite."""
    if node.child_count == 0 and node.type in dialect.opposites:
        yield became(node, dialect.opposites[node.type], "jump" if node.type in {"break", "continue"} else "constant")
    match = INTEGER.fullmatch(text(node)) if node.type in dialect.integers else None
    if match:
        value, suffix = int(match[1]), match[2]
        for other in dict.fromkeys((value + 1, value - 1, 0, 1, 2)):
            near = abs(other - value) == 1
            words = f"{other}{suffix}" if other >= 0 else f"(-1{suffix})"
            yield became(node, words, "constant" if near else "operator")


def bounds(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Make a value that is compared, counted to, taken as an index or returned one larger or smaller."""
    parent = node.parent
    if node.type not in dialect.bounds or parent is None or (kind(node) == "identifier" and is_bound(node)):
        return
    plain = parent.type in _HOLDERS or (parent.type in dialect.assignments and part(parent, "left") != node)
    plain = (
        plain or (parent.type in dialect.indexes and _is_index(parent, node)) or parent.type == "comparison_operator"
    )
    joined = parent.type in dialect.operations and parent.type != "boolean_operator" and part(parent, "left") != node
    joined = joined or (
        parent.type in dialect.operations and part(parent, "left") == node and "assign" not in parent.type
    )
    if not plain and not joined:
        return
    for sign in ("+", "-"):
        grown = f"{text(node)} {sign} 1"
        yield became(node, grown if plain or _compares(parent) else f"({grown})", "bound")


def _compares(parent: Node) -> bool:
    return kind(part(parent, "operator")) in {"<", "<=", ">", ">=", "==", "!=", "===", "!=="}


def _is_index(parent: Node, node: Node) -> bool:
    return node in (part(parent, "subscript"), part(parent, "index"))


def slices(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Let a part of a list begin or end elsewhere, or all of it be copied."""
    del dialect
    if node.type != "slice":
        return
    words = [words.strip() for words in text(node).split(":")]
    ends = [*words, "", ""][:2]
    steps = words[2:]
    for start, end in ((ends[0], ""), ("", ends[1]), (ends[0] or "1", ends[1]), (ends[0], ends[1] or "-1")):
        yield became(node, ":".join((start, end, *steps)), "bound")


def firsts(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Let a variable begin with another value."""
    parent = node.parent
    if parent is None or parent.type not in dialect.assignments or node not in (
        part(parent, "right"), part(parent, "value"),
    ):  # fmt: skip
        return
    if node.type not in _FIRST and node.type not in dialect.integers:
        return
    parameters = list(_parameters(function_around(node, dialect)))[:3]
    for first in dialect.firsts:
        for name in parameters if "{}" in first else ("",):
            yield became(node, first.format(name), "first")


def _parameters(function: Node) -> Iterator[str]:
    for listed in (part(function, "parameters"), part(function, "parameter")):
        for parameter in (listed.named_children or [listed]) if listed else ():
            name = parameter if parameter.type == "identifier" else part(parameter, "name")
            yield text(name or parameter.named_children[0] if parameter.named_children else parameter)


def names(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Put another variable in the place of one that is used."""
    parent = node.parent
    if parent is None or node.type not in {"identifier", "none", "null"} or is_bound(node):
        return
    if parent.type in dialect.calls and called(parent) == node:
        return
    if parent.type in {"attribute", "field_access"} and parent.named_children[-1] == node:
        return
    if parent.type in {"keyword_argument", "function_definition", "function_declaration", "class_definition"}:
        return
    others = (name for name in names_in_scope(node, dialect) if name != text(node))
    yield from (became(node, name, "name") for name in islice(others, _NAMES))


def indexes(node: Node, dialect: Dialect) -> Iterator[Change]:
    """Take the last of a list for the first."""
    if node.type in dialect.indexes and dialect.neutral == "None":
        index = part(node, "subscript")
        if index is not None and text(index) in {"0", "1", "-1"}:
            yield from (became(index, other, "constant") for other in ("0", "-1") if other != text(index))
