"""Faults in JavaScript where a search found nothing: what it gives back then is read from as if it were there."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.javascript_tree import called_name
from learnflow.code_analysis.python_tree import Fault
from learnflow.code_analysis.syntax_tree import given, line, names, of, part, text
from learnflow.domain.phrasing import one_line

_FINDING: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({
    "javascript-undefined-property": MappingProxyType({
        "find": "no item fits", "findLast": "no item fits", "get": "there is no such key",
        "pop": "the array is empty", "shift": "the array is empty", "at": "there is no item at that place",
    }),
    "javascript-null-property": MappingProxyType({
        "match": "nothing in the text fits", "exec": "nothing in the text fits",
        "querySelector": "no element fits", "getElementById": "no element has that id",
        "closest": "no element around it fits", "getItem": "nothing is stored under that key",
    }),
})  # fmt: skip


def unfound(tree: Node, error: str) -> Iterator[Fault]:
    """Yield what is read from the result of a search that was not checked; none where the error is of another kind."""
    finding = _FINDING.get(error, {})
    maps = frozenset(name for name, value, _ in given(tree) if text(value).startswith("new Map"))
    found = {name: value for name, value, _ in given(tree) if _is_search(value, finding, maps)}
    for use in of(tree, "member_expression", "subscript_expression"):
        base = part(use, "object")
        search = base if _is_search(base, finding, maps) else found.get(text(base))
        if search is None or "?." in text(use).removeprefix(text(base)) or _is_checked(tree, text(base), use):
            continue
        yield _fault(error, use, search, finding[called_name(search)])


def _fault(error: str, use: Node, search: Node, why: str) -> Fault:
    nothing = error.removeprefix("javascript-").partition("-")[0]
    says = (
        f"`{called_name(search)}` in line {line(search)} gives `{nothing}` where {why}, and "
        f"`{one_line(text(use), 40)}` reads from that without a check."
    )
    fix = (
        "See first why nothing is found: log what is looked for, and what it is looked for in. Then handle that case "
        f"before line {line(use)}, with an `if` or with `?.`."
    )
    return Fault(error, line(use), says, fix=fix, topic="null-values")


def _is_search(node: Node | None, finding: Mapping[str, str], maps: frozenset[str]) -> bool:
    """Say whether a call may find nothing; `get` is that of a map, many other things have one that always answers."""
    if node is None or node.type != "call_expression" or called_name(node) not in finding:
        return False
    return called_name(node) != "get" or text(part(part(node, "function"), "object")) in maps


def _is_checked(tree: Node, name: str, use: Node) -> bool:
    """Say whether a condition before the use, or around it, looks at the name."""
    conditions = (
        part(one, "condition") or part(one, "left")
        for one in of(tree, "if_statement", "ternary_expression", "while_statement", "binary_expression")
        if one.start_byte < use.start_byte
    )
    return any(name in names(one) and not _has(one, use) for one in conditions if one is not None)


def _has(node: Node, inner: Node) -> bool:
    return node.start_byte <= inner.start_byte < node.end_byte
