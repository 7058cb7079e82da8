"""Causes of wrong results in JavaScript: what is called too soon, given back, compared, and shared by a loop."""

from collections.abc import Callable, Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.javascript_tree import called_name, own_functions
from learnflow.code_analysis.syntax_tree import FUNCTIONS, around, given, line, names, of, part, text
from learnflow.domain.phrasing import one_line

_LATER: Final = frozenset({"setTimeout", "setInterval", "then", "addEventListener", "push"})
_OF_ARRAYS: Final = frozenset({"concat", "filter", "slice", "toSorted", "toReversed"})
_IN_PLACE: Final = frozenset({"push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill"})
_GIVING: Final = frozenset({"map", "filter", "find", "some", "every", "reduce", "findIndex", "flatMap", "sort"})
_NEW: Final = frozenset({
    "toUpperCase", "toLowerCase", "trim", "replace", "replaceAll", "padStart", "padEnd", "substring", "trimEnd",
    "trimStart", "concat", "filter", "slice", "toSorted", "toReversed", "toFixed",
})  # fmt: skip
_TIMED: Final = frozenset({"setTimeout", "setInterval", "addEventListener", "on"})
_OBJECTS: Final = frozenset({"array", "object"})


def _called_too_soon(tree: Node) -> Iterator[Cause]:
    plain = {name for name, one in own_functions(tree, later=False).items() if not list(of(one, "return_statement"))}
    for call in of(tree, "call_expression"):
        arguments = part(call, "arguments")
        if arguments is None or called_name(call) not in {"addEventListener", "setTimeout", "setInterval"}:
            continue
        for one in arguments.named_children:
            called = called_name(one) if one.type == "call_expression" else ""
            if called in plain:
                change = called if text(part(one, "arguments")) == "()" else f"() => {one_line(text(one))}"
                yield cause("called-too-soon", line(one), name=called, call=called_name(call), change=change)


def _other_this(tree: Node) -> Iterator[Cause]:
    for made in of(tree, "function_expression"):
        call, method = around(made, "call_expression", *FUNCTIONS), around(made, "method_definition")
        if method is None or call is None or call.type != "call_expression" or "bind(this" in text(call.parent):
            continue
        use = next((one for one in of(made, "this") if around(one, *FUNCTIONS) == made), None)
        arguments = part(call, "arguments")
        own = arguments is not None and len(arguments.named_children) > 1 and called_name(call) not in _TIMED
        if use is not None and not own:  # a second argument may say what `this` is
            yield cause("other-this", line(use), call=called_name(call))


def _braces_without_return(tree: Node) -> Iterator[Cause]:
    for made in of(tree, "arrow_function", "function_expression"):
        body, call = part(made, "body"), made.parent.parent if made.parent else None
        if body is None or body.type != "statement_block" or call is None or called_name(call) not in _GIVING:
            continue
        own = [one for one in of(body, "return_statement", "throw_statement") if around(one, *FUNCTIONS) == made]
        only = body.named_children[0] if body.named_child_count == 1 else None
        if not own and only is not None and only.type == "expression_statement" and _is_value(only):
            change = f"{text(part(made, 'parameter') or part(made, 'parameters'))} => {text(only).rstrip(';')}"
            yield cause("braces-without-return", line(made), call=called_name(call), change=one_line(change))


def _is_value(statement: Node) -> bool:
    """Say whether a statement only works out a value."""
    inner = statement.named_children[0]
    return inner.type not in {"assignment_expression", "update_expression", "augmented_assignment_expression",
                              "await_expression"} and called_name(inner) not in {"log", "push"}  # fmt: skip


