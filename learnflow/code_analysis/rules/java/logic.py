"""Causes of wrong results in Java: what is compared by identity, shared by a class, left in the input."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.syntax_tree import LOOPS, around, bare, line, of, part, text
from learnflow.domain.phrasing import one_line

_OBJECTS: Final = frozenset({"String", "Integer", "Long", "Double", "Character", "BigDecimal", "BigInteger"})
_TOKENS: Final = frozenset({"nextInt", "nextDouble", "next", "nextLong", "nextBoolean", "nextFloat"})
_NEW_TEXT: Final = frozenset({
    "toUpperCase", "toLowerCase", "trim", "replace", "replaceAll", "concat", "substring", "strip", "repeat",
})  # fmt: skip


def declared(tree: Node) -> dict[str, str]:
    """Return the types of variables, parameters and fields by name; a name with two types has none."""
    types: dict[str, str] = {}
    for node in of(tree, "local_variable_declaration", "field_declaration", "formal_parameter",
                   "enhanced_for_statement"):  # fmt: skip
        kind = text(part(node, "type"))
        inner = [part(one, "name") for one in node.named_children if one.type == "variable_declarator"]
        for name in map(text, inner or [part(node, "name")]):
            types[name] = kind if types.get(name, kind) == kind else ""
    return types


def _compares_identity(tree: Node) -> Iterator[Cause]:
    types = declared(tree)
    own = {text(part(one, "name")) for one in of(tree, "class_declaration")}
    for node in of(tree, "binary_expression"):
        left, right = part(node, "left"), part(node, "right")
        if text(part(node, "operator")) not in {"==", "!="} or left is None or right is None:
            continue
        kinds = [_kind(types, one) for one in (left, right)]
        sign = "" if text(part(node, "operator")) == "==" else "!"
        change = one_line(f"{sign}{text(left)}.equals({text(right)})", 80)
        if all(kind in _OBJECTS for kind in kinds) and len(set(kinds)) == 1:
            yield cause("compares-identity", line(node), name=one_line(text(node)), kind=kinds[0], change=change)
        elif kinds[0] == kinds[1] and kinds[0] in own:
            yield cause("compares-references", line(node), name=one_line(text(node)), kind=kinds[0], change=change)


def _kind(types: dict[str, str], node: Node) -> str:
    if node.type == "string_literal":
        return "String"
    if node.type == "method_invocation":
        return "String" if text(part(node, "name")) in {*_NEW_TEXT, "nextLine", "next", "readLine"} else ""
    return types.get(text(node), "")


def _line_left(tree: Node) -> Iterator[Cause]:
    reads = [one for one in of(tree, "method_invocation") if text(part(one, "name")) in {*_TOKENS, "nextLine"}]
    for first, second in pairwise(reads):
        same = text(part(first, "object")) == text(part(second, "object"))
        kept = second.parent is not None and second.parent.type != "expression_statement"
        if same and kept and text(part(first, "name")) in _TOKENS and text(part(second, "name")) == "nextLine":
            yield cause("line-left", line(second), name=text(part(first, "name")), first=str(line(first)),
                        change=f"{text(part(first, 'object'))}.nextLine();")  # fmt: skip


def _result_lost(tree: Node) -> Iterator[Cause]:
    types = declared(tree)
    for statement in of(tree, "expression_statement"):
        call = statement.named_children[0] if statement.named_children else None
        owner, name = text(part(call, "object")), text(part(call, "name"))
        if call is not None and types.get(owner) == "String" and name in _NEW_TEXT:
            change = one_line(f"{owner} = {text(call)}")
            yield cause("result-lost", line(call), about="strings", name=name, owner=owner, change=change)


def _shared_static(tree: Node) -> Iterator[Cause]:
    for field in of(tree, "field_declaration"):
        said = text(field).partition("=")[0].split()
        if "static" not in said or "final" in said:
            continue
        name = text(part(next(of(field, "variable_declarator"), None), "name"))
        owner = around(field, "class_declaration")
        for made in of(owner, "constructor_declaration") if owner else ():
            own = {text(part(one, "name")) for one in of(made, "formal_parameter")}
            sets = any(text(part(one, "left")) in {f"this.{name}", name} and text(part(one, "right")) in own
                       for one in of(made, "assignment_expression"))  # fmt: skip
            if sets:
                yield cause("shared-static", line(field), name=name, owner=text(part(owner, "name")))
                break


def _given_itself(tree: Node) -> Iterator[Cause]:
    for node in of(tree, "assignment_expression"):
        left, right = part(node, "left"), part(node, "right")
        if left is not None and left.type == "identifier" and text(left) == text(right):
            yield cause("given-itself", line(node), name=text(left), change=f"this.{text(left)} = {text(left)}")


def _printed_object(tree: Node) -> Iterator[Cause]:
    types = declared(tree)
    for call in of(tree, "method_invocation"):
        arguments = part(call, "arguments")
        if text(part(call, "name")) not in {"println", "print"} or arguments is None:
            continue
        for one in arguments.named_children[:1]:
            if types.get(text(one), "").endswith("[]") and types[text(one)] != "char[]":
                change = f"Arrays.toString({text(one)})"
                yield cause("printed-array", line(call), name=text(one), change=change)


def _remove_by_index(tree: Node) -> Iterator[Cause]:
    for call in of(tree, "method_invocation"):
        loop = around(call, *LOOPS)
        if text(part(call, "name")) != "remove" or loop is None or loop.type != "for_statement":
            continue
        name, index = text(part(call, "object")), text(part(call, "arguments")).strip("()")
        head = text(loop).partition("{")[0]
        block = around(call, "block")
        if f"{name}.size()" in head and f"{index}++" in head and f"{index}--" not in text(loop) and block is not None:
            leaves = any(of(block, "break_statement", "return_statement"))
            if not leaves:
                yield cause("changed-while-indexed", line(call), name=name, index=index, loop=str(line(loop)))


def _copies_swapped(tree: Node) -> Iterator[Cause]:
    for method in of(tree, "method_declaration"):
        own = {
            text(part(one, "name")) for one in of(part(method, "parameters") or method, "formal_parameter")
            if text(part(one, "type")) in {"int", "double", "long", "String", "boolean", "char", "float"}
        }  # fmt: skip
        if text(part(method, "type")) != "void":
            continue
        body, called = part(method, "body"), text(part(method, "name"))
        change = f"Let `{called}` return the new value, and assign it where it is called."
        for node in of(body, "assignment_expression", "update_expression") if body else ():
            name = text(part(node, "left") or bare(node.named_children[0]))
            later = body is not None and any(
                text(one) == name for one in of(body, "identifier") if one.start_byte > node.end_byte
            )
            if name in own and not later and around(node, *LOOPS) is None:  # a loop comes back to it
                yield cause("copy-changed", line(node), name=name, function=called, change=change)
                break


JAVA: Final[tuple[Callable[[Node], Iterator[Cause]], ...]] = (
    _compares_identity, _line_left, _result_lost, _shared_static, _given_itself, _printed_object, _remove_by_index,
    _copies_swapped,
)  # fmt: skip
