"""Values in JavaScript: searched for and not found, compared, ordered, shared, and never given."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import JS, Certainty, Example, Match, rule
from learnflow.code_analysis.rules.javascript.asynchronous import argument_of
from learnflow.code_analysis.syntax_tree import (
    FUNCTIONS,
    LOOPS,
    SyntaxTree,
    around,
    called_name,
    changes,
    kind,
    line,
    names,
    of,
    part,
    text,
)
from learnflow.domain.phrasing import one_line

_IN_PLACE: Final = frozenset({"push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill"})
_SHORTENING: Final = ("splice", "shift", "pop")
_OBJECTS: Final = frozenset({"array", "object"})
_LEAVING: Final = ("break_statement", "return_statement")
_ARITHMETIC: Final = frozenset({"+=", "-=", "*="})
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
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


@rule(
    "sorts-as-text", JS, topic="sorting", certainty=Certainty.SURE,
    message='`sort()` without a comparator compares its items as text, and as text "10" comes before "9".',
    fix="Give it a comparator: `.sort((a, b) => a - b)` for numbers, smallest first.",
    beneath="The default turns each item into a string and compares UTF-16 units; the comparator's sign decides instead.",
    examples=(
        Example(JS, "const a = [10, 9];\na.sort();", "const a = [10, 9];\na.sort((x, y) => x - y);"),
        Example(JS, "f([-1, -2, 10].toSorted());", "const a = [3, 1, 2];\nf(a.sort());\n['b', 'a'].sort();"),
    ),
)  # fmt: skip
def sorts_as_text(tree: SyntaxTree) -> Iterator[Match]:
    arrays = {name: value for name, value, _ in tree.given}
    for call in tree.of("call_expression"):
        owner = part(part(call, "function"), "object")
        if called_name(call) not in {"sort", "toSorted"} or text(part(call, "arguments")) != "()":
            continue
        value = arrays.get(text(owner), owner)
        items = [text(item) for item in value.named_children] if value and value.type == "array" else []
        if all(map(_NUMBER.fullmatch, items)) and sorted(items) != sorted(items, key=float):
            yield Match(line(call))


@rule(
    "compares-objects", JS, topic="operators",
    message="`{name}` asks whether both are one and the same object. Arrays and objects with the same content are still two, so it is always the same answer.",
    fix="Compare their content, item by item, or as text: `JSON.stringify(a) === JSON.stringify(b)`.",
    beneath="For objects, `===` compares references; only primitive values are compared by value.",
    examples=(
        Example(JS, "if (a === []) { f(); }", "if (a.length === 0) { f(); }"),
        Example(JS, "const a = [1], b = [1];\nf(a === b);", "let best = {}, last = {};\nfor (const x of xs) { last = x; if (x.n) { best = x; } }\nf(best === last);"),
    ),
)  # fmt: skip
def compares_objects(tree: SyntaxTree) -> Iterator[Match]:
    kinds, changed = tree.types, {name for name, _ in changes(tree.root)}
    made = {name for name, kind in kinds.items() if kind in _OBJECTS} - changed
    for node in tree.of("binary_expression"):
        left, right = part(node, "left"), part(node, "right")
        fresh = not _OBJECTS.isdisjoint((kind(left), kind(right))) or {text(left), text(right)} <= made
        if text(part(node, "operator")) in {"==", "===", "!=", "!=="} and fresh and text(left) != text(right):
            yield Match(line(node), {"name": one_line(text(node))})


@rule(
    "changed-in-for-each", JS, nodes=("call_expression",), topic="loops",
    message="`{name}` gets shorter while the loop goes through it: the item behind the removed one moves to its place, and the loop skips it.",
    fix="Keep what is to stay in a new array instead: `{name}.filter(...)`.",
    beneath="The loop holds an index and looks at the length of now; removing shifts every item after it.",
    examples=(
        Example(JS, "a.forEach((x, i) => { if (!x) a.splice(i, 1); });", "a = a.filter(x => x);"),
        Example(JS, "for (const x of a) { if (!x) a.shift(); }", "for (const x of a) { if (!x) { a.splice(0, 1); break; } }"),
        Example(JS, "a.forEach(x => { if (!x) { a.pop(); } });", "function next(queue) {\n  const first = queue.shift();\n  return first;\n}"),
    ),
)  # fmt: skip
def changed_in_for_each(_: SyntaxTree, call: Node) -> Iterator[Match]:
    name, loop = text(part(part(call, "function"), "object")), around(call, *LOOPS, *FUNCTIONS)
    for_each = loop and text(part(argument_of(loop), "function")) == f"{name}.forEach"
    of_name = kind(loop) == "for_in_statement" and text(part(loop, "right")) == name
    if called_name(call) in _SHORTENING and (for_each or of_name) and not any(of(loop, *_LEAVING)):
        yield Match(line(call), {"name": name})


@rule(
    "array-for-numbers", JS, nodes=("call_expression",), topic="functions",
    message="`Math.{call}` wants single numbers; given one array with several items, it gives NaN.",
    fix="Spread the array: `Math.{call}(...{name})`.",
    beneath="Each argument is turned into a number, and an array of several items is not one.",
    examples=(
        Example(JS, "const a = [1, 2];\nf(Math.max(a));", "const a = [1, 2];\nf(Math.max(...a));"),
        Example(JS, "function f(a) { return Math.min(a) / a.length; }", "const n = 3;\nconsole.log(Math.max(n));"),
    ),
)  # fmt: skip
def array_for_numbers(tree: SyntaxTree, call: Node) -> Iterator[Match]:
    name = text(part(call, "arguments")).strip("()")
    used_as_array = rf"\b{re.escape(name)}\.(?:length|push|map|filter|forEach|reduce)\b"
    array = name.isidentifier() and (tree.types.get(name) == "array" or re.search(used_as_array, tree.masked))
    if text(part(call, "function")) in {"Math.max", "Math.min"} and array:
        yield Match(line(call), {"call": called_name(call), "name": name})


@rule(
    "starts-undefined", JS, topic="variables",
    message="`{name}` has no first value, so it begins as undefined: undefined and a number give NaN, and that stays NaN.",
    fix="Give it a first value: `let {name} = 0;` (or an empty text).",
    beneath="undefined becomes NaN as a number, and every calculation with NaN gives NaN.",
    examples=(
        Example(JS, "let t;\nfor (const p of a) { t += p; }", "let t;\nt = 0;\nfor (const p of a) { t += p; }"),
        Example(JS, "function f(a) {\n  let t;\n  a.forEach(x => { t += x; });\n  return t;\n}", "let t;\n[t, u] = [0, 0];\nfor (const p of a) { t += p; }"),
    ),
)  # fmt: skip
def starts_undefined(tree: SyntaxTree) -> Iterator[Match]:
    stored = list(changes(tree.root))
    set_once = {name for name, change in stored if change.type == "assignment_expression"}
    declared = [name for name, _, _ in tree.given]
    for name, value, node in tree.given:
        change = next((change for changed, change in stored if changed == name), None)
        grows = kind(change) == "augmented_assignment_expression" and text(part(change, "operator")) in _ARITHMETIC
        started = value or kind(node.parent) == "for_in_statement" or name in set_once or declared.count(name) > 1
        if grows and not started:
            yield Match(line(node), {"name": name})
