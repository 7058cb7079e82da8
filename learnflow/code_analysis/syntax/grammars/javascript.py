"""JavaScript: await and yield in their functions, const with a value, and statements that begin like declarations."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax.grammar import Rule

_FUNCTIONS: Final = frozenset({
    "function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function",
    "generator_function_declaration", "class_static_block",
})  # fmt: skip


def _only_in(sign: str, says: str) -> Rule:
    """Return the rule that the function around a node has a sign, such as `async`."""

    def rule(_: Node, within: Sequence[Node]) -> str | None:
        function = next((node for node in reversed(within) if node.type in _FUNCTIONS), None)
        return None if function is None or any(child.type == sign for child in function.children) else says

    return rule


def _declaration(node: Node, _: Sequence[Node]) -> str | None:
    kind = node.child_by_field_name("kind")
    for one in node.named_children:
        if one.type == "variable_declarator" and one.child_by_field_name("value") is None:
            name = one.child_by_field_name("name")
            if (kind is not None and kind.type == "const") or (name is not None and name.type.endswith("_pattern")):
                return "this declaration needs a value"
    return None


def _statement(node: Node, _: Sequence[Node]) -> str | None:
    first = node.named_child(0)
    while first is not None and first.child_count and first.type in _LEADING:
        first = first.child(0)
    if first is None:
        return None
    if first.type in ("function_expression", "generator_function") and first.child_by_field_name("name") is None:
        return "this function needs a name"
    if first.type == "class" and first.child_by_field_name("name") is None:
        return "this class needs a name"
    kinds = [child.type for child in first.named_children if child.type != "comment"]
    if first.type == "object" and kinds != ["pair"] and set(kinds) - {"shorthand_property_identifier"}:
        return "a statement that begins with `{` is a block and no object"
    return None


_LEADING: Final = frozenset({
    "member_expression", "call_expression", "binary_expression", "assignment_expression", "sequence_expression",
    "subscript_expression", "ternary_expression", "update_expression", "augmented_assignment_expression",
})  # fmt: skip


def _module_level(_: Node, within: Sequence[Node]) -> str | None:
    return None if len(within) <= 1 else "this stands at the top of a module only"


RULES: Final = MappingProxyType({
    "await_expression": _only_in("async", "`await` stands in a function that is not async"),
    "yield_expression": _only_in("*", "`yield` stands in a function that is no generator"),
    "lexical_declaration": _declaration,
    "variable_declaration": _declaration,
    "expression_statement": _statement,
    "import_statement": _module_level,
    "export_statement": _module_level,
})
