"""Causes of wrong results in JavaScript, Java, C++ and Go, seen on the syntax tree."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.models.vocabulary import Language
from learnflow.tutor.offline.causes import Cause, cause
from learnflow.tutor.offline.trees import around, bare, given, line, names, of, part, root, text
from learnflow.tutor.offline.wording import one_line

_WHOLE: Final = frozenset({"int", "long", "short", "size_t", "int64", "int32", "unsigned"})
_FLOATING: Final = frozenset({"double", "float", "float64", "float32"})
_NUMBERS: Final = frozenset({"number_literal", "decimal_integer_literal", "int_literal"})
_CHANGED_ELSEWHERE: Final = re.compile(r">>|&\w")  # read into, or given away by its address
_LATER: Final = frozenset({"setTimeout", "setInterval", "then", "addEventListener", "push"})
_CHANGES: Final = ("assignment_expression", "augmented_assignment_expression", "update_expression",
                   "assignment_statement", "inc_statement", "dec_statement", "short_var_declaration")  # fmt: skip
_LEAVES: Final = ("break_statement", "return_statement", "throw_statement")
_CASTS: Final = {Language.CPP: "static_cast<double>({})", Language.JAVA: "(double) {}", Language.GO: "float64({})"}


def silent_causes(code: str, language: Language) -> tuple[Cause, ...]:
    """Return what can be seen in code that it surely does wrong without an error, by line."""
    tree = root(code, language)
    if tree is None:
        return ()
    found = [*_endless(tree, language)]
    if language is Language.JAVASCRIPT:
        found += [*_not_awaited(tree), *_shared_var(tree), *_sorts_as_text(tree)]
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


def _not_awaited(tree: Node) -> Iterator[Cause]:
    own = {
        text(part(one, "name") or part(one.parent, "name"))
        for one in of(tree, "function_declaration", "arrow_function", "function_expression")
        if text(one).startswith("async")
    }
    for name, value, node in given(tree):
        called = text(part(value, "function")) if value is not None and value.type == "call_expression" else ""
        if called in own and called:
            code = text(tree)
            if f"await {name}" in code or f"{name}.then" in code or f"({name})" in code or f"[{name}" in code:
                continue
            call = one_line(text(value))
            change = f"Write `const {name} = await {call}` (in an async function or a module), or use `.then(...)`."
            yield cause("not-awaited", line(node), name=called, what="a promise", change=change)


def _shared_var(tree: Node) -> Iterator[Cause]:
    for loop in of(tree, "for_statement", "for_in_statement"):
        start = part(loop, "initializer")
        declared = names(start) if start is not None and start.type == "variable_declaration" else frozenset()
        if loop.type == "for_in_statement" and text(part(loop, "kind")) == "var":
            declared = names(part(loop, "left"))
        for made in of(part(loop, "body") or loop, "arrow_function", "function_expression"):
            call = around(made, "call_expression")
            called = text(part(call, "function")).rpartition(".")[2]
            used = declared & names(part(made, "body"))
            if used and called in _LATER:
                fix = "Declare it by `let` in the head of the loop: then each round has a variable of its own."
                yield cause("late-binding", line(made), name=min(used), change=fix)
                break


def _sorts_as_text(tree: Node) -> Iterator[Cause]:
    arrays = {name: value for name, value, _ in given(tree)}
    for call in of(tree, "call_expression"):
        method, arguments = part(call, "function"), part(call, "arguments")
        if text(part(method, "property")) not in {"sort", "toSorted"} or arguments is None or arguments.named_children:
            continue
        sorted_one = part(method, "object")
        value = arrays.get(text(sorted_one), sorted_one)
        items = value.named_children if value is not None and value.type == "array" else ()
        if items and all(one.type in {"number", "unary_expression"} for one in items):
            yield cause("sorts-as-text", line(call))


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
    return (node.type in _NUMBERS and text(node).isdecimal()) or text(node) in whole


def _stored_in(node: Node) -> str | None:
    """Return the floating type into which a division goes, by a declaration, a conversion or a return."""
    above = node.parent
    while above is not None and above.type in {"parenthesized_expression", "init_declarator", "variable_declarator",
                                               "expression_list", "argument_list", "return_statement", "block",
                                               "compound_statement", "statement_list"}:  # fmt: skip
        above = above.parent
    kind = text(part(above, "type") or part(above, "function") or part(above, "result"))
    return kind if kind in _FLOATING else None
