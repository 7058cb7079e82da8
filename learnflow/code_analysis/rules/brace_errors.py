"""Faults in languages with braces that can be seen on the syntax tree: the very value that is at fault."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.python_tree import Fault
from learnflow.code_analysis.rules.missing_results import unfound
from learnflow.code_analysis.rules.rust.ownership import moved
from learnflow.code_analysis.syntax_tree import given, line, names, of, part, root, text
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

_TOO_FAR: Final[Mapping[Language, str]] = MappingProxyType({
    Language.JAVASCRIPT: "javascript-undefined-property",
    Language.JAVA: "java-array-index-out-of-bounds",
    Language.CPP: "cpp-out-of-range",
    Language.GO: "go-index-out-of-range",
})
_NOTHING: Final[Mapping[Language, tuple[str, ...]]] = MappingProxyType({
    Language.JAVASCRIPT: ("javascript-null-property", "javascript-undefined-property"),
    Language.JAVA: ("java-null-pointer-exception",),
    Language.CPP: ("cpp-segmentation-fault",),
    Language.GO: ("go-nil-pointer",),
})
_UNSET: Final[Mapping[Language, str]] = MappingProxyType({
    Language.JAVASCRIPT: "undefined",
    Language.JAVA: "null",
    Language.CPP: "nullptr",
    Language.GO: "nil",
})
_NULLS: Final = frozenset({"null", "nullptr", "NULL", "nil", "undefined"})
_ARRAYS: Final = frozenset({"array", "array_initializer", "initializer_list"})
_LENGTH: Final = re.compile(r"<=\s*(?P<of>\w+(?:\.length\b|\.size\(\))|len\(\w+\))")


def find_brace_fault(code: str, language: Language, error: str | None) -> Fault | None:
    """Return the fault behind an error that is known by its key; None without one, or where nothing shows."""
    tree = root(code, language) if error else None
    if tree is None or error is None:
        return None
    found: list[Fault] = []
    if error in {_TOO_FAR.get(language), "java-index-out-of-bounds", "cpp-segmentation-fault"}:
        found += [*_index(tree, error), *_loop(tree, error)]
    if error in _NOTHING.get(language, ()):
        found += [*_nothing(tree, error, _UNSET[language]), *unfound(tree, error)]
    if error == "rust-moved-value":
        found += moved(tree, error)
    if error == "go-nil-map":
        found += _never_made(tree, error)
    return min(found, key=lambda one: one.line, default=None)


def _index(tree: Node, error: str) -> Iterator[Fault]:
    sizes = {
        name: value.named_child_count
        for name, value, _ in given(tree)
        if value is not None and value.type in _ARRAYS
    }  # fmt: skip
    for node in of(tree, "subscript_expression", "array_access", "index_expression"):
        name = text(part(node, "object") or part(node, "array") or part(node, "argument") or part(node, "operand"))
        index = text(part(node, "index") or part(node, "indices")).strip("[]")
        if name in sizes and index.isdecimal() and int(index) >= sizes[name]:
            size = sizes[name]
            has = f"only {size} elements (indexes 0 to {size - 1})" if size > 1 else "only 1 element (index 0)"
            says = f"you ask for index {index} of `{name}`, but it has {has if size else 'no elements at all'}"
            result = f", so `{name}[{index}]` is `undefined`." if error.startswith("javascript") else "."
            yield Fault(error, line(node), says + result)


def _loop(tree: Node, error: str) -> Iterator[Fault]:
    for node in of(tree, "for_statement"):
        head = text(node).partition("{")[0]
        found = _LENGTH.search(head)
        if found:
            says = (
                f"the loop goes one too far: `<= {found['of']}` lets the index reach `{found['of']}`, but the last "
                "index is one less. Write `<`."
            )
            yield Fault(error, line(node), says)


def _nothing(tree: Node, error: str, unset: str) -> Iterator[Fault]:
    for name, value, node in given(tree):
        if not (text(value) in _NULLS or (value is None and _starts_as_nothing(node))):
            continue
        null = text(value) or unset
        use = next((one for one in _uses(tree, name) if one.start_byte > node.end_byte), None)
        if use is None or _is_set_between(tree, name, node, use):
            continue
        what = "is written or read through" if use.type in {"pointer_expression", "unary_expression"} else "is used"
        says = (
            f"`{name}` is `{null}` (from line {line(node)}) and {what} here, `{one_line(text(use), 40)}`. Give it a "
            f"real value before that, or check first that it is not `{null}`."
        )
        yield Fault(error, line(use), says)


def _never_made(tree: Node, error: str) -> Iterator[Fault]:
    for name, value, node in given(tree):
        if value is not None or not text(part(node, "type")).startswith("map["):
            continue
        writes = (one for one in of(tree, "index_expression") if text(part(one, "operand")) == name and _is_set(one))
        use = next((one for one in writes if one.start_byte > node.end_byte), None)
        if use is not None and not _is_set_between(tree, name, node, use):
            kind = text(part(node, "type"))
            says = f"`{name}` is declared in line {line(node)} and never made: it is `nil`, and is written to here."
            yield Fault(error, line(use), says, fix=f"Make it in line {line(node)}: `var {name} = make({kind})`.")


def _is_set(item: Node) -> bool:
    above = item.parent
    if above is not None and above.type == "expression_list" and above.parent is not None:
        return part(above.parent, "left") == above
    return above is not None and above.type in {"inc_statement", "dec_statement"}


def _starts_as_nothing(node: Node) -> bool:
    return node.type == "variable_declarator" or text(part(node, "type")).startswith("*")


def _uses(tree: Node, name: str) -> Iterator[Node]:
    for node in of(tree, "member_expression", "method_invocation", "field_access", "field_expression",
                   "selector_expression", "pointer_expression", "unary_expression"):  # fmt: skip
        base = part(node, "object") or part(node, "argument") or part(node, "operand")
        if text(base) == name and not text(node).startswith(("&", "!", "-")):
            yield node


def _is_set_between(tree: Node, name: str, declared: Node, use: Node) -> bool:
    return any(
        text(part(one, "left")) == name and declared.end_byte < one.start_byte < use.start_byte
        for one in of(tree, "assignment_expression", "assignment_statement")
    ) or any(name in names(one) and "&" in text(one) for one in of(tree, "argument_list"))
