"""Small readings of a syntax tree, for the checks of the languages with braces."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.bounded_parsing import parse, tree_sitter_language
from learnflow.models.vocabulary import Language

FUNCTIONS: Final = frozenset({
    "function_declaration", "function_expression", "arrow_function", "method_definition", "method_declaration",
    "function_definition", "lambda_expression", "func_literal", "function_item",
})  # fmt: skip
LOOPS: Final = frozenset({
    "for_statement", "while_statement", "for_in_statement", "enhanced_for_statement", "for_range_loop", "do_statement",
})  # fmt: skip
_CHANGES: Final = (
    "assignment_expression", "augmented_assignment_expression", "update_expression", "assignment_statement",
    "compound_assignment_expr", "inc_statement", "dec_statement",
)  # fmt: skip
_TARGETS: Final = frozenset({"identifier", "array_pattern", "object_pattern", "expression_list"})
_WRAPPED: Final = frozenset({"parenthesized_expression", "condition_clause", "expression_list"})


_NO_CODE: Final = frozenset({
    "comment", "line_comment", "block_comment", "string_fragment", "string_content", "escape_sequence",
    "interpreted_string_literal_content", "raw_string_literal_content",
})  # fmt: skip


@dataclass(frozen=True)
class SyntaxTree:
    """Code, its language, and the root of its syntax tree."""

    code: str
    language: Language
    root: Node

    @cached_property
    def masked(self) -> str:
        """The code with blanks for its comments and for what stands in strings."""
        plain = bytearray(self.code.encode(errors="replace"))
        for hidden in self.of(*_NO_CODE):
            part = plain[hidden.start_byte : hidden.end_byte]
            plain[hidden.start_byte : hidden.end_byte] = bytes(byte if byte == ord("\n") else ord(" ") for byte in part)
        return plain.decode(errors="replace")

    def of(self, *kinds: str) -> Iterator[Node]:
        """Yield the nodes of some kinds, in the order of the text."""
        numbered = [node for kind in kinds for node in self._by_kind.get(kind, ())]
        return (node for _, node in (numbered if len(kinds) == 1 else sorted(numbered, key=itemgetter(0))))

    @cached_property
    def given(self) -> tuple[tuple[str, Node | None, Node], ...]:
        """Each name that a declaration gives a value or none, with that value and the declaration."""
        return tuple(given(self.root))

    def declares(self, name: str) -> bool:
        """Say whether a declaration of this code makes a name."""
        return any(declared == name for declared, _, _ in self.given)

    @cached_property
    def types(self) -> dict[str, str]:
        """What Java declares each name to be, and the kind of value that it begins as in JavaScript; "" for several."""
        types: dict[str, str] = {}
        for name, declared in _declared_types(self) if self.language is Language.JAVA else _first_values(self):
            types[name] = declared if types.get(name, declared) == declared else ""
        return types

    @cached_property
    def uses(self) -> dict[str, list[Node]]:
        """Where each name stands, in the order of the text."""
        uses: dict[str, list[Node]] = {}
        for node in self.of("identifier", "shorthand_property_identifier"):
            uses.setdefault(text(node), []).append(node)
        return uses

    @cached_property
    def _by_kind(self) -> dict[str, list[tuple[int, Node]]]:
        nodes: dict[str, list[tuple[int, Node]]] = {}
        for number, node in enumerate(walk(self.root)):
            nodes.setdefault(node.type, []).append((number, node))
        return nodes


def read(code: str, language: Language) -> SyntaxTree | None:
    """Return the tree of code, or None where it takes too long to parse."""
    node = root(code, language)
    return SyntaxTree(code, language, node) if node else None


def root(code: str, language: Language) -> Node | None:
    """Return the root of the tree of code, or None where it takes too long to parse."""
    tree = parse(tree_sitter_language(language), code.encode(errors="replace"))
    return tree.root_node if tree else None


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes in it, in the order of the text."""
    waiting = [node]
    while waiting:
        first = waiting.pop()
        yield first
        waiting.extend(reversed(first.children))


def of(node: Node | None, *kinds: str) -> Iterator[Node]:
    """Yield the nodes of some kinds in a node."""
    return (inner for inner in walk(node) if inner.type in kinds) if node else iter(())


def text(node: Node | None) -> str:
    """Return the source of a node."""
    return (node.text or b"").decode(errors="replace") if node else ""


def kind(node: Node | None) -> str:
    """Return the kind of a node."""
    return node.type if node else ""


def line(node: Node) -> int:
    """Return the line of a node, counted from 1."""
    return node.start_point[0] + 1


def part(node: Node | None, name: str) -> Node | None:
    """Return a field of a node."""
    return node.child_by_field_name(name) if node else None


def bare(node: Node | None) -> Node | None:
    """Return what stands in parentheses, however many."""
    while node is not None and node.type in _WRAPPED and node.named_child_count == 1:
        node = node.named_children[0]
    return node


def around(node: Node | None, *kinds: str) -> Node | None:
    """Return the nearest node of some kinds around a node."""
    above = node.parent if node else None
    while above is not None and above.type not in kinds:
        above = above.parent
    return above


def is_in_loop(node: Node) -> bool:
    """Say whether a node is run again in each round of a loop of its own function."""
    return kind(around(node, *LOOPS, *FUNCTIONS)) in LOOPS


def called_name(call: Node | None) -> str:
    """Return the last name of what is called in JavaScript."""
    function = part(call, "function")
    return text(part(function, "property")) or text(function)


def is_statement(node: Node) -> bool:
    """Say whether an expression stands by itself, so that its value is not used."""
    return kind(node.parent) == "expression_statement"


def is_used_after(change: Node, body: Node | None, name: str) -> bool:
    """Say whether a changed name comes again in a body, so that the change may be meant for here only."""
    return any(text(use) == name and use.start_byte > change.end_byte for use in of(body, "identifier"))


def changes(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Yield each variable to which something in a node gives a value, and the change."""
    for change in of(node, *_CHANGES):
        target = part(change, "left") or part(change, "argument") or bare(change.named_children[0])
        for name in names(target) if target and target.type in _TARGETS else ():
            yield name, change


def names(node: Node | None) -> frozenset[str]:
    """Return the names in a node."""
    return frozenset(text(name) for name in of(node, "identifier"))


def given(root_node: Node) -> Iterator[tuple[str, Node | None, Node]]:
    """Yield each name that a declaration gives a value or none, with that value and the declaration."""
    for node in of(root_node, "variable_declarator", "init_declarator", "var_spec", "short_var_declaration"):
        name = part(node, "name") or part(node, "declarator") or part(node, "left")
        yield text(name).lstrip("*& "), bare(part(node, "value") or part(node, "right")), node


def _declared_types(tree: SyntaxTree) -> Iterator[tuple[str, str]]:
    for node in tree.of(
        "local_variable_declaration", "field_declaration", "formal_parameter", "enhanced_for_statement"
    ):
        inner = [part(child, "name") for child in node.named_children if child.type == "variable_declarator"]
        yield from ((text(name), text(part(node, "type"))) for name in inner or [part(node, "name")])


def _first_values(tree: SyntaxTree) -> Iterator[tuple[str, str]]:
    yield from ((name, kind(value)) for name, value, _ in tree.given)
    parameters = [*tree.of("formal_parameters"), *(part(arrow, "parameter") for arrow in tree.of("arrow_function"))]
    yield from ((name, "") for parameter in parameters for name in names(parameter))  # whatever is given
