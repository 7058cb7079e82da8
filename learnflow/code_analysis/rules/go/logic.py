"""Causes of wrong results in Go: who waits for whom, what is shared, and what is only a copy."""

from collections.abc import Callable, Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.syntax_tree import FUNCTIONS, around, bare, given, line, of, part, text
from learnflow.domain.phrasing import one_line

_WAITS: Final = (".Wait()", "<-", "time.Sleep", "select", "range ", ".Lock()", "ListenAndServe", "Scan", "for {")
_PAIR: Final = 2  # an index and an item
_CHANGES: Final = ("assignment_statement", "inc_statement", "dec_statement")


def _goes_on(node: Node) -> bool:
    """Say whether a node runs in a goroutine or a function of its own."""
    return around(node, "go_statement", "func_literal") is not None


def _channels(tree: Node) -> Iterator[str]:
    """Yield the names of channels that hold nothing."""
    for name, value, _ in given(tree):
        made = text(value).replace(" ", "")
        if made.startswith("make(chan") and "," not in made:
            yield name


def _nobody_receives(tree: Node) -> Iterator[Cause]:
    for name in _channels(tree):
        for send in of(tree, "send_statement"):
            if text(part(send, "channel")) != name or _goes_on(send):
                continue
            function = around(send, "function_declaration")
            started = (one for one in of(function or tree, "go_statement") if one.start_byte < send.start_byte)
            in_main = text(part(function, "name")) == "main"
            if in_main and not any(name in text(one) for one in started):
                change = f"go func() {{ {one_line(text(send))} }}()"
                yield cause("nobody-receives", line(send), name=name, change=change)
                break


def _never_closed(tree: Node) -> Iterator[Cause]:
    code = text(tree)
    for loop in of(tree, "range_clause"):
        function = around(loop, *FUNCTIONS)
        if text(part(function, "name")) != "main":  # a worker may wait for good
            continue
        name = text(part(loop, "right"))
        if name in {one for one, value, _ in given(tree) if "make(chan" in text(value)} and "close(" not in code:
            yield cause("never-closed", line(loop), name=name)


def _not_waited(tree: Node) -> Iterator[Cause]:
    for function in of(tree, "function_declaration"):
        if text(part(function, "name")) != "main":
            continue
        started = list(of(function, "go_statement"))
        if started and not any(sign in _without(function, started) for sign in _WAITS):
            yield cause("not-waited", line(started[0]), name=one_line(text(started[0]).partition("{")[0]))


def _without(function: Node, started: list[Node]) -> str:
    """Return the text of a function from its first goroutine on, without the goroutines."""
    rest = text(function)
    for one in started:
        rest = rest.replace(text(one), "")
    return rest


def _raced(tree: Node) -> Iterator[Cause]:
    for go in of(tree, "go_statement"):
        code = text(go)
        if ".Lock()" in code or "atomic." in code or "<-" in code or around(go, *FUNCTIONS) is None:
            continue
        literal = next(of(go, "func_literal"), None)
        own = {text(name) for one in of(go, "short_var_declaration", "parameter_declaration", "var_spec")
               for name in of(one, "identifier")}  # fmt: skip
        for one in of(literal, *_CHANGES) if literal else ():
            target = text(part(one, "left") or (one.named_children[0] if one.named_children else None))
            looped = around(go, "for_statement") is not None
            if target.isidentifier() and target not in own and looped:
                yield cause("raced", line(one), name=target)
                return


def _shares_array(tree: Node) -> Iterator[Cause]:
    parts = {
        name: text(part(value, "operand")) for name, value, _ in given(tree)
        if value is not None and value.type == "slice_expression"
    }  # fmt: skip
    for node in of(tree, *_CHANGES):
        left = bare(part(node, "left"))
        item = part(left, "operand") if left is not None and left.type == "index_expression" else None
        target = text(item or left)
        if target in parts and (item is not None or text(part(node, "right")).startswith(f"append({target},")):
            yield cause("shares-array", line(node), name=target, other=parts[target],
                        change=f"{target} := slices.Clone({parts[target]}[...])")  # fmt: skip
            return


def _copy_changed(tree: Node) -> Iterator[Cause]:
    for method in of(tree, "method_declaration"):
        receiver = next(of(part(method, "receiver") or method, "parameter_declaration"), None)
        name, kind = text(part(receiver, "name")), text(part(receiver, "type"))
        body = part(method, "body")
        if not name or kind.startswith("*") or part(method, "result") is not None or body is None:
            continue
        called = text(part(method, "name"))
        for one in of(body, *_CHANGES):
            target = text(one)
            if target.startswith(f"{name}.") and "[" not in target.partition("=")[0]:
                change = f"Take a pointer as receiver: `func ({name} *{kind}) {called}(...)`."
                yield cause("copy-changed", line(one), name=name, function=called, change=change)
                break


def _slice_kept(tree: Node) -> Iterator[Cause]:
    for function in of(tree, "function_declaration"):
        own = {
            text(part(one, "name")) for one in of(part(function, "parameters") or function, "parameter_declaration")
            if text(part(one, "type")).startswith("[]")
        }  # fmt: skip
        body = part(function, "body")
        for one in of(body, "assignment_statement") if body and part(function, "result") is None else ():
            name = text(part(one, "left"))
            later = body is not None and any(
                text(use) == name for use in of(body, "identifier") if use.start_byte > one.end_byte
            )
            if name in own and text(part(one, "right")).startswith("append(") and not later:
                called = text(part(function, "name"))
                yield cause("copy-changed", line(one), name=name, function=called,
                            change=f"Return it, and keep the result: `{name} = {called}({name}, ...)`.")  # fmt: skip
                break


def _range_copy(tree: Node) -> Iterator[Cause]:
    for loop in of(tree, "for_statement"):
        clause = next((one for one in loop.named_children if one.type == "range_clause"), None)
        left = part(clause, "left")
        body = part(loop, "body")
        if left is None or body is None or len(left.named_children) != _PAIR:
            continue
        name, items = text(left.named_children[1]), text(part(clause, "right"))
        for one in of(body, *_CHANGES):
            target = text(part(one, "left") or one.named_children[0])
            later = any(text(use) == name for use in of(body, "identifier") if use.start_byte > one.end_byte)
            if (target == name or target.startswith(f"{name}.")) and not later and "[]*" not in text(tree):
                yield cause("item-only", line(one), name=name, items=items,
                            change=f"use the index, `{items}[i]`")  # fmt: skip
                break


def _wait_group_copied(tree: Node) -> Iterator[Cause]:
    for one in of(tree, "parameter_declaration"):
        if text(part(one, "type")) in {"sync.WaitGroup", "sync.Mutex"}:
            yield cause("lock-copied", line(one), name=text(part(one, "name")), kind=text(part(one, "type")))


def _hidden_fields(tree: Node) -> Iterator[Cause]:
    if "json." not in text(tree):
        return
    for field in of(tree, "field_declaration"):
        name = part(field, "name")
        if name is not None and text(name)[:1].islower():
            yield cause("hidden-field", line(field), name=text(name), change=text(name)[:1].upper() + text(name)[1:])
            return


GO: Final[tuple[Callable[[Node], Iterator[Cause]], ...]] = (
    _nobody_receives, _never_closed, _not_waited, _raced, _shares_array, _copy_changed, _slice_kept, _range_copy,
    _wait_group_copied, _hidden_fields,
)  # fmt: skip
