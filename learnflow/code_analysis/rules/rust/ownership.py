"""Faults of ownership in Rust that can be seen on the syntax tree: where a value went, and who still uses it."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.python_tree import Fault
from learnflow.code_analysis.syntax_tree import around, line, of, part, text
from learnflow.domain.phrasing import one_line

_OWNED: Final = re.compile(
    r"vec!|format!|(?:String|Vec|Box|HashMap|HashSet|BTreeMap)::|.*\.(?:to_string|to_owned|collect|clone)(?:::<.*>)?\(\)$"
)
_OWNED_TYPE: Final = re.compile(r"(?:String|Vec|Box|HashMap|HashSet|BTreeMap)\b")


def moved(tree: Node, error: str) -> Iterator[Fault]:
    """Yield each value that is used after a call, an assignment or a loop has taken it."""
    for function in of(tree, "function_item"):
        owned = frozenset(_owned(function))
        for taken in of(function, "identifier"):
            by = _taken_by(taken) if text(taken) in owned else None
            use = _next_use(function, taken) if by else None
            if by is not None and use is not None:
                yield _fault(error, taken, by, use)


def _owned(function: Node) -> Iterator[str]:
    """Yield the names that own a value which is moved and not copied."""
    for one in of(function, "let_declaration", "parameter"):
        if _OWNED_TYPE.match(text(part(one, "type"))) or _OWNED.match(text(part(one, "value"))):
            yield text(part(one, "pattern")).removeprefix("mut ")


def _taken_by(name: Node) -> Node | None:
    """Return the call, the declaration or the loop that takes a value by its bare name."""
    above = name.parent
    if above is None:
        return None
    if above.type == "arguments":
        return above.parent
    return above if above.type in {"let_declaration", "for_expression"} and part(above, "value") == name else None


def _next_use(function: Node, taken: Node) -> Node | None:
    """Return what uses a name next, unless that gets a new value first."""
    in_text = re.compile(rf"\{{{re.escape(text(taken))}\b")
    for one in of(function, "identifier", "string_content"):
        named = text(one) == text(taken) if one.type == "identifier" else in_text.search(text(one))
        if named and one.start_byte >= taken.end_byte:
            set_anew = one.parent is not None and one in (part(one.parent, "left"), part(one.parent, "pattern"))
            return None if set_anew else one
    return None


def _fault(error: str, taken: Node, by: Node, use: Node) -> Fault:
    name, function = text(taken), one_line(text(part(by, "function")), 40)
    into = f"the call of `{function}`" if function else "the loop" if by.type == "for_expression" else "a new name"
    fix = f"Lend it instead, `&{name}`, or hand over a copy on purpose, `{name}.clone()`."
    if function and around(taken, "call_expression") == by:
        fix += f" To be lent, `{function}` must take a reference: `&` before the type of its parameter."
    says = f"`{name}` is moved into {into} in line {line(taken)}, so here it may not be used any more."
    return Fault(error, line(use), says, fix=fix)
