"""What takes long with much data in a student's Python: loops in loops over the same items, or others."""

import ast
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.python_nodes import inside
from learnflow.code_analysis.remarks import Kind, Remark

SAME_ITEMS: Final = (
    "A loop over `{0}` inside of a loop over `{0}` compares every item with every other: twice the items take four "
    "times as long, O(n²). For a search for equal items keep a set of what was seen: one loop, and `in` on a set takes "
    "the same time for any size, O(n). Or sort first: then equal items are neighbours."
)
OTHER_ITEMS: Final = (
    "For each item of `{0}` this goes through all of `{1}` to find an equal one: n times m steps, O(n·m). Make a set "
    "of one of them before the loop, `set({1})`, and ask with `in`: that is O(n + m). With a value each, a dict."
)


def costs(loops: list[ast.For]) -> Iterator[Remark]:
    """Yield a remark on each loop in a loop that looks for equal items one by one."""
    for outer in loops:
        for inner in (one for one in inside(outer.body) if isinstance(one, ast.For)):
            first, second = _items(outer.iter), _items(inner.iter)
            if first is None or second is None or not _compares(outer, inner):
                continue
            says = SAME_ITEMS.format(first) if first == second else OTHER_ITEMS.format(first, second)
            yield Remark(inner.lineno, says, kind=Kind.RISK, about="speed", if_asked=True)


def _items(over: ast.expr) -> str | None:
    """Return the name of what is gone through: by its items, with `enumerate`, or by index up to its length."""
    match over:
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=name), *_]):
            return name
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Slice()):
            return name
        case ast.Call(func=ast.Name(id="range"), args=arguments):
            return _measured(arguments)
        case _:
            return None


def _measured(arguments: list[ast.expr]) -> str | None:
    """Return the name of what a range takes its end from."""
    for one in (part for argument in arguments for part in ast.walk(argument)):
        match one:
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
                return name
            case _:
                pass
    return None


def _compares(outer: ast.For, inner: ast.For) -> bool:
    """Say whether something of the outer loop is compared, for being equal, with something of the inner."""
    first, second = _names(outer.target), _names(inner.target)
    return any(
        isinstance(one, ast.Compare)
        and isinstance(one.ops[0], ast.Eq)
        and (
            (first & _names(one.left) and second & _names(one.comparators[0]))
            or (second & _names(one.left) and first & _names(one.comparators[0]))
        )
        for one in inside(inner.body)
    )


def _names(node: ast.expr) -> frozenset[str]:
    return frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name))
