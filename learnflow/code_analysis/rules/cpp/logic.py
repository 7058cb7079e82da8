"""Causes of wrong results in C++: copies where the original was meant, values that nobody set, lines left behind."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.syntax_tree import LOOPS, around, line, of, part, text

_NUMBERS: Final = frozenset({"int", "long", "double", "float", "short", "unsigned", "size_t", "long long"})
_STATEMENTS: Final = ("assignment_expression", "update_expression", "expression_statement")
_CHANGING: Final = frozenset({"push_back", "emplace_back", "pop_back", "clear", "insert", "erase", "resize", "append"})


def _copy_changed(tree: Node) -> Iterator[Cause]:
    for function in of(tree, "function_definition"):
        head, body = part(function, "declarator"), part(function, "body")
        if text(part(function, "type")) != "void" or body is None or head is None:
            continue
        for one in of(head, "parameter_declaration"):
            name = part(one, "declarator")
            if name is None or name.type != "identifier":  # a reference, a pointer or an array
                continue
            changed = next((node for node in _changes(body) if _owner(node) == text(name)), None)
            counted = changed is not None and changed.type == "update_expression" and around(changed, *LOOPS)
            if changed is not None and not counted and not _used_after(body, changed, text(name)):
                called = text(part(head, "declarator"))
                kind = text(part(one, "type"))
                yield cause("copy-changed", line(changed), name=text(name), function=called,
                            change=f"Take it by reference, as in `{kind}& {text(name)}`.")  # fmt: skip


def _changes(body: Node) -> Iterator[Node]:
    yield from of(body, "assignment_expression", "update_expression")
    for call in of(body, "call_expression"):
        if text(part(part(call, "function"), "field")) in _CHANGING:
            yield call


def _owner(node: Node) -> str:
    """Return the name of what is changed."""
    left = part(node, "left") or part(node, "argument") or part(part(node, "function"), "argument")
    while left is not None and left.type in {"subscript_expression", "field_expression"}:
        left = part(left, "argument")
    return text(left)


def _used_after(body: Node, changed: Node, name: str) -> bool:
    """Say whether what was changed is read afterwards, so that the change may be meant for here only."""
    statement = around(changed, "expression_statement", "for_statement") or changed
    return any(
        text(one) == name and one.start_byte > statement.end_byte and not _is_target(one)
        for one in of(body, "identifier")
    )


def _is_target(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "assignment_expression" and part(node.parent, "left") == node


def _never_set(tree: Node) -> Iterator[Cause]:
    for node in of(tree, "declaration"):
        function = around(node, "function_definition")
        for name in (one for one in node.named_children if one.type == "identifier"):
            if function is None or text(part(node, "type")) not in _NUMBERS:
                continue
            uses = (one for one in of(function, "identifier") if one.start_byte > node.end_byte)
            first = next((one for one in uses if text(one) == text(name)), None)
            adding = around(first, *_STATEMENTS) if first else None
            if adding is not None and _adds(adding, text(name)):
                yield cause("never-set", line(node), name=text(name), kind=text(part(node, "type")),
                            first=str(line(adding)))  # fmt: skip


def _adds(node: Node, name: str) -> bool:
    if node.type == "update_expression":
        return text(part(node, "argument")) == name
    return text(part(node, "left")) == name and text(part(node, "operator")) in {"+=", "-=", "*=", "/="}


def _line_left(tree: Node) -> Iterator[Cause]:
    reads = [
        one for one in of(tree, "binary_expression", "call_expression")
        if re.match(r"(?:std::)?cin\s*>>|(?:std::)?getline\(\s*(?:std::)?cin\b", text(one))
        and not (one.parent is not None and one.parent.type == "binary_expression")
    ]  # fmt: skip
    code = text(tree)
    for first, second in pairwise(reads):
        between = code[first.end_byte - tree.start_byte : second.start_byte - tree.start_byte]
        if "getline" in text(second) and "getline" not in text(first) and "ignore" not in between:
            yield cause("line-left", line(second), name="cin >>", first=str(line(first)), change="std::cin.ignore();")


def _not_virtual(tree: Node) -> Iterator[Cause]:
    classes = {text(part(one, "name")): one for one in of(tree, "class_specifier", "struct_specifier")}
    for made in classes.values():
        bases = [text(one) for clause in made.named_children if clause.type == "base_class_clause"
                 for one in of(clause, "type_identifier")]  # fmt: skip
        for base in (classes[one] for one in bases if one in classes):
            again = {*_methods(made)} & {*_methods(base)}
            for name in sorted(again):
                declared = _methods(base)[name]
                if "virtual" not in text(declared).partition("(")[0]:
                    yield cause("not-virtual", line(declared), name=name, owner=text(part(base, "name")))
                    return


def _methods(made: Node) -> dict[str, Node]:
    body = part(made, "body")
    found = of(body, "function_definition", "field_declaration") if body else iter(())
    return {
        text(part(head, "declarator")): one for one in found
        if (head := next(of(one, "function_declarator"), None)) is not None
    }  # fmt: skip


def _gone_local(tree: Node) -> Iterator[Cause]:
    for function in of(tree, "function_definition"):
        head = part(function, "declarator")
        if head is None or head.type not in {"pointer_declarator", "reference_declarator"}:
            continue
        own = {
            text(one) for node in of(part(function, "body") or function, "declaration") if "static" not in text(node)
            for one in of(node, "identifier")
        }  # fmt: skip
        called = text(next(of(head, "identifier"), None))
        for back in of(function, "return_statement"):
            given = text(back).removeprefix("return").strip(" ;")
            name = given.removeprefix("&")
            if name in own and (given != name or head.type == "reference_declarator"):
                yield cause("gone-local", line(back), name=name, function=called)


CPP: Final[tuple[Callable[[Node], Iterator[Cause]], ...]] = (
    _copy_changed, _never_set, _line_left, _not_virtual, _gone_local,
)  # fmt: skip
