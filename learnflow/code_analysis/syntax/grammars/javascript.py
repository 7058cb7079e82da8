"""JavaScript: await and yield in their functions, const with a value, and statements that begin like declarations."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax.grammar import BARE, Frame, Grammar, reserved

_FUNCTIONS: Final = frozenset({
    "function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function",
    "generator_function_declaration", "class_static_block",
})  # fmt: skip


def _function(within: Sequence[Node]) -> Node | None:
    return next((node for node in reversed(within) if node.type in _FUNCTIONS), None)


def _await(node: Node, within: Sequence[Node]) -> str | None:
    del node
    function = _function(within)
    if function is None or any(child.type == "async" for child in function.children):
        return None
    return "`await` stands in a function that is not async"


def _yield(node: Node, within: Sequence[Node]) -> str | None:
    del node
    function = _function(within)
    if function is None or any(child.type == "*" for child in function.children):
        return None
    return "`yield` stands in a function that is no generator"


def _declaration(node: Node, within: Sequence[Node]) -> str | None:
    del within
    kind = node.child_by_field_name("kind")
    for one in node.named_children:
        if one.type == "variable_declarator" and one.child_by_field_name("value") is None:
            name = one.child_by_field_name("name")
            if (kind is not None and kind.type == "const") or (name is not None and name.type.endswith("_pattern")):
                return "this declaration needs a value"
    return None


def _statement(node: Node, within: Sequence[Node]) -> str | None:
    del within
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


def _module_level(node: Node, within: Sequence[Node]) -> str | None:
    del node
    return None if len(within) <= 1 else "this stands at the top of a module only"


GRAMMAR: Final = Grammar(
    module="tree_sitter_javascript",
    frames=(
        BARE,
        Frame("class C {", "}"),
        Frame("(", ")"),
        Frame("({", "})"),
        Frame("switch (x) {", "}"),
    ),
    rules=MappingProxyType({
        "await_expression": _await, "yield_expression": _yield, "lexical_declaration": _declaration,
        "variable_declaration": _declaration, "expression_statement": _statement,
        "import_statement": _module_level, "export_statement": _module_level,
    }),
    reserved=reserved("javascript"),
    semicolons=False,
)  # fmt: skip
