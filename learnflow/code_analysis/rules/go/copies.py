"""What is only a copy in Go, or shares its memory: receivers, slices, range variables, fields that JSON cannot see, open files."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import GO, Example, Kind, Match, in_function, rule
from learnflow.code_analysis.rules.cpp.memory import copy_changed
from learnflow.code_analysis.rules.go.concurrency import CHANGES
from learnflow.code_analysis.rules.loops import item_only
from learnflow.code_analysis.syntax_tree import (
    FUNCTIONS,
    SyntaxTree,
    around,
    is_used_after,
    line,
    names,
    of,
    part,
    text,
)

_PAIR: Final = 2  # an index and an item
_COUNTS: Final = "type T struct {{ n int }}\nfunc (t {}T) Add() {{ t.n++ }}"


@copy_changed.in_language(
    Example(GO, _COUNTS.format(""), _COUNTS.format("*")),
    Example(GO, _COUNTS.format(""),
            "func (c Config) Print() {\n\tc.name = strings.ToUpper(c.name)\n\tfmt.Println(c.name)\n}"),
    nodes=("method_declaration",),
)  # fmt: skip
def receiver_changed(_: SyntaxTree, method: Node) -> Iterator[Match]:
    receiver, body = next(of(part(method, "receiver"), "parameter_declaration"), None), part(method, "body")
    name, struct, function = text(part(receiver, "name")), text(part(receiver, "type")), text(part(method, "name"))
    if not name or struct.startswith("*") or part(method, "result"):
        return
    for change in of(body, *CHANGES):
        plain = text(change).startswith(f"{name}.") and "[" not in text(change).partition("=")[0]
        if plain and not is_used_after(change, body, name):
            step = f"Take a pointer as receiver: `func ({name} *{struct}) {function}(...)`."
            yield Match(line(change), {"name": name, "function": function, "change": step})
            break


@receiver_changed.in_language(
    Example(GO, "func f(s []int) { s = append(s, 1) }", "func f(s []int) []int { s = append(s, 1); return s }"),
    nodes=("function_declaration",),
)
def slice_kept(_: SyntaxTree, function: Node) -> Iterator[Match]:
    parameters = of(part(function, "parameters"), "parameter_declaration")
    own = {text(part(node, "name")) for node in parameters if text(part(node, "type")).startswith("[]")}
    body, called = part(function, "body"), text(part(function, "name"))
    for change in of(body, "assignment_statement") if part(function, "result") is None else ():
        name = text(part(change, "left"))
        grows = name in own and text(part(change, "right")).startswith("append(")
        if grows and not is_used_after(change, body, name) and around(change, "for_statement") is None:
            step = f"Return it, and keep the result: `{name} = {called}({name}, ...)`."
            yield Match(line(change), {"name": name, "function": called, "change": step})
            break


@item_only.in_language(
    Example(GO, "type T struct { n int }\nfunc f(a []T) {\n\tfor _, x := range a { x.n = 2 }\n}",
            "type T struct { n int }\nfunc f(a []T) {\n\tfor i := range a { a[i].n = 2 }\n}"),
    Example(GO, "func f() {\n\tfor _, x := range a { x = 2 }\n}",
            "func mark(m map[string]*Node) {\n\tfor _, x := range m {\n\t\tx.seen = true\n\t}\n}"),
    Example(GO, "func f() {\n\tfor _, x := range a { x = 2 }\n}",
            "func f() {\n\tfor _, n := range counts { for n > 0 { n-- } }\n}"),
    nodes=("for_statement",),
)  # fmt: skip
def range_copy(tree: SyntaxTree, loop: Node) -> Iterator[Match]:
    clause = next((child for child in loop.named_children if child.type == "range_clause"), None)
    left, body = part(clause, "left"), part(loop, "body")
    if left is None or left.named_child_count != _PAIR:
        return
    name, items = text(left.named_children[1]), text(part(clause, "right"))
    for change in of(body, *CHANGES):
        target = text(part(change, "left") or change.named_children[0])
        changed = target == name or (target.startswith(f"{name}.") and _holds_structs(tree, items))
        changed = changed and around(change, "for_statement") == loop  # else an inner loop may read it again
        if changed and not is_used_after(change, body, name):
            yield Match(line(change), {"name": name, "items": items, "change": f"use the index, `{items}[i]`"})
            break


def _holds_structs(tree: SyntaxTree, items: str) -> bool:
    """Say whether something is declared as a slice, an array or a map of structs of this code."""
    structs = {text(part(spec, "name")) for spec in tree.of("type_spec") if "struct" in text(part(spec, "type"))}
    kinds = re.findall(rf"\b{re.escape(items)}\b(?: :?=)? (?:\[\w*\]|map\[\w+\])(\w+)", tree.code)
    return bool(kinds) and structs.issuperset(kinds)


@rule(
    "hidden-field", GO, nodes=("type_spec",), once=True, topic="object-oriented-programming",
    message="`{name}` begins with a small letter, so it is private to its package, and `encoding/json` cannot see it: it stays empty.",
    fix="Call it `{change}`, with a tag for the name in the JSON.",
    beneath="Reflection can set only exported fields of other packages' types; the others are skipped without an error.",
    examples=(
        Example(GO, "type T struct { name string }\nvar b, e = json.Marshal(T{})",
                "type T struct { Name string }\nvar b, e = json.Marshal(T{})"),
        Example(GO, "type T struct { name string }\nfunc f() {\n\tvar t T\n\tjson.Unmarshal(b, &t)\n}",
                "type S struct { mu sync.Mutex }\nfunc (s *S) f() { json.NewEncoder(w).Encode(s.items) }"),
    ),
)  # fmt: skip
def hidden_field(tree: SyntaxTree, spec: Node) -> Iterator[Match]:
    for field in of(spec, "field_declaration"):
        name = text(part(field, "name"))
        if name[:1].islower() and ("json:" in text(field) or _goes_through_json(tree, text(part(spec, "name")))):
            yield Match(line(field), {"name": name, "change": name[:1].upper() + name[1:]})


def _goes_through_json(tree: SyntaxTree, kind: str) -> bool:
    """Say whether a JSON function of this code gets a value of a type, itself or by a name of it."""
    pairs = re.findall(
        rf"\bvar (\w+) (?:\[\])?{re.escape(kind)}\b|\b(\w+) := &?(?:\[\])?{re.escape(kind)}\{{", tree.code
    )
    values = [kind, *(name for pair in pairs for name in pair if name)]
    given_to = "|".join(map(re.escape, values))
    return re.search(rf"\bjson\.\w+\((?:[^()\n]*, ?)?&?(?:{given_to})\b", tree.code) is not None


@rule(
    "file-left-open", GO, topic="file-io", kind=Kind.RISK,
    message="`{name}` is never closed, and a program may have only so many files open. Behind the check of the error write `defer {name}.Close()`: then it is closed however the function ends.",
    examples=(
        in_function(GO, 'f, err := os.Open("a")\n\tg(f, err)',
                    'f, err := os.Open("a")\n\tdefer f.Close()\n\tg(f, err)'),
    ),
)  # fmt: skip
def file_left_open(tree: SyntaxTree) -> Iterator[Match]:
    for targets, value, declaration in tree.given:
        function, name = around(declaration, *FUNCTIONS), targets.partition(",")[0]
        given_back = any(name in names(back) for back in of(function, "return_statement"))
        kept = given_back or f"{name}.Close" in text(function) or name == "_"
        if text(part(value, "function")) in {"os.Open", "os.Create", "os.OpenFile"} and function and not kept:
            yield Match(line(declaration), {"name": name})
