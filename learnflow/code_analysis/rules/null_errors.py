"""Behind an error, in the languages with braces: an index that is out of range, and the use of null, nil and undefined."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import CPP, GO, JAVA, JS, Example, Kind, Match, rule
from learnflow.code_analysis.syntax_tree import FUNCTIONS, SyntaxTree, around, line, names, part, text
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

_UNSET: Final[Mapping[Language, str]] = MappingProxyType({JS: "undefined", JAVA: "null", CPP: "nullptr", GO: "nil"})
_USES: Final = (
    "member_expression", "method_invocation", "field_access", "field_expression", "selector_expression",
    "pointer_expression", "unary_expression",
)  # fmt: skip
_NULLS: Final = frozenset({"null", "nullptr", "NULL", "nil", "undefined"})
_ERRORS: Final = (
    "javascript-undefined-property", "java-array-index-out-of-bounds", "java-index-out-of-bounds", "cpp-out-of-range",
    "cpp-segmentation-fault", "go-index-out-of-range",
)  # fmt: skip
_LANGUAGES: Final = (JS, JAVA, CPP, GO)
_TARGET: Final = re.compile(r"\.|->")
_ARRAYS: Final = frozenset({"array", "array_initializer", "initializer_list"})
_ITEMS: Final = ("subscript_expression", "array_access", "index_expression")
_PARAMETERS: Final = (
    "formal_parameter", "formal_parameters", "parameter_declaration", "catch_formal_parameter", "resource",
)  # fmt: skip
_ROUNDS: Final = ("for_in_statement", "enhanced_for_statement", "range_clause", "for_range_loop")
_ASSIGNMENTS: Final = ("assignment_expression", "assignment_statement")
_DIGITS: Final = 18  # of an index that is read


@rule(
    "null-used", *_UNSET, topic="", kind=Kind.ERROR, needs_error=True,
    explains=(
        "javascript-null-property", "javascript-undefined-property", "java-null-pointer-exception",
        "cpp-segmentation-fault", "go-nil-pointer",
    ),
    message="`{name}` is `{null}` (from line {declared}) and {what} here, `{use}`. Give it a real value before that, or check first that it is not `{null}`.",
    examples=(
        Example(JS, "let a = null;\nconsole.log(a.n);", "let a = null;\na = f();\nconsole.log(a.n);"),
        Example(JAVA, "class A { String s; int f() { return s.length(); } }",
                "class A { String s; A(String s) { this.s = s; } int f() { return s.length(); } }"),
        Example(GO, "package main\nfunc main() { var p *T\n\tprintln(p.n) }", "package main\nfunc main() { p := &T{}\n\tprintln(p.n) }"),
    ),
)  # fmt: skip
def null_used(tree: SyntaxTree) -> Iterator[Match]:
    for name, value, declaration in tree.given:
        empty = declaration.type == "variable_declarator" or text(part(declaration, "type")).startswith("*")
        if text(value) not in _NULLS and not (value is None and empty):
            continue
        use = next((node for node in _uses(tree, name) if node.start_byte > declaration.end_byte), None)
        if use is None or _bindings(tree)[name] > 1 or _is_set_between(tree, name, declaration, use):
            continue
        read_through = use.type in {"pointer_expression", "unary_expression"}
        yield Match(line(use), {
            "name": name, "null": text(value) or _UNSET[tree.language], "declared": str(line(declaration)),
            "what": "is written or read through" if read_through else "is used", "use": one_line(text(use), 40),
        })  # fmt: skip


@rule(
    "nil-map-written", GO, topic="", kind=Kind.ERROR, explains=("go-nil-map",), needs_error=True,
    message="`{name}` is declared in line {declared} and never made: it is `nil`, and is written to here.",
    fix="Make it in line {declared}: `var {name} = make({kind})`.",
    examples=(
        Example(GO, 'package main\nfunc main() { var m map[string]int\n\tm["a"] = 1 }',
                'package main\nfunc main() { var m = make(map[string]int)\n\tm["a"] = 1 }'),
    ),
)  # fmt: skip
def nil_map_written(tree: SyntaxTree) -> Iterator[Match]:
    for name, value, declaration in tree.given:
        kind = text(part(declaration, "type"))
        if value is not None or not kind.startswith("map["):
            continue
        writes = (node for node in tree.of("index_expression") if text(part(node, "operand")) == name and _is_set(node))
        use = next((node for node in writes if node.start_byte > declaration.end_byte), None)
        if use is not None and not _is_set_between(tree, name, declaration, use):
            yield Match(line(use), {"name": name, "kind": kind, "declared": str(line(declaration))})


def _is_set(item: Node) -> bool:
    above = item.parent
    if above is not None and above.type == "expression_list" and above.parent is not None:
        return part(above.parent, "left") == above
    return above is not None and above.type in {"inc_statement", "dec_statement"}


def _uses(tree: SyntaxTree, name: str) -> Iterator[Node]:
    for node in tree.of(*_USES):
        base = part(node, "object") or part(node, "argument") or part(node, "operand")
        if text(base) == name and not text(node).startswith(("&", "!", "-")):
            yield node


def _bindings(tree: SyntaxTree) -> Counter[str]:
    """Count how often each name is declared, also as a parameter or by a loop: of two, either may be meant."""
    rounds = (part(node, "left") or part(node, "name") or part(node, "declarator") for node in tree.of(*_ROUNDS))
    arrows = (part(node, "parameter") for node in tree.of("arrow_function", "catch_clause"))
    heads = (*tree.of(*_PARAMETERS), *rounds, *arrows)
    return Counter(name for name, _, _ in tree.given) + Counter(name for head in heads for name in names(head))


def _is_set_between(tree: SyntaxTree, name: str, declared: Node, use: Node) -> bool:
    """Say whether a name may get a value before its use; in another function than its declaration, at any time."""
    apart = around(declared, *FUNCTIONS) != around(use, *FUNCTIONS)
    assigned = any(
        _TARGET.split(text(part(node, "left")))[-1] == name
        and (apart or declared.end_byte < node.start_byte < use.start_byte)
        for node in tree.of(*_ASSIGNMENTS)
    )
    return assigned or any(name in names(node) and "&" in text(node) for node in tree.of("argument_list"))


def _keeps_size(tree: SyntaxTree, name: str) -> bool:
    """Say whether items of an array are only read: what is called on it, set in it or given it may make it longer."""
    uses = [use.parent for use in tree.uses.get(name, ()) if use.parent and "declarator" not in use.parent.type]
    stored = {part(node, "left") for node in tree.of(*_ASSIGNMENTS)}
    reads = (use.type in _ITEMS or text(use).endswith((".length", ".size")) for use in uses)
    return _bindings(tree)[name] == 1 and all(reads) and stored.isdisjoint(uses)


@rule(
    "index-out-of-range", *_LANGUAGES, topic="", kind=Kind.ERROR, explains=_ERRORS, needs_error=True,
    message="you ask for index {index} of `{name}`, but it has {has}{result}.",
    examples=(
        Example(JS, "const a = [1, 2];\nconsole.log(a[2].n);", "const a = [1, 2];\nconsole.log(a[1].n);"),
        Example(JAVA, "class A { void f() { int[] a = {1}; g(a[3]); } }", "class A { void f() { int[] a = {1}; g(a[0]); } }"),
        Example(JS, "const a = [1, 2];\nconsole.log(a[2].n);", "const a = [];\na.push({ n: 1 });\nconsole.log(a[0].n);"),
    ),
)  # fmt: skip
def index_out_of_range(tree: SyntaxTree) -> Iterator[Match]:
    sizes = {
        name: value.named_child_count for name, value, _ in tree.given
        if value is not None and value.type in _ARRAYS and _keeps_size(tree, name)
    }  # fmt: skip
    for node in tree.of(*_ITEMS):
        name = text(part(node, "object") or part(node, "array") or part(node, "argument") or part(node, "operand"))
        index = text(part(node, "index") or part(node, "indices")).strip("[]")
        if name in sizes and index.isdecimal() and len(index) <= _DIGITS and int(index) >= sizes[name]:
            size = sizes[name]
            has = f"only {size} elements (indexes 0 to {size - 1})" if size > 1 else "only 1 element (index 0)"
            undefined = f", so `{name}[{index}]` is `undefined`" if tree.language is JS else ""
            has = has if size else "no elements at all"
            yield Match(line(node), {"index": index, "name": name, "has": has, "result": undefined})
