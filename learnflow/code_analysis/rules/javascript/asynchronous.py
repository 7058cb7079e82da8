"""Causes of wrong results in JavaScript that has to wait: what has not come yet, and nobody waits for."""

from collections.abc import Callable, Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.javascript_tree import called_name, own_functions
from learnflow.code_analysis.syntax_tree import FUNCTIONS, around, given, line, names, of, part, text
from learnflow.domain.phrasing import one_line

_CALLED_BACK: Final = frozenset({"setTimeout", "then", "catch", "addEventListener", "on", "readFile", "get", "finally"})


def _not_awaited(tree: Node) -> Iterator[Cause]:
    own = {*own_functions(tree, later=True), "fetch"}
    for name, value, node in given(tree):
        called = called_name(value) if value is not None and value.type == "call_expression" else ""
        if called in own and not _is_waited_for(tree, name):
            yield _promise(node, called, f"const {name} = await {one_line(text(value))}")
    for call in of(tree, "call_expression"):
        shown = call.parent is not None and call.parent.type == "arguments" and called_name(call.parent.parent) == "log"
        tested = call.parent is not None and call.parent.type in {"parenthesized_expression", "member_expression"}
        if called_name(call) in own - {"fetch"} and (shown or (tested and _is_used(call))):
            yield _promise(call, called_name(call), f"await {one_line(text(call))}")


def _promise(node: Node, called: str, change: str) -> Cause:
    fix = f"Write `{change}` (in an async function or a module), or use `.then(...)`."
    return cause("not-awaited", line(node), name=called, what="a promise", change=fix)


def _is_waited_for(tree: Node, name: str) -> bool:
    """Say whether a promise with a name is waited for, or given to somebody who may do so."""
    code = text(tree)
    if f"await {name}" in code or f"{name}.then" in code or f"return {name}" in code or f"[{name}" in code:
        return True
    return any(
        name in {text(one) for one in call_arguments.named_children} and called_name(call_arguments.parent) != "log"
        for call_arguments in of(tree, "arguments")
    )


def _is_used(call: Node) -> bool:
    """Say whether the value itself is asked for: in a condition, or by a property that no promise has."""
    above = call.parent
    if above is not None and above.type == "member_expression":
        return text(part(above, "property")) not in {"then", "catch", "finally"}
    return above is not None and above.parent is not None and above.parent.type in {"if_statement", "while_statement"}


def _async_for_each(tree: Node) -> Iterator[Cause]:
    for call in of(tree, "call_expression"):
        arguments = part(call, "arguments")
        if (
            called_name(call) == "forEach"
            and arguments
            and any(text(one).startswith("async") for one in arguments.named_children)
        ):
            yield cause("for-each-async", line(call))


def _comes_later(tree: Node) -> Iterator[Cause]:
    declared = {name for name, _, node in given(tree)}
    for made in of(tree, "arrow_function", "function_expression"):
        call = around(made, "call_expression", *FUNCTIONS)
        if call is None or call.type != "call_expression" or called_name(call) not in _CALLED_BACK:
            continue
        statement, scope = around(call, "expression_statement", *FUNCTIONS), around(call, "statement_block", "program")
        if statement is None or statement.type != "expression_statement" or "await" in text(statement)[:6]:
            continue
        changed = {text(part(one, "left")) for one in of(made, "assignment_expression")}
        for name in sorted(declared & changed):
            use = next((one for one in scope.named_children if one.start_byte > statement.end_byte
                        and one.type in {"expression_statement", "return_statement"}
                        and name in names(one) and not _only_inside(one, name)), None) if scope else None  # fmt: skip
            if use is not None:
                yield cause("comes-later", line(use), name=name, first=str(line(call)))


def _only_inside(node: Node, name: str) -> bool:
    """Say whether a name is used only within functions, which run at another time."""
    uses = (one for one in of(node, "identifier") if text(one) == name)
    return all((found := around(one, *FUNCTIONS)) is not None and found.start_byte > node.start_byte for one in uses)


LATER: Final[tuple[Callable[[Node], Iterator[Cause]], ...]] = (_not_awaited, _async_for_each, _comes_later)
