"""Small readings of Python's syntax tree."""

import ast
from collections.abc import Iterable, Iterator


def inside(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Yield all nodes of some statements."""
    for one in body:
        yield from ast.walk(one)


def loaded(node: ast.AST) -> set[str]:
    """Return the names that an expression reads."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def stored(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that get a value, or may get one where a function says `global`."""
    return {one.id for one in nodes if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)}


def is_input(node: ast.expr | None) -> bool:
    """Say whether an expression is what somebody types in."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "input"