def _result_lost(tree: Node) -> Iterator[Cause]:
    for statement in of(tree, "expression_statement"):
        call = statement.named_children[0] if statement.named_children else None
        if call is None or call.type != "call_expression" or called_name(call) not in _NEW:
            continue
        owner = part(part(call, "function"), "object")
        if owner is not None and owner.type in {"identifier", "member_expression"}:
            change, called = one_line(f"{text(owner)} = {text(call)}"), called_name(call)
            about = "lists" if called in _OF_ARRAYS else "strings"
            yield cause("result-lost", line(call), about=about, name=called, owner=one_line(text(owner)), change=change)


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


def _compares_objects(tree: Node) -> Iterator[Cause]:
    made = {name for name, value, _ in given(tree) if value is not None and value.type in _OBJECTS}
    for node in of(tree, "binary_expression"):
        sides = [one for one in (part(node, "left"), part(node, "right")) if one is not None]
        literal = [one.type in _OBJECTS for one in sides]
        known = [text(one) in made for one in sides]
        if text(part(node, "operator")) in {"==", "===", "!=", "!=="} and (any(literal) or all(known)):
            yield cause("compares-objects", line(node), name=one_line(text(node)))


def _same_object(tree: Node) -> Iterator[Cause]:
    made = {name for name, value, _ in given(tree) if value is not None and value.type in _OBJECTS}
    changed = {_changed(one) for one in of(tree, "call_expression", "assignment_expression")}
    for new, value, node in given(tree):
        old = text(value)
        if old in made and value is not None and value.type == "identifier" and changed & {new, old}:
            yield cause("same-object", line(node), name=new, other=old, copy=f"[...{old}]` or `{{...{old}}}")


def _changed(node: Node) -> str:
    """Return the name of the array or object that a call or an assignment changes in place, "" for none."""
    if node.type == "call_expression":
        return text(part(part(node, "function"), "object")) if called_name(node) in _IN_PLACE else ""
    left = part(node, "left")
    return text(part(left, "object")) if left is not None and left.type != "identifier" else ""


def _shared_var(tree: Node) -> Iterator[Cause]:
    for loop in of(tree, "for_statement", "for_in_statement"):
        start = part(loop, "initializer")
        declared = names(start) if start is not None and start.type == "variable_declaration" else frozenset()
        if loop.type == "for_in_statement" and text(part(loop, "kind")) == "var":
            declared = names(part(loop, "left"))
        for made in of(part(loop, "body") or loop, "arrow_function", "function_expression"):
            called = called_name(around(made, "call_expression"))
            used = declared & names(part(made, "body"))
            if used and called in _LATER:
                fix = "Declare it by `let` in the head of the loop: then each round has a variable of its own."
                yield cause("late-binding", line(made), name=min(used), change=fix)
                break


def _no_return(tree: Node) -> Iterator[Cause]:
    plain = {
        name: one for name, one in own_functions(tree, later=False).items()
        if (body := part(one, "body")) is not None and body.type == "statement_block"
        and not [back for back in of(body, "return_statement", "throw_statement") if around(back, *FUNCTIONS) == one]
    }  # fmt: skip
    for call in of(tree, "call_expression"):
        above = call.parent
        wanted = above is not None and (above.type in {"variable_declarator", "binary_expression"} or (
            above.type == "arguments" and called_name(above.parent) == "log"))  # fmt: skip
        if wanted and text(part(call, "function")) in plain:
            yield cause("no-return", line(call), name=called_name(call))


def _return_alone(tree: Node) -> Iterator[Cause]:
    for node in of(tree, "return_statement"):
        following = node.next_named_sibling
        if (
            not node.named_children
            and following is not None
            and following.type == "expression_statement"
            and (following.start_point[0] == node.start_point[0] + 1)
        ):
            yield cause("return-alone", line(node), change=one_line(f"return {text(following)}"))


JAVASCRIPT: Final[tuple[Callable[[Node], Iterator[Cause]], ...]] = (
    _called_too_soon, _other_this, _braces_without_return, _result_lost, _sorts_as_text, _compares_objects,
    _same_object, _shared_var, _no_return, _return_alone,
)  # fmt: skip
