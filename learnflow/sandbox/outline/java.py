"""The outline of a Java program, and the class around a snippet that has none."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import kind, of, part, root, text
from learnflow.models.vocabulary import Language
from learnflow.sandbox.outline import Function, Outline

_TYPES: Final = frozenset(f"{kind}_declaration" for kind in ("class", "interface", "enum", "record", "annotation_type"))
_HEAD: Final = frozenset({"import_declaration", "package_declaration"})
_COMMENTS: Final = frozenset({"line_comment", "block_comment"})
_MEMBERS: Final = frozenset({"method_declaration", "field_declaration", "constructor_declaration"}) | _TYPES
_LISTS: Final = ("List", "ArrayList", "Collection", "Iterable", "Set", "Deque", "Queue")
_MAIN: Final = "main"


def java_outline(code: str) -> Outline:
    """Return the outline of a Java program; of code that does not parse, what the parser makes of it."""
    tree = root(code, Language.JAVA)
    if tree is None:
        return Outline()
    methods = list(_methods(tree))
    has_main = any(text(part(method, "name")) == _MAIN for method in methods)
    has_statements = not has_main and _loose_statements(tree) is not None
    called = [method for method in methods if text(part(method, "name")) != _MAIN]
    accessible = [method for method in called if "private" not in text(method.child(0))]
    functions = tuple(_function(method) for method in accessible or called)
    acts = has_main or has_statements
    return Outline(functions, reads_input=acts and ("System.in" in code or "IO.readln" in code), acts=acts)


def with_main_class(code: str) -> str:
    """Return code as a compilation unit: methods get a class, statements a main; every line keeps its number."""
    tree = root(code, Language.JAVA)
    if tree is None:
        return code
    parts = [node for node in tree.children if node.type not in _HEAD | _COMMENTS]
    if not parts or all(node.type in _TYPES or node.is_extra for node in parts):
        return code
    data = code.encode("utf-8", "replace")
    place = _loose_statements(tree)
    if place is not None:
        start, end = place
        inner = b"public static void main(String[] args) throws Exception { "
        data = data[:start] + inner + data[start:end] + b"\n}" + data[end:]
    head = max((node.end_byte for node in tree.children if node.type in _HEAD), default=0)
    return (data[:head] + b" public class Main { " + data[head:] + b"\n}").decode("utf-8", "replace")


def _loose_statements(tree: Node) -> tuple[int, int] | None:
    """Return where the statements outside of any method begin and end (bytes), or None without any."""
    loose = [node for node in tree.children if node.type not in _HEAD | _COMMENTS | _MEMBERS and node.type != "ERROR"]
    declaring = all(node.type == "local_variable_declaration" for node in loose)
    if not loose or (declaring and any(node.type == "method_declaration" for node in tree.children)):
        return None  # fields of the methods beside them
    places = [index for index, node in enumerate(tree.children) if node in loose]
    members = {index for index, node in enumerate(tree.children) if node.type in _MEMBERS}
    if any(members & set(range(start, end)) for start, end in pairwise(places)):
        return None  # no single main holds them
    return loose[0].start_byte, loose[-1].end_byte


def _methods(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.type == "method_declaration":
            yield child
        elif child.type in _TYPES or child.type.endswith("_body") or child.type == "enum_body_declarations":
            yield from _methods(child)


def _function(method: Node) -> Function:
    listed = part(method, "parameters")
    parameters = listed.named_children if listed else []
    given = [parameter for parameter in parameters if parameter.type == "formal_parameter"]
    return Function(
        text(part(method, "name")),
        tuple(text(part(parameter, "name")) for parameter in given),
        len(given),
        variadic=any(parameter.type == "spread_parameter" for parameter in parameters),
        takes_list=len(given) == 1 and _is_list(given[0]),
        returns=text(part(method, "type")) != "void",
        names=frozenset(text(part(call, "name")) for call in of(part(method, "body"), "method_invocation")),
    )


def _is_list(parameter: Node) -> bool:
    declared = part(parameter, "type")
    return kind(declared) == "array_type" or text(declared).startswith(_LISTS)
