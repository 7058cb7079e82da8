"""Faults in a student's Python that count where their error was raised: an index too far, no match."""

import ast
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from learnflow.code_analysis.python_tree import Fault, PythonTree
from learnflow.domain.phrasing import one_line

_WHERE: Final = MappingProxyType({
    "match": "looks only at the start of the text; to look anywhere in it take `re.search`",
    "fullmatch": "wants the whole text to fit; to look for a part of it take `re.search`",
    "search": "found nothing",
})


def _bounds(tree: PythonTree) -> Iterator[Fault]:
    yield from _range_too_long(tree)
    yield from _length_as_index(tree)
    yield from _next_one(tree)


def _range_too_long(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.For(
                target=ast.Name(id=index), iter=ast.Call(func=ast.Name(id="range"), args=[*_, ast.BinOp() as end])
            ):
                of = _beyond(end)
                line = next((at for one in ast.walk(node) if of and (at := _is_item(one, of, index))), None)
                if of and line:
                    counted = one_line(ast.unparse(node.iter))
                    says = (
                        f"`{counted}` in line {node.lineno} goes too far: `{index}` becomes `len({of})`, "
                        f"but the last index is `len({of}) - 1`."
                    )
                    yield Fault("python-index-error", line, says, (tree.replaced(end, f"len({of})"),))
            case _:
                pass


def _beyond(end: ast.BinOp) -> str | None:
    """Return what `len(x) + k` is the length of."""
    match end:
        case ast.BinOp(
            left=ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]), op=ast.Add(),
            right=ast.Constant(value=int(more)),
        ) if more > 0:  # fmt: skip
            return name
        case _:
            return None


def _is_item(node: ast.AST, of: str, index: str) -> int | None:
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=at)):
            return node.lineno if name == of and at == index else None
        case _:
            return None


def _length_as_index(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Subscript(
                value=ast.Name(id=name),
                slice=ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=measured)]) as index,
                ctx=ast.Load(),
            ) if name == measured:
                says = (
                    f"`len({name})` is the number of items, and indexes begin at 0: the last is `len({name}) - 1`, "
                    f"so there is nothing at `{name}[len({name})]`."
                )
                mended = (tree.replaced(index, "-1"), tree.replaced(index, f"len({name}) - 1"))
                yield Fault("python-index-error", node.lineno, says, mended)
            case _:
                pass


def _next_one(tree: PythonTree) -> Iterator[Fault]:
    for loop in ast.walk(tree.module):
        match loop:
            case ast.For(
                target=ast.Name(id=index),
                iter=ast.Call(
                    func=ast.Name(id="range"), args=[*_, ast.Call(func=ast.Name(id="len"), args=[of])]
                ) as made,
            ):
                end, wanted = made.args[-1], ast.unparse(of)
                for node in ast.walk(loop):
                    match node:
                        case ast.Subscript(value=items, slice=ast.BinOp(left=ast.Name(id=at), op=ast.Add())):
                            if at == index and ast.unparse(items) == wanted:
                                says = (
                                    f"in the last round `{index}` is the last index, and `{ast.unparse(node)}` is one "
                                    f"beyond it. Let the loop end one earlier: `range(len({wanted}) - 1)`."
                                )
                                mended = tree.replaced(end, f"len({wanted}) - 1")
                                yield Fault("python-index-error", node.lineno, says, (mended,))
                        case _:
                            pass
            case _:
                pass


def _no_match(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr="group" | "groups" | "start" | "end" | "span" as attr):
                yield from _of_match(tree, tree.assigned_once.get(name), node, f"`{name}`", attr)
            case ast.Attribute(value=ast.Call() as made, attr="group" | "groups" | "start" | "end" | "span" as attr):
                yield from _of_match(tree, made, node, "the result", attr)
            case _:
                pass


def _of_match(tree: PythonTree, made: ast.expr | None, node: ast.Attribute, what: str, attr: str) -> Iterator[Fault]:
    match made:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=method) as function) if method in _WHERE:
            says = (
                f"{what} is None, because nothing fitted: `re.{method}` {_WHERE[method]}. None has no `.{attr}`; so "
                "check `is not None` first."
            )
            mended = () if method == "search" else (tree.replaced(function, "re.search"),)
            yield Fault("python-none-attribute", node.lineno, says, mended)
        case _:
            pass


RAISED_CHECKS: Final[Mapping[str, Callable[[PythonTree], Iterator[Fault]]]] = MappingProxyType({
    "python-index-error": _bounds,
    "python-none-attribute": _no_match,
})
