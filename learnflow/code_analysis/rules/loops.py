"""Loops in the languages with braces: how far they count, and what they change in what they go through."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import CPP, GO, JAVA, JS, Example, Match, in_function, rule
from learnflow.code_analysis.syntax_tree import (
    FUNCTIONS,
    LOOPS,
    SyntaxTree,
    around,
    bare,
    changes,
    is_statement,
    line,
    names,
    of,
    part,
    text,
)
from learnflow.domain.phrasing import one_line

_LENGTH: Final = re.compile(r"(\w+)\.(?:length|size\(\)|length\(\))|len\((\w+)\)")
_ACCESS: Final = ("subscript_expression", "array_access", "index_expression", "call_expression", "method_invocation")
_COUNTED_UP: Final = re.compile(
    r"(?P<index>\w+) < (?P<list>\w+)\.(?:length|size\(\)); ?(?:(?P=index)\+\+|\+\+(?P=index))"
)
_LEAVES: Final = ("break_statement", "return_statement", "break_expression", "return_expression")
_MADE: Final = frozenset({"object_creation_expression", "new_expression", "object", "array"})
_STORING: Final = frozenset({"push", "add", "put", "set", "append", "unshift", "addAll"})


@rule(
    "one-too-far", JS, JAVA, CPP, GO, nodes=("for_statement",), topic="list-indexing",
    message="the loop goes one too far: `<=` lets `{index}` reach the length of `{of}`, but the last index is one less.",
    fix="Write `<` instead of `<=`.",
    beneath="Indexes count from 0, so n items have the indexes 0 to n - 1; beyond that JavaScript gives undefined, and others stop.",
    explains=("java-array-index-out-of-bounds", "java-index-out-of-bounds", "java-string-index", "javascript-undefined-property",
              "cpp-out-of-range", "cpp-segmentation-fault", "go-index-out-of-range"),
    examples=(
        Example(JS, "for (let i = 0; i <= a.length; i++) { f(a[i]); }", "for (let i = 0; i < a.length; i++) { f(a[i]); }"),
        Example(GO, "package main\n\nfunc main() {\n\tfor i := 0; i <= len(a); i++ { f(a[i]) }\n}",
                "package main\n\nfunc main() {\n\tfor i := 0; i <= len(a); i++ { f(a[:i]) }\n}"),
        in_function(JAVA, "for (int i = 0; i <= s.length(); i++) { g(s.charAt(i)); }",
                    "for (int i = 0; i <= s.length(); i++) { if (i == s.length() || s.charAt(i) == ' ') { g(i); } }"),
    ),
)  # fmt: skip
def one_too_far(tree: SyntaxTree, loop: Node) -> Iterator[Match]:
    head = next(of(loop, "for_clause"), loop) if tree.language is GO else loop
    test, body = bare(part(head, "condition")), part(loop, "body")
    length = _LENGTH.fullmatch(text(part(test, "right")))
    if not length or body is None or text(part(test, "operator")) != "<=" or length[0] in text(body):
        return
    index, items = text(part(test, "left")), length[1] or length[2]
    reads = {f"{items}[{index}]", *(f"{items}.{method}({index})" for method in ("get", "charAt", "at"))}
    if any(text(node).replace(" ", "") in reads for node in of(body, *_ACCESS)):
        yield Match(line(loop), {"index": index, "of": items})


@rule(
    "removed-by-index", JS, JAVA, CPP, nodes=("call_expression", "method_invocation"), topic="loops",
    message="removing from `{name}` moves all later items one place down, and then `{index}` goes on to the next place: the item that moved is skipped.",
    fix="Count down from the end, or step back with `{index}--` after removing; shorter, keep what stays: `filter` in JavaScript, `removeIf` in Java, `std::erase_if` in C++.",
    beneath="An index names a place, not an item; removing shifts every place after it.",
    examples=(
        Example(JS, "for (let i = 0; i < a.length; i++) { if (a[i]) { a.splice(i, 1); } }",
                "for (let i = 0; i < a.length; i++) { if (a[i]) { a.splice(i, 1); i -= 1; } }"),
        in_function(JAVA, "for (int i = 0; i < a.size(); i++) { a.remove(i); }",
                    "for (int i = 0; i < a.size(); i++) { if (a.get(i) < 0) { a.remove(i); --i; } }"),
        in_function(CPP, "for (int i = 0; i < v.size(); ++i) { v.erase(v.begin() + i); }",
                    "for (int i = 0; i < v.size(); ++i) { v.erase(v.begin() + i); break; }"),
    ),
)  # fmt: skip
def removed_by_index(_: SyntaxTree, call: Node) -> Iterator[Match]:
    loop = around(call, *LOOPS, *FUNCTIONS)
    test, step = part(loop, "condition"), part(loop, "increment") or part(loop, "update")
    head = _COUNTED_UP.fullmatch(f"{text(test)}; {text(step)}")
    if loop is None or head is None:
        return
    index, items = head["index"], head["list"]
    removing = {f"{items}.splice({index},1)", f"{items}.remove({index})", f"{items}.erase({items}.begin()+{index})"}
    stepped = index in {name for name, _ in changes(part(loop, "body"))}
    block = around(call, "statement_block", "block", "compound_statement") or loop
    if text(call).replace(" ", "") in removing and not stepped and not any(of(block, *_LEAVES)):
        yield Match(line(call), {"name": items, "index": index})


@rule(
    "item-only", JS, JAVA, CPP, nodes=("for_in_statement", "enhanced_for_statement", "for_range_loop"), topic="loops",
    message="this gives `{name}` a new value, but `{name}` is only a name for the item of this round: `{items}` stays as it is.",
    fix="To change `{items}`, {change}, or build a new one with the changed items.",
    beneath="The loop binds its variable to each item in turn; binding it to something else does not touch where the item came from.",
    examples=(
        Example(JS, "for (let x of a) {\n  x = x * 2;\n}", "for (let x of a) {\n  x = x * 2;\n  f(x);\n}"),
        in_function(CPP, "for (int x : a) { x *= 2; }", "for (int& x : a) { x *= 2; }"),
        in_function(JAVA, "for (int x : a) { x = 0; }", "for (int x : a) { if (--x > 0) { g(); } }"),
    ),
)  # fmt: skip
def item_only(tree: SyntaxTree, loop: Node) -> Iterator[Match]:
    name, body = part(loop, "left") or part(loop, "name") or part(loop, "declarator"), part(loop, "body")
    outer = loop.type == "for_in_statement" and part(loop, "kind") is None
    if name is None or body is None or name.type != "identifier" or outer or "vector<bool>" in tree.code:
        return
    change = next((node for changed, node in changes(body) if changed == text(name) and is_statement(node)), None)
    closed_over = any(text(name) in names(function) for function in of(body, *FUNCTIONS))
    if change is None or around(change, *LOOPS, *FUNCTIONS) != loop or closed_over:
        return
    if not any(text(node) == text(name) for node in of(body, "identifier") if node.start_byte > change.end_byte):
        items = one_line(text(part(loop, "right") or part(loop, "value")))
        index = f"use an index, as in `{items}[i] = ...`"
        by = f"take the item by reference, `auto& {text(name)}`" if tree.language is CPP else index
        yield Match(line(change), {"name": text(name), "items": items, "change": by})


@rule(
    "one-for-all", JAVA, JS, topic="lists",
    message="`{name}` is made once, before the loop, and each round adds the same object: all entries are that one, and show its last content.",
    fix="Make a new one inside of the loop.",
    beneath="A list holds references; adding copies nothing.",
    examples=(
        in_function(JAVA, "P p = new P();\n    for (String x : xs) {\n p.n = x;\n ps.add(p);\n }",
                    "for (String x : xs) {\n P p = new P();\n p.n = x;\n ps.add(p);\n }"),
        Example(JS, "const p = {};\nfor (const x of xs) {\n  p.n = x;\n  ps.push(p);\n}",
                "const team = { name: 'A' };\nfor (const p of ps) {\n  log(team.name);\n  p.teams.push(team);\n}"),
    ),
)  # fmt: skip
def one_for_all(tree: SyntaxTree) -> Iterator[Match]:
    declared = Counter(name for name, _, _ in tree.given)
    made = {
        name: node for name, value, node in tree.given
        if value is not None and value.type in _MADE and declared[name] == 1
    }  # fmt: skip
    for call in tree.of("call_expression", "method_invocation"):
        loop = around(call, *LOOPS, *FUNCTIONS)
        owner, _, argument = text(call).removesuffix(")").partition(".push(" if tree.language is JS else ".add(")
        if loop is None or loop.type in FUNCTIONS or argument not in made or any(of(loop, *_LEAVES)):
            continue
        stored = re.search(rf"\b{argument}(?:\.\w+|\[\w+\]) = |\b{argument}\.(?:{'|'.join(_STORING)})\(", text(loop))
        rounds = names(part(loop, "left") or part(loop, "name"))
        before = made[argument].end_byte < loop.start_byte and argument not in {name for name, _ in changes(loop)}
        if stored and before and owner.partition(".")[0] not in rounds:
            yield Match(line(call), {"name": argument})
