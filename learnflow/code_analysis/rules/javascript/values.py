"""Values in JavaScript: thrown away, compared, ordered, shared, and never given."""

import re
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.rule import JS, Example, Match, rule
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
    of,
    part,
    text,
)
from learnflow.domain.phrasing import one_line

_TEXTS: Final = frozenset({"string", "template_string"})
_OF_ARRAYS: Final = frozenset({"concat", "filter", "slice", "toSorted", "toReversed", "map"})
_OF_TEXTS: Final = frozenset({
    "toUpperCase", "toLowerCase", "trim", "replace", "replaceAll", "padStart", "padEnd", "substring", "trimEnd",
    "trimStart", "concat", "slice",
})  # fmt: skip
_IN_PLACE: Final = frozenset({"push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill"})
_SHORTENING: Final = ("splice", "shift", "pop")
_OBJECTS: Final = frozenset({"array", "object"})
_LEAVING: Final = ("break_statement", "return_statement")
_ARITHMETIC: Final = frozenset({"+=", "-=", "*="})
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_PLACEHOLDER: Final = re.compile(r"\$\{[a-z_]\w*[^}]*\}")  # the variables of a shell are written large


@rule(
    "sorts-as-text", JS, topic="sorting",
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
    "same-object", JS, topic="variables",
    complaint=r"(?i)both|original|also|too\b|chang|same|as well|copy|first|other|modif|untouched|side effect",
    message="`{name} = {other}` makes no copy: both names stand for one and the same object, so a change by one shows in the other.",
    fix="Make a copy: `[...{other}]` or `{{...{other}}}`.",
    beneath="Assignment binds a name and copies nothing. Such a copy is shallow: what is nested is still shared; only a deep copy copies all.",
    examples=(
        Example(JS, "const a = [1];\nconst b = a;\nb.push(2);", "const a = [1];\nconst b = [...a];\nb.push(2);", "the original changes too"),
    ),
)  # fmt: skip
def same_object(tree: SyntaxTree) -> Iterator[Match]:
    kinds = tree.types
    targets = [part(call, "function") for call in tree.of("call_expression") if called_name(call) in _IN_PLACE]
    targets += (part(assignment, "left") for assignment in tree.of("assignment_expression"))
    changed = {text(part(target, "object")) for target in targets}
    for new, value, node in tree.given:
        old = text(value)
        if kinds.get(old) in _OBJECTS and changed & {new, old}:
            yield Match(line(node), {"name": new, "other": old})


@rule(
    "changed-in-for-each", JS, topic="loops",
    message="`{name}` gets shorter while the loop goes through it: the item behind the removed one moves to its place, and the loop skips it.",
    fix="Keep what is to stay in a new array instead: `{name}.filter(...)`.",
    beneath="The loop holds an index and looks at the length of now; removing shifts every item after it.",
    examples=(
        Example(JS, "a.forEach((x, i) => { if (!x) a.splice(i, 1); });", "a = a.filter(x => x);"),
        Example(JS, "for (const x of a) { if (!x) a.shift(); }", "for (const x of a) { if (!x) { a.splice(0, 1); break; } }"),
        Example(JS, "a.forEach(x => { if (!x) { a.pop(); } });", "function next(queue) {\n  const first = queue.shift();\n  return first;\n}"),
    ),
)  # fmt: skip
def changed_in_for_each(tree: SyntaxTree) -> Iterator[Match]:
    for call in tree.of("call_expression"):
        name, loop = text(part(part(call, "function"), "object")), around(call, *LOOPS, *FUNCTIONS)
        for_each = loop and text(part(argument_of(loop), "function")) == f"{name}.forEach"
        of_name = kind(loop) == "for_in_statement" and text(part(loop, "right")) == name
        if called_name(call) in _SHORTENING and (for_each or of_name) and not any(of(loop, *_LEAVING)):
            yield Match(line(call), {"name": name})


@rule(
    "array-for-numbers", JS, topic="functions",
    message="`Math.{call}` wants single numbers; given one array with several items, it gives NaN.",
    fix="Spread the array: `Math.{call}(...{name})`.",
    beneath="Each argument is turned into a number, and an array of several items is not one.",
    examples=(
        Example(JS, "const a = [1, 2];\nf(Math.max(a));", "const a = [1, 2];\nf(Math.max(...a));"),
        Example(JS, "function f(a) { return Math.min(a) / a.length; }", "const n = 3;\nconsole.log(Math.max(n));"),
    ),
)  # fmt: skip
def array_for_numbers(tree: SyntaxTree) -> Iterator[Match]:
    kinds = tree.types
    for call in tree.of("call_expression"):
        name = text(part(call, "arguments")).strip("()")
        used_as_array = rf"\b{re.escape(name)}\.(?:length|push|map|filter|forEach|reduce)\b"
        array = name.isidentifier() and (kinds.get(name) == "array" or re.search(used_as_array, tree.masked))
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
