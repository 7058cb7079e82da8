"""The outline of a JavaScript program."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import part, root, text
from learnflow.models.vocabulary import Language
from learnflow.sandbox.outline import Function, Outline, reached

_READS: Final = re.compile(r"process\.stdin|readFile(?:Sync)?\(\s*(?:0\b|['\"]/dev/stdin)|createInterface")
_READING: Final = "process.stdin"
_FUNCTIONS: Final = frozenset({"function_declaration", "generator_function_declaration"})
_VALUES: Final = frozenset({"arrow_function", "function_expression", "generator_function"})
_DECLARATIONS: Final = frozenset({"class_declaration", "lexical_declaration", "variable_declaration"}) | _FUNCTIONS
_DEFINING: Final = _DECLARATIONS | {"comment", "empty_statement", "hash_bang_line", "import_statement"}


def javascript_outline(code: str) -> Outline:
    """Return the outline of a JavaScript program; of code that does not parse, what the parser makes of it."""
    tree = root(code, Language.JAVASCRIPT)
    if tree is None:
        return Outline()
    statements = [inner for node in tree.children for inner in _bare(node)]
    named = [item for node in statements for item in _functions(node)]
    functions = tuple(_function(name, node) for name, node in named)
    definitions = {node.id for _, node in named}
    acting = [node for node in statements if node.type not in _DEFINING and not _is_export(node)]
    loose = [node for node in statements if node.type != "class_declaration"]
    names = frozenset(name for node in loose for name in _names(node, definitions))
    return Outline(functions, _READING in reached(names, functions), acts=bool(acting))


def _bare(node: Node) -> Iterator[Node]:
    """Yield a statement without its export."""
    inner = (part(node, "declaration") or part(node, "value")) if node.type == "export_statement" else node
    if inner:
        yield inner


def _functions(node: Node) -> Iterator[tuple[str, Node]]:
    if node.type in _FUNCTIONS or node.type in _VALUES:
        yield text(part(node, "name")) or "default", node
    elif _is_export(node):
        yield from _exported(part(node.children[0], "right"))
    for child in node.named_children if node.type in ("lexical_declaration", "variable_declaration") else ():
        name, value = part(child, "name"), part(child, "value")
        if name and value and value.type in _VALUES:
            yield text(name), value


def _exported(value: Node | None) -> Iterator[tuple[str, Node]]:
    """Yield the functions that stand in `module.exports = …` itself."""
    if value and value.type in _VALUES:
        yield text(part(value, "name")) or "default", value
    for pair in value.named_children if value and value.type == "object" else ():
        inner = part(pair, "value")
        if inner and pair.type == "pair" and inner.type in _VALUES:
            yield text(part(pair, "key")).strip("'\""), inner
        elif pair.type == "method_definition":
            yield text(part(pair, "name")), pair


def _is_export(node: Node) -> bool:
    return node.type == "expression_statement" and text(node).startswith(("module.exports", "exports."))


def _function(name: str, node: Node) -> Function:
    single, listed = part(node, "parameter"), part(node, "parameters")
    given = [single] if single else listed.named_children if listed else []
    plain = [parameter for parameter in given if parameter.type not in ("rest_pattern", "comment")]
    return Function(
        name,
        tuple(text(part(parameter, "left") or parameter) for parameter in plain),
        sum(1 for parameter in plain if parameter.type != "assignment_pattern"),
        variadic=any(parameter.type == "rest_pattern" for parameter in given),
        takes_list=len(plain) == 1 and plain[0].type == "array_pattern",
        returns=_returns(node),
        names=frozenset(_names(node, set())),
    )


def _returns(node: Node) -> bool | None:
    body = part(node, "body")
    if body is None or node.type.startswith("generator"):
        return None if body is None else True
    values = list(_returned(body)) if body.type == "statement_block" else [body]
    if not values:
        return False
    return None if all(value.type in ("call_expression", "await_expression") for value in values) else True


def _returned(node: Node) -> Iterator[Node]:
    for child in node.named_children:
        if child.type == "return_statement":
            yield from child.named_children
        elif child.type not in _VALUES and child.type not in _FUNCTIONS and child.type != "class_declaration":
            yield from _returned(child)


def _names(node: Node, apart: set[int]) -> Iterator[str]:
    """Yield the names in a part of a program, but not those in the parts that are looked at on their own."""
    if node.id in apart:
        return
    if node.type in ("identifier", "shorthand_property_identifier"):
        yield text(node)
    elif node.type in ("call_expression", "member_expression") and _READS.search(text(node)[:200]):
        yield _READING
    for child in node.named_children:
        yield from _names(child, apart)
