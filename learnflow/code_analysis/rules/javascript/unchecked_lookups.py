"""Behind `undefined` and `null` in JavaScript: a search that found nothing, whose result is read as if it were there."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import JS, Example, Match, rule
from learnflow.code_analysis.syntax_tree import SyntaxTree, called_name, kind, line, names, part, text
from learnflow.domain.phrasing import one_line

_UNDEFINED: Final[Mapping[str, str]] = MappingProxyType({
    "find": "no item fits",
    "findLast": "no item fits",
    "get": "there is no such key",
    "pop": "the array is empty",
    "shift": "the array is empty",
    "at": "there is no item at that place",
})
_NULL: Final[Mapping[str, str]] = MappingProxyType({
    "match": "nothing in the text fits",
    "exec": "nothing in the text fits",
    "querySelector": "no element fits",
    "getElementById": "no element has that id",
    "closest": "no element around it fits",
    "getItem": "nothing is stored under that key",
})


@rule(
    "search-unchecked", JS, topic="null-values", needs_error=True,
    message="`{search}` in line {at} gives `{nothing}` where {why}, and `{use}` reads from that without a check.",
    fix="See first why nothing is found: log what is looked for, and what it is looked for in. Then handle that case before line {line}, with an `if` or with `?.`.",
    explains=("javascript-undefined-property",),
    examples=(
        Example(JS, "const u = users.find(x => x.id);\nconsole.log(u.name);", "const u = users.find(x => x.id);\nif (u) { console.log(u.name); }"),
    ),
)  # fmt: skip
def search_undefined(tree: SyntaxTree) -> Iterator[Match]:
    return _unchecked(tree, "undefined", _UNDEFINED)


@search_undefined.in_language(
    Example(JS, "const m = s.match(/a/);\nconsole.log(m[0]);", "const m = s.match(/a/);\nif (m) { console.log(m[0]); }"),
    key="search-unchecked-null", explains=("javascript-null-property",),
)  # fmt: skip
def search_null(tree: SyntaxTree) -> Iterator[Match]:
    return _unchecked(tree, "null", _NULL)


def _unchecked(tree: SyntaxTree, nothing: str, searches: Mapping[str, str]) -> Iterator[Match]:
    maps = frozenset(name for name, value, _ in tree.given if text(value).startswith("new Map"))
    results = {name: value for name, value, _ in tree.given if _is_search(value, searches, maps)}
    for use in tree.of("member_expression", "subscript_expression"):
        base = part(use, "object")
        search = base if _is_search(base, searches, maps) else results.get(text(base))
        if search and "?." not in text(use).removeprefix(text(base)) and not _is_checked(tree, text(base), use):
            yield Match(line(use), {
                "search": called_name(search), "at": str(line(search)), "nothing": nothing, "line": str(line(use)),
                "why": searches[called_name(search)], "use": one_line(text(use), 40),
            })  # fmt: skip


def _is_search(node: Node | None, searches: Mapping[str, str], maps: frozenset[str]) -> bool:
    """Say whether a call may find nothing; `get` is that of a map, many other things have one that always answers."""
    searching = kind(node) == "call_expression" and called_name(node) in searches
    return searching and (called_name(node) != "get" or text(part(part(node, "function"), "object")) in maps)


def _is_checked(tree: SyntaxTree, name: str, use: Node) -> bool:
    """Say whether a condition before the use, or around it, looks at the name."""
    conditions = (
        part(node, "condition") or part(node, "left")
        for node in tree.of("if_statement", "ternary_expression", "while_statement", "binary_expression")
        if node.start_byte < use.start_byte
    )
    return any(name in names(node) and node and not use.start_byte < node.end_byte for node in conditions)
