"""What an edit puts where, and what it is called."""

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import part, text
from learnflow.repair.grammar import Dialect, one_line


@dataclass(frozen=True, slots=True)
class Change:
    """Other words between two bytes of a program; `kind` is one of the weights of the grammar."""

    start: int
    end: int
    text: str
    line: int
    words: str
    kind: str


def became(node: Node, other: str, kind: str) -> Change:
    """Put other words in the place of a node."""
    shown = " ".join(other.split())
    return Change(
        node.start_byte, node.end_byte, other, node.start_point.row + 1, f"`{one_line(node)}` becomes `{shown}`", kind
    )


def function_around(node: Node, dialect: Dialect) -> Node:
    """Return the function that a node is in, or the whole program."""
    while node.parent is not None and node.type not in dialect.functions:
        node = node.parent
    return node


def loop_around(node: Node, dialect: Dialect) -> Node | None:
    """Return the nearest loop around a node in its own function, or None."""
    above = node.parent
    while above is not None and above.type not in dialect.functions:
        if above.type in dialect.loops:
            return above
        above = above.parent
    return None


def arguments(call: Node) -> list[Node]:
    """Return the arguments of a call."""
    listed = part(call, "arguments")
    return [node for node in listed.named_children if "comment" not in node.type] if listed else []


def called(call: Node) -> Node | None:
    """Return the name of what is called: the last one of `a.b.c()`."""
    function = part(call, "name") or part(call, "function")
    return part(function, "property") or part(function, "attribute") or function


def names_in_scope(node: Node, dialect: Dialect) -> Iterator[str]:
    """Yield the variables that a node can see, each once: parameters, and what a value is given to."""
    function = function_around(node, dialect)
    names: dict[str, None] = {}
    waiting = [function]
    while waiting:
        inner = waiting.pop()
        if inner.type == "identifier" and is_bound(inner):
            names[text(inner)] = None
        waiting.extend(reversed(inner.children))
    yield from names


def is_bound(name: Node) -> bool:
    """Say whether a name stands where a variable gets its value: a parameter, a target, a declaration."""
    above: Node | None = name.parent
    inner: Node | None = name
    while above is not None and above.type in {"pattern_list", "tuple_pattern", "array_pattern", "typed_parameter"}:
        above, inner = above.parent, above
    if above is None:
        return False
    if "parameter" in above.type or above.type == "lambda_parameters":
        return part(above, "value") != inner
    if "assignment" in above.type or above.type in {"for_statement", "for_in_clause", "for_in_statement"}:
        return part(above, "left") == inner
    if above.type in {"variable_declarator", "enhanced_for_statement"}:
        return part(above, "name") == inner
    return above.type == "arrow_function" and part(above, "parameter") == inner


def difference(base: str, code: str) -> tuple[int, int, str]:
    """Return how many characters are the same at the beginning and at the end, and what stands between."""
    start = common_start(base, code)
    most = min(len(base), len(code)) - start
    end = min(most, common_start(base[::-1], code[::-1]))
    return start, end, code[start : len(code) - end]


def common_start(first: str, second: str) -> int:
    """Return with how many of the same characters two texts begin."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))
