"""What is only a copy in Go, or shares its memory: receivers, slices, range variables, fields that JSON cannot see, open files."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import Example, Kind, Match, rule
from learnflow.code_analysis.rules.go.concurrency import CHANGES, in_main
from learnflow.code_analysis.syntax_tree import FUNCTIONS, SyntaxTree, around, bare, line, names, of, part, text
from learnflow.models.vocabulary import Language

_OPENING: Final = frozenset({"os.Open", "os.Create", "os.OpenFile"})
_PAIR: Final = 2  # an index and an item
_COUNTS: Final = "type T struct {{ n int }}\nfunc (t {}T) Add() {{ t.n++ }}"


@rule(
    "copy-changed", Language.GO, topic="functions",
    message="`{name}` is a copy that only `{function}` sees: what is changed here is gone when it ends, and the caller's value stays as it was.",
    fix="{change}",
    beneath="Arguments are passed by value here; only a reference or a pointer lets a function change what belongs to its caller.",
    examples=(
        Example(Language.GO, _COUNTS.format(""), _COUNTS.format("*")),
        Example(
            Language.GO, _COUNTS.format(""),
            "func (c Config) Print() {\n\tc.name = strings.ToUpper(c.name)\n\tfmt.Println(c.name)\n}",
        ),
    ),
)  # fmt: skip
def receiver_changed(tree: SyntaxTree) -> Iterator[Match]:
    for method in tree.of("method_declaration"):
        receiver = next(of(part(method, "receiver") or method, "parameter_declaration"), None)
        name, kind = text(part(receiver, "name")), text(part(receiver, "type"))
        body = part(method, "body")
        if not name or kind.startswith("*") or part(method, "result") is not None or body is None:
            continue
        for change in of(body, *CHANGES):
            target = text(change)
            plain = target.startswith(f"{name}.") and "[" not in target.partition("=")[0]
            if plain and not _read_after(body, change, name):
                function = text(part(method, "name"))
                step = f"Take a pointer as receiver: `func ({name} *{kind}) {function}(...)`."
                yield Match(line(change), {"name": name, "function": function, "change": step})
                break


@receiver_changed.in_language(
    Language.GO, "func f(s []int) { s = append(s, 1) }", "func f(s []int) []int { s = append(s, 1); return s }"
)
def slice_kept(tree: SyntaxTree) -> Iterator[Match]:
    for function in tree.of("function_declaration"):
        own = {
            text(part(parameter, "name"))
            for parameter in of(part(function, "parameters") or function, "parameter_declaration")
            if text(part(parameter, "type")).startswith("[]")
        }
        body = part(function, "body")
        for change in of(body, "assignment_statement") if body and part(function, "result") is None else ():
            name, called = text(part(change, "left")), text(part(function, "name"))
            grows = name in own and text(part(change, "right")).startswith("append(")
            if grows and body and not _read_after(body, change, name) and around(change, "for_statement") is None:
                step = f"Return it, and keep the result: `{name} = {called}({name}, ...)`."
                yield Match(line(change), {"name": name, "function": called, "change": step})
                break


def _read_after(body: Node, change: Node, name: str) -> bool:
    return any(text(use) == name and use.start_byte > change.end_byte for use in of(body, "identifier"))


@rule(
    "item-only", Language.GO, topic="loops",
    message="this gives `{name}` a new value, but `{name}` is only a name for the item of this round: `{items}` stays as it is.",
    fix="To change `{items}`, {change}, or build a new one with the changed items.",
    beneath="The loop binds its variable to each item in turn; binding it to something else does not touch where the item came from.",
    examples=(
        Example(
            Language.GO, "type T struct { n int }\nfunc f(a []T) {\n\tfor _, x := range a { x.n = 2 }\n}",
            "type T struct { n int }\nfunc f(a []T) {\n\tfor i := range a { a[i].n = 2 }\n}",
        ),
        Example(
            Language.GO, in_main("for _, x := range a { x = 2 }"),
            "func mark(m map[string]*Node) {\n\tfor _, x := range m { x.seen = true }\n}",
        ),
    ),
)  # fmt: skip
def range_copy(tree: SyntaxTree) -> Iterator[Match]:
    for loop in tree.of("for_statement"):
        clause = next((child for child in loop.named_children if child.type == "range_clause"), None)
        left, body = part(clause, "left"), part(loop, "body")
        if left is None or body is None or len(left.named_children) != _PAIR:
            continue
        name, items = text(left.named_children[1]), text(part(clause, "right"))
        for change in of(body, *CHANGES):
            target = text(part(change, "left") or change.named_children[0])
            changed = target == name or (target.startswith(f"{name}.") and _holds_structs(tree, items))
            if changed and not _read_after(body, change, name):
                yield Match(line(change), {"name": name, "items": items, "change": f"use the index, `{items}[i]`"})
                break


def _holds_structs(tree: SyntaxTree, items: str) -> bool:
    """Say whether something is declared as a slice, an array or a map of structs of this code."""
    structs = {text(part(spec, "name")) for spec in tree.of("type_spec") if "struct" in text(part(spec, "type"))}
    kinds = re.findall(rf"\b{re.escape(items)}\b(?: :?=)? (?:\[\w*\]|map\[\w+\])(\w+)", tree.code)
    return bool(kinds) and structs.issuperset(kinds)


@rule(
    "shares-array", Language.GO, topic="lists",
    complaint="(?i)original|also|too|both|changes|first (?:slice|one)",
    message="`{name}` is a part of `{other}` and shares its array: writing to `{name}` writes into `{other}`, also `append`, as long as there is room behind it.",
    fix="Make a copy first: `{change}`.",
    beneath="A slice is a pointer, a length and a capacity. `append` makes a new array only when the capacity is used up; `a[:n:n]` limits it.",
    examples=(
        Example(
            Language.GO, in_main("b := a[:2]\n\tb = append(b, 9)"), in_main("b := slices.Clone(a[:2])\n\tb = append(b, 9)"),
            "the original changes too",
        ),
    ),
)  # fmt: skip
def shares_array(tree: SyntaxTree) -> Iterator[Match]:
    slices = {
        name: text(part(value, "operand")) for name, value, _ in tree.given
        if value is not None and value.type == "slice_expression" and not text(value).endswith("[:0]")
    }  # fmt: skip
    for change in tree.of(*CHANGES):
        left = bare(part(change, "left"))
        item = part(left, "operand") if left is not None and left.type == "index_expression" else None
        target = text(item or left)
        if target in slices and (item is not None or text(part(change, "right")).startswith(f"append({target},")):
            clone = f"{target} := slices.Clone({slices[target]}[...])"
            yield Match(line(change), {"name": target, "other": slices[target], "change": clone})
            return


@rule(
    "hidden-field", Language.GO, topic="object-oriented-programming",
    message="`{name}` begins with a small letter, so it is private to its package, and `encoding/json` cannot see it: it stays empty.",
    fix="Call it `{change}`, with a tag for the name in the JSON.",
    beneath="Reflection can set only exported fields of other packages' types; the others are skipped without an error.",
    examples=(
        Example(
            Language.GO, "type T struct { name string }\nvar b, e = json.Marshal(T{})",
            "type T struct { Name string }\nvar b, e = json.Marshal(T{})",
        ),
        Example(
            Language.GO, "type T struct { name string }\nfunc f() {\n\tvar t T\n\tjson.Unmarshal(b, &t)\n}",
            "type S struct { mu sync.Mutex }\nfunc (s *S) f() { json.NewEncoder(w).Encode(s.items) }",
        ),
    ),
)  # fmt: skip
def hidden_field(tree: SyntaxTree) -> Iterator[Match]:
    for spec in tree.of("type_spec"):
        kind = text(part(spec, "name"))
        for field in of(spec, "field_declaration"):
            name = text(part(field, "name"))
            if name[:1].islower() and ("json:" in text(field) or _goes_through_json(tree, kind)):
                yield Match(line(field), {"name": name, "change": name[:1].upper() + name[1:]})
                return


def _goes_through_json(tree: SyntaxTree, kind: str) -> bool:
    """Say whether a JSON function of this code gets a value of a type, itself or by a name of it."""
    pairs = re.findall(
        rf"\bvar (\w+) (?:\[\])?{re.escape(kind)}\b|\b(\w+) := &?(?:\[\])?{re.escape(kind)}\{{", tree.code
    )
    values = [kind, *(name for pair in pairs for name in pair if name)]
    given_to = "|".join(map(re.escape, values))
    return re.search(rf"\bjson\.\w+\((?:[^()\n]*, ?)?&?(?:{given_to})\b", tree.code) is not None


@rule(
    "file-left-open", Language.GO, topic="file-io", kind=Kind.RISK,
    message="`{name}` is never closed, and a program may have only so many files open. Behind the check of the error write `defer {name}.Close()`: then it is closed however the function ends.",
    examples=(
        Example(
            Language.GO, in_main('f, err := os.Open("a")\n\tg(f, err)'),
            in_main('f, err := os.Open("a")\n\tdefer f.Close()\n\tg(f, err)'),
        ),
    ),
)  # fmt: skip
def file_left_open(tree: SyntaxTree) -> Iterator[Match]:
    for targets, value, declaration in tree.given:
        function, name = around(declaration, *FUNCTIONS), targets.partition(",")[0]
        if text(part(value, "function")) not in _OPENING or function is None or name == "_":
            continue
        given_back = any(name in names(back) for back in of(function, "return_statement"))
        if not given_back and f"{name}.Close" not in text(function):
            yield Match(line(declaration), {"name": name})
