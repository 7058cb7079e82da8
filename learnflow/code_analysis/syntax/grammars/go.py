"""Go: a line that could end a statement does end it, and what `go`, `defer` and `:=` ask for."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

_ENDS: Final = frozenset({
    "identifier", "type_identifier", "field_identifier", "package_identifier", "blank_identifier", "label_name",
    "int_literal", "float_literal", "imaginary_literal", "rune_literal", "true", "false", "nil", "iota", "break",
    "continue", "fallthrough", "return", "++", "--", ")", "]", "}", '"', "`",
})  # fmt: skip
_IN_ONE_LINE: Final = frozenset({
    "literal_value", "argument_list", "special_argument_list", "parameter_list", "type_parameter_list",
    "type_arguments", "parenthesized_expression", "parenthesized_type", "binary_expression", "selector_expression",
    "call_expression", "index_expression", "slice_expression", "keyed_element", "composite_literal",
    "type_assertion_expression", "type_conversion_expression", "parameter_declaration",
})  # fmt: skip
_CLOSERS: Final = frozenset({")", "]", "}"})
_LINES: Final = frozenset({"source_file", "statement_list", "block"})


def neighbours(before: Node, after: Node, within: Sequence[Node]) -> str | None:
    """Go ends a statement at the end of a line, also where the grammar lets it go on."""
    if before.end_point.row == after.start_point.row or before.type not in _ENDS:
        return None
    both = next((node for node in reversed(within) if node.start_byte <= before.start_byte), None)
    if both is None or not (both.type in _IN_ONE_LINE or (after.type == "{" and both.type not in _LINES)):
        return None
    return "`,` is missing at the end of the line" if after.type in _CLOSERS else "the statement ends with the line"


def _call(node: Node, _: Sequence[Node]) -> str | None:
    called = any(child.type == "call_expression" for child in node.named_children)
    return None if called else "`go` and `defer` need a call"


def _body(node: Node, _: Sequence[Node]) -> str | None:
    following = node.next_named_sibling
    apart = node.child_by_field_name("body") is None and following is not None and following.type == "block"
    return "the `{` of a function stands on its line" if apart else None


def _names(node: Node, _: Sequence[Node]) -> str | None:
    left = node.child_by_field_name("left")
    if left is None or all(child.type == "identifier" for child in left.named_children):
        return None
    return "only names can stand before `:=`"


RULES: Final = MappingProxyType({
    "go_statement": _call, "defer_statement": _call,
    "short_var_declaration": _names, "function_declaration": _body, "method_declaration": _body,
})  # fmt: skip
