"""Inheritance without `virtual` in C++, and lines that are left in the input."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import CPP, Example, Match, in_function, rule
from learnflow.code_analysis.rules.java.objects_and_input import line_left
from learnflow.code_analysis.syntax_tree import SyntaxTree, kind, line, of, part, text

_READS: Final = re.compile(r"(?:std::)?cin\s*>>|(?:std::)?getline\(\s*(?:std::)?cin\b")
_BASES: Final = "struct A {{ {}void f() {{}} }};\nstruct B : A {{ void f() {{}} }};\nvoid g(A* a) {{ a->f(); }}"
_OWNERS: Final = "struct A {{ {}~A() {{}} }};\nstruct B : A {{}};\nint main() {{ A* a = new B(); delete a; }}"


@line_left.in_language(
    in_function(CPP, "std::cin >> n;\n  std::getline(std::cin, s);",
                "std::cin >> n;\n  std::cin.ignore();\n  std::getline(std::cin, s);"),
    in_function(CPP, "std::cin >> n;\n  std::getline(std::cin, s);",
                "std::cin >> n >> std::ws;\n  std::getline(std::cin, s);"),
)  # fmt: skip
def line_end_left(tree: SyntaxTree) -> Iterator[Match]:
    nodes = (node for node in tree.of("binary_expression", "call_expression") if _READS.match(text(node)))
    reads = [node for node in nodes if kind(node.parent) != "binary_expression"]
    code = tree.code.encode(errors="replace")
    for first, second in pairwise(reads):
        skips = re.search(rb"\bignore\b|\bws\b", code[first.start_byte : second.end_byte])
        if "getline" in text(second) and "getline" not in text(first) and not skips:
            values = {"name": "cin >>", "first": str(line(first)), "change": "std::cin.ignore();"}
            yield Match(line(second), values)


@rule(
    "not-virtual", CPP, once=True, topic="inheritance",
    message="`{name}` of `{owner}` is not `virtual`, so a call through a pointer or reference to `{owner}` runs that of `{owner}`, whatever the object really is.",
    fix="Write `virtual` before it in `{owner}`, and `override` behind it in the derived class.",
    beneath="Without `virtual` the static type decides at compile time; with it, the table of the object decides at run time.",
    examples=(
        Example(CPP, _BASES.format(""), _BASES.format("virtual ")),
        Example(CPP, _BASES.format(""), "struct A { void f() {} };\nstruct B : A { void f() {} };"),
    ),
)  # fmt: skip
def not_virtual(tree: SyntaxTree) -> Iterator[Match]:
    for base, derived in _inheritances(tree):
        methods, owner = _methods(base), text(part(base, "name"))
        for name in sorted(methods.keys() & _methods(derived).keys()):
            declared = text(methods[name])
            decided = re.search(r"\bvirtual\b|\boverride\b|\bfinal\b", declared.partition("{")[0])
            by_pointer = re.search(rf"\b{owner} ?[*&]|_ptr<{owner}>", tree.code)
            if not decided and not _bases(base) and by_pointer:
                yield Match(line(methods[name]), {"name": name, "owner": owner})


@rule(
    "destructor-not-virtual", CPP, topic="inheritance",
    message="the destructor `~{name}` is not `virtual`: `delete` through a pointer to `{name}` then runs only that of `{name}`, and what the derived class owns is not freed.",
    fix="Write `virtual ~{name}()` in the base class.",
    beneath="To delete a derived object through a base without a virtual destructor is undefined behaviour.",
    examples=(Example(CPP, _OWNERS.format(""), _OWNERS.format("virtual ")),),
)  # fmt: skip
def destructor_not_virtual(tree: SyntaxTree) -> Iterator[Match]:
    for base, derived in _inheritances(tree):
        owner = text(part(base, "name"))
        destructor = _methods(base).get(f"~{owner}")
        made = re.search(rf"\b{owner} ?\* ?\w+ ?= ?new {text(part(derived, 'name'))}\b", tree.code)
        virtual = destructor is not None and re.search(r"\bvirtual\b|\boverride\b", text(destructor))
        if destructor is not None and made and not virtual and not _bases(base) and "delete" in tree.code:
            yield Match(line(destructor), {"name": owner})


def _inheritances(tree: SyntaxTree) -> Iterator[tuple[Node, Node]]:
    """Yield each base class of the code with a class that is derived from it."""
    classes = {text(part(node, "name")): node for node in tree.of("class_specifier", "struct_specifier")}
    for derived in classes.values():
        for base in _bases(derived):
            if base in classes:
                yield classes[base], derived


def _bases(node: Node) -> list[str]:
    clauses = (child for child in node.named_children if child.type == "base_class_clause")
    return [text(name) for clause in clauses for name in of(clause, "type_identifier")]


def _methods(node: Node) -> dict[str, Node]:
    members = of(part(node, "body"), "function_definition", "field_declaration", "declaration")
    heads = ((member, next(of(member, "function_declarator"), None)) for member in members)
    return {text(part(head, "declarator")): member for member, head in heads if head is not None}
