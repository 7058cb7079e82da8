"""What the grammars of the languages let pass and their compilers do not: rules on single nodes, and on neighbours."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.bounded_parsing import parse, tree_sitter_language
from learnflow.models.vocabulary import Language

Rule = Callable[[Node, Sequence[Node]], str | None]

_JS_FUNCTIONS: Final = frozenset({
    "function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function",
    "generator_function_declaration", "class_static_block",
})  # fmt: skip
_JS_LEADING: Final = frozenset({
    "member_expression", "call_expression", "binary_expression", "assignment_expression", "sequence_expression",
    "subscript_expression", "ternary_expression", "update_expression", "augmented_assignment_expression",
})  # fmt: skip
_FRAME_CLASS: Final = b"__"  # in Java's frames
_NOT_OF_CONSTRUCTORS: Final = frozenset({"static", "abstract", "final", "synchronized", "native", "default"})
_JAVA_STATEMENTS: Final = frozenset({
    "assignment_expression", "update_expression", "method_invocation", "object_creation_expression",
    "switch_expression", "line_comment", "block_comment",
})  # fmt: skip
_GO_ENDS: Final = frozenset({
    "identifier", "type_identifier", "field_identifier", "package_identifier", "blank_identifier", "label_name",
    "int_literal", "float_literal", "imaginary_literal", "rune_literal", "true", "false", "nil", "iota", "break",
    "continue", "fallthrough", "return", "++", "--", ")", "]", "}", '"', "`",
})  # fmt: skip
_GO_IN_ONE_LINE: Final = frozenset({
    "literal_value", "argument_list", "special_argument_list", "parameter_list", "type_parameter_list",
    "type_arguments", "parenthesized_expression", "parenthesized_type", "binary_expression", "selector_expression",
    "call_expression", "index_expression", "slice_expression", "keyed_element", "composite_literal",
    "type_assertion_expression", "type_conversion_expression", "parameter_declaration",
})  # fmt: skip
_GO_CLOSERS: Final = frozenset({")", "]", "}"})
_GO_LINES: Final = frozenset({"source_file", "statement_list", "block"})
_RUST_MACROS_LIKE_CALLS: Final = frozenset({
    b"print", b"println", b"eprint", b"eprintln", b"format", b"write", b"writeln", b"panic", b"assert", b"assert_eq",
    b"assert_ne", b"debug_assert", b"dbg", b"todo", b"unimplemented", b"unreachable", b"vec",
})  # fmt: skip


def _only_in(sign: str, says: str) -> Rule:
    """Return the rule that the function around a node has a sign, such as `async`."""

    def rule(_: Node, within: Sequence[Node]) -> str | None:
        function = next((node for node in reversed(within) if node.type in _JS_FUNCTIONS), None)
        return None if function is None or any(child.type == sign for child in function.children) else says

    return rule


def _js_declaration(node: Node, _: Sequence[Node]) -> str | None:
    kind = node.child_by_field_name("kind")
    for one in node.named_children:
        if one.type == "variable_declarator" and one.child_by_field_name("value") is None:
            name = one.child_by_field_name("name")
            if (kind is not None and kind.type == "const") or (name is not None and name.type.endswith("_pattern")):
                return "this declaration needs a value"
    return None


def _js_statement(node: Node, _: Sequence[Node]) -> str | None:
    first = node.named_child(0)
    while first is not None and first.child_count and first.type in _JS_LEADING:
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


def _module_level(_: Node, within: Sequence[Node]) -> str | None:
    return None if len(within) <= 1 else "this stands at the top of a module only"


def _java_statement(node: Node, within: Sequence[Node]) -> str | None:
    if within and within[-1].type == "switch_rule":  # its value
        return None
    first = node.named_child(0)
    return None if first is None or first.type in _JAVA_STATEMENTS else "this is no statement: its value goes nowhere"


def _character(node: Node, _: Sequence[Node]) -> str | None:
    text = (node.text or b"").decode()[1:-1]
    return None if len(text) == 1 or text.startswith("\\") else "more than one character needs double quotes"


def _constructor(node: Node, within: Sequence[Node]) -> str | None:
    """A method without its type reads like a constructor; but that has the name of its class, and few modifiers."""
    name, around = node.child_by_field_name("name"), within[-2].child_by_field_name("name")
    named = around is None or name is None or around.text in (name.text, _FRAME_CLASS)
    modifiers = next((child for child in node.children if child.type == "modifiers"), None)
    plain = modifiers is None or not any(child.type in _NOT_OF_CONSTRUCTORS for child in modifiers.children)
    if named and plain and within[-2].type != "object_creation_expression":
        return None
    return "this method needs a type"


def _go_neighbours(before: Node, after: Node, within: Sequence[Node]) -> str | None:
    """Go ends a statement at the end of a line, also where the grammar lets it go on."""
    if before.end_point.row == after.start_point.row or before.type not in _GO_ENDS:
        return None
    both = next((node for node in reversed(within) if node.start_byte <= before.start_byte), None)
    if both is None or not (both.type in _GO_IN_ONE_LINE or (after.type == "{" and both.type not in _GO_LINES)):
        return None
    return "`,` is missing at the end of the line" if after.type in _GO_CLOSERS else "the statement ends with the line"


def _go_call(node: Node, _: Sequence[Node]) -> str | None:
    called = any(child.type == "call_expression" for child in node.named_children)
    return None if called else "`go` and `defer` need a call"


def _go_body(node: Node, _: Sequence[Node]) -> str | None:
    following = node.next_named_sibling
    apart = node.child_by_field_name("body") is None and following is not None and following.type == "block"
    return "the `{` of a function stands on its line" if apart else None


def _go_names(node: Node, _: Sequence[Node]) -> str | None:
    left = node.child_by_field_name("left")
    if left is None or all(child.type == "identifier" for child in left.named_children):
        return None
    return "only names can stand before `:=`"


def _macro(node: Node, _: Sequence[Node]) -> str | None:
    name, tokens = node.child_by_field_name("macro"), node.named_child(node.named_child_count - 1)
    if name is None or tokens is None or name.text not in _RUST_MACROS_LIKE_CALLS:
        return None
    inside = (tokens.text or b"")[1:-1]
    readings = [b"fn f() { f(%b\n); }" % inside]
    if name.text == b"vec":
        readings.append(b"fn f() { [%b\n]; }" % inside)  # [0; 10]
    if any(_is_read(text) for text in readings):
        return None
    return f"the arguments of `{name.text.decode()}!` cannot be read"


def _is_read(text: bytes) -> bool:
    tree = parse(tree_sitter_language(Language.RUST), text)
    return tree is not None and not tree.root_node.has_error


RULES: Final[Mapping[Language, Mapping[str, Rule]]] = MappingProxyType({
    Language.JAVASCRIPT: {
        "await_expression": _only_in("async", "`await` stands in a function that is not async"),
        "yield_expression": _only_in("*", "`yield` stands in a function that is no generator"),
        "lexical_declaration": _js_declaration,
        "variable_declaration": _js_declaration,
        "expression_statement": _js_statement,
        "import_statement": _module_level,
        "export_statement": _module_level,
    },
    Language.JAVA: {
        "expression_statement": _java_statement,
        "character_literal": _character,
        "constructor_declaration": _constructor,
    },
    Language.GO: {
        "go_statement": _go_call,
        "defer_statement": _go_call,
        "short_var_declaration": _go_names,
        "function_declaration": _go_body,
        "method_declaration": _go_body,
    },
    Language.RUST: {"macro_invocation": _macro},
})  # C++'s grammar lets pass nothing that is looked for
NEIGHBOURS: Final = MappingProxyType({Language.GO: _go_neighbours})
