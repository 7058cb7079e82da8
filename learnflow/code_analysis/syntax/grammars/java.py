"""Java: what stands as a statement, what a constructor is, and characters of one character."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

_CLASS: Final = b"__"  # of the frames
_NOT_CONSTRUCTORS: Final = frozenset({"static", "abstract", "final", "synchronized", "native", "default"})
_STATEMENTS: Final = frozenset({
    "assignment_expression", "update_expression", "method_invocation", "object_creation_expression",
    "switch_expression", "line_comment", "block_comment",
})  # fmt: skip


def _statement(node: Node, within: Sequence[Node]) -> str | None:
    if within and within[-1].type == "switch_rule":  # its value
        return None
    first = node.named_child(0)
    return None if first is None or first.type in _STATEMENTS else "this is no statement: its value goes nowhere"


def _character(node: Node, _: Sequence[Node]) -> str | None:
    text = (node.text or b"").decode()[1:-1]
    return None if len(text) == 1 or text.startswith("\\") else "more than one character needs double quotes"


def _constructor(node: Node, within: Sequence[Node]) -> str | None:
    """A method without its type reads like a constructor; but that has the name of its class, and few modifiers."""
    name, around = node.child_by_field_name("name"), within[-2].child_by_field_name("name")
    named = around is None or name is None or around.text in (name.text, _CLASS)
    modifiers = next((child for child in node.children if child.type == "modifiers"), None)
    plain = modifiers is None or not any(child.type in _NOT_CONSTRUCTORS for child in modifiers.children)
    if named and plain and within[-2].type != "object_creation_expression":
        return None
    return "this method needs a type"


RULES: Final = MappingProxyType({
    "expression_statement": _statement,
    "character_literal": _character,
    "constructor_declaration": _constructor,
})
