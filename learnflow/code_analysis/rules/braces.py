"""Causes of wrong results in JavaScript, Java, C++, Go and Rust, seen on the syntax tree."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.rules.blocks import BLOCKS
from learnflow.code_analysis.rules.cpp.logic import CPP
from learnflow.code_analysis.rules.go.logic import GO
from learnflow.code_analysis.rules.java.logic import JAVA
from learnflow.code_analysis.rules.javascript.asynchronous import LATER
from learnflow.code_analysis.rules.javascript.logic import JAVASCRIPT
from learnflow.code_analysis.rules.rust.logic import RUST
from learnflow.code_analysis.syntax_tree import bare, given, line, names, of, part, root, text
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

_WHOLE: Final = frozenset({"int", "long", "short", "size_t", "int64", "int32", "unsigned"})
_FLOATING: Final = frozenset({"double", "float", "float64", "float32"})
_NUMBERS: Final = frozenset({"number_literal", "decimal_integer_literal", "int_literal"})
_CHANGED_ELSEWHERE: Final = re.compile(r">>|&\w")  # read into, or given away by its address
_CHANGES: Final = ("assignment_expression", "augmented_assignment_expression", "update_expression",
                   "assignment_statement", "inc_statement", "dec_statement", "short_var_declaration")  # fmt: skip
_LEAVES: Final = ("break_statement", "return_statement", "throw_statement")
_OWN: Final = {
    Language.JAVASCRIPT: (*LATER, *JAVASCRIPT), Language.JAVA: JAVA, Language.CPP: CPP, Language.GO: GO,
    Language.RUST: RUST,
}  # fmt: skip
_WITHIN: Final = frozenset({
    "parenthesized_expression", "binary_expression", "init_declarator", "variable_declarator", "expression_list",
    "argument_list", "return_statement", "block", "compound_statement", "statement_list",
})  # fmt: skip
_LENGTH: Final = re.compile(r"^\w+\.(?:length|size\(\)|length\(\))$|^len\(\w+\)$")
_CASTS: Final = {Language.CPP: "static_cast<double>({})", Language.JAVA: "(double) {}", Language.GO: "float64({})"}


def silent_causes(code: str, language: Language) -> tuple[Cause, ...]:
    """Return what can be seen in code that it surely does wrong without an error, by line."""
    tree = root(code, language)
    if tree is None:
        return ()
    found = [*_endless(tree, language), *(one for check in BLOCKS for one in check(tree, language))]
    found += [one for check in _OWN.get(language, ()) for one in check(tree)]
    if language in _CASTS:
        found += _whole_division(tree, language)
    return tuple(sorted(found, key=lambda one: one.line))


def _endless(tree: Node, language: Language) -> Iterator[Cause]:
    for loop in of(tree, "while_statement", "for_statement"):
        test, body = bare(part(loop, "condition")), part(loop, "body")
        if language is Language.GO and test is None:
            test = next((one for one in loop.named_children if one.type == "binary_expression"), None)
        steps = part(loop, "increment") or part(loop, "update")  # JavaScript's word, C++'s and Java's
        if test is None or body is None or test.type != "binary_expression" or steps:
            continue
        plain = {text(side) for side in (part(test, "left"), part(test, "right")) if side and side.type == "identifier"}
        if not plain or any(of(test, "call_expression", "method_invocation", "member_expression", "field_access")):
            continue
        changed = {name for one in of(body, *_CHANGES) for name in names(one)}
        leaves = next(of(body, *_LEAVES), None)
        if leaves is None and not plain & changed and not _CHANGED_ELSEWHERE.search(text(body)):
            name = min(plain, key=text(test).find)
            yield cause("loop-never-changes", line(loop), name=name, condition=one_line(text(test)), change=f"{name}++")


def _whole_division(tree: Node, language: Language) -> Iterator[Cause]:
    whole = _of_type(tree, _WHOLE) | _go_numbers(tree, language)
    for node in of(tree, "binary_expression"):
        left, right = part(node, "left"), part(node, "right")
        if text(part(node, "operator")) != "/" or left is None or right is None:
            continue
        kind = _stored_in(node)
        if kind and _is_whole(left, whole) and _is_whole(right, whole):
            shown = one_line(text(left if language is Language.JAVA else bare(left)))
            change = f"{_CASTS[language].format(shown)} / {one_line(text(right))}"
            yield cause("whole-division", line(node), name=one_line(text(node)), kind=kind, change=change)


def _of_type(tree: Node, kinds: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    for node in of(tree, "local_variable_declaration", "declaration", "parameter_declaration", "formal_parameter",
                   "var_spec", "field_declaration"):  # fmt: skip
        if text(part(node, "type")) in kinds:
            declared = (part(one, "name") or part(one, "declarator") or one for one in node.named_children)
            found |= {text(one) for one in declared if one.type == "identifier"}
    return frozenset(found)


def _go_numbers(tree: Node, language: Language) -> frozenset[str]:
    if language is not Language.GO:
        return frozenset()
    return frozenset(name for name, value, _ in given(tree) if value is not None and value.type in _NUMBERS)


def _is_whole(node: Node, whole: frozenset[str]) -> bool:
    node = bare(node) or node
    if node.type == "binary_expression":
        return all(_is_whole(one, whole) for one in node.named_children)
    if _LENGTH.search(text(node)):
        return True
    return (node.type in _NUMBERS and text(node).isdecimal()) or text(node) in whole


def _stored_in(node: Node) -> str | None:
    """Return the floating type into which a division goes, by a declaration, a conversion or a return."""
    above = node.parent
    while above is not None and above.type in _WITHIN:
        above = above.parent
    kind = text(part(above, "type") or part(above, "function") or part(above, "result"))
    return kind if kind in _FLOATING else None
