"""Causes of wrong results in what a student's Python changes: while it loops over it, for others too, or not at all."""

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.python_nodes import inside
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.code_analysis.rules.python.types import kind
from learnflow.domain.phrasing import one_line

_SIZE: Final = frozenset({"remove", "pop", "insert", "append", "extend"})
_CHANGING: Final = frozenset({*_SIZE, "add", "update", "setdefault", "clear", "sort", "reverse"})
_OF_LISTS: Final = frozenset({"sort", "reverse", "append", "extend"})
_IN_PLACE: Final = frozenset({"sort", "reverse", "append", "extend", "insert", "update", "add", "clear"})
_CONTAINERS: Final = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_LEAVES: Final = (ast.Break, ast.Return)


def _changed_while_looped(tree: PythonTree) -> Iterator[Cause]:
    for loop in ast.walk(tree.module):
        name = _looped_over(loop)
        if not isinstance(loop, ast.For) or name is None:
            continue
        line = next((line for changed, line in _sizes(inside(loop.body)) if changed == name), None)
        if line is not None and not any(isinstance(one, _LEAVES) for one in inside(loop.body)):
            mended = () if not isinstance(loop.iter, ast.Name) else (tree.replaced(loop.iter, f"{name}.copy()"),)
            yield cause("changed-while-looped", line, *mended, name=name, loop=str(loop.lineno))


def _looped_over(loop: ast.AST) -> str | None:
    """Return the name whose items, or whose indexes, a loop goes through."""
    match loop:
        case ast.For(iter=ast.Name(id=name) | ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=name), *_])):
            return name
        case ast.For(
            iter=ast.Call(func=ast.Name(id="range"), args=[ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)])])
        ):
            return name
        case _:
            return None


def _sizes(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """Yield what gets longer or shorter, and the line."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _SIZE:
                yield name, node.lineno
            case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=name))]):
                yield name, node.lineno
            case _:
                pass


def _same_object(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old) as value):
                made = tree.assigned_once.get(old)
                once = tree.assigned_once.get(new) is value
                if once and isinstance(made, _CONTAINERS) and {new, old} & set(_changed(tree.module, node.lineno)):
                    mended = tree.replaced(value, f"{old}.copy()")
                    yield cause("same-object", node.lineno, mended, name=new, other=old, copy=f"{old}.copy()")
            case _:
                pass


def _changed(tree: ast.AST, after: int) -> Iterator[str]:
    for node in ast.walk(tree):
        if getattr(node, "lineno", 0) <= after:
            continue
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _CHANGING:
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                yield name
            case _:
                pass


def _shared_by_class(tree: PythonTree) -> Iterator[Cause]:
    for made in ast.walk(tree.module):
        if not isinstance(made, ast.ClassDef):
            continue
        own = {ast.unparse(one) for one in inside(made.body) if isinstance(one, ast.Attribute)
               and isinstance(one.ctx, ast.Store)}  # fmt: skip
        for node in made.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.List() | ast.Dict() | ast.Set() as value):
                    if f"self.{name}" not in own and name in set(_changed_of_self(made)):
                        text = ast.unparse(value)
                        yield cause("shared-by-class", node.lineno, name=name, owner=made.name, value=text)
                case _:
                    pass


def _changed_of_self(made: ast.ClassDef) -> Iterator[str]:
    for node in inside(made.body):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr=name), attr=attr)):
                if attr in _CHANGING:
                    yield name
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id="self"), attr=name), ctx=ast.Store()):
                yield name
            case _:
                pass


def _result_is_none(tree: PythonTree) -> Iterator[Cause]:
    own = {one.name for one in ast.walk(tree.module) if isinstance(one, ast.FunctionDef)}  # may give anything
    for node in ast.walk(tree.module):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Attribute(value=owner, attr=attr))):
                if attr in _IN_PLACE - own and ast.unparse(owner) == name:
                    change = one_line(ast.unparse(node.value))
                    mended = "\n".join((*tree.lines[: node.lineno - 1], _indented(tree, node), *_rest(tree, node)))
                    yield cause("result-is-none", node.lineno, mended, name=name, call=attr, change=change)
                elif attr in _OF_LISTS - own and isinstance(owner, ast.Name):
                    yield _given_none(name, owner.id, attr, node.lineno)
            case (ast.Return(value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr)))
                  | ast.Call(func=ast.Name(id="print"), args=[
                      ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr))])):  # fmt: skip
                if attr in _OF_LISTS - own:
                    yield _given_none("the result", owner, attr, node.lineno)
            case _:
                pass


def _given_none(name: str, owner: str, call: str, line: int) -> Cause:
    change = f"{owner}.{call}(...)"
    return cause("given-none", line, name=name, owner=owner, call=call, change=change)


def _indented(tree: PythonTree, node: ast.Assign) -> str:
    return tree.lines[node.lineno - 1].encode()[: node.col_offset].decode() + ast.unparse(node.value)


def _rest(tree: PythonTree, node: ast.stmt) -> tuple[str, ...]:
    return tree.lines[node.end_lineno or node.lineno :]


def _item_only(tree: PythonTree) -> Iterator[Cause]:
    for loop in ast.walk(tree.module):
        match loop:
            case ast.For(target=ast.Name(id=name), iter=ast.Name(id=items), body=body):
                for node in body:
                    if name in _given(node) and not _read_after(body, node, name):
                        yield cause("item-only", node.lineno, name=name, items=items,
                                    change=f"use an index: `{items}[i] = ...`")  # fmt: skip
            case _:
                pass


def _given(node: ast.stmt) -> set[str]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            reads = any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(value))
            return {name} if reads else set()
        case ast.AugAssign(target=ast.Name(id=name), value=value) if kind(value):  # a list would change itself
            return {name}
        case _:
            return set()


def _read_after(body: list[ast.stmt], node: ast.stmt, name: str) -> bool:
    later = inside(body[body.index(node) + 1 :])
    return any(isinstance(one, ast.Name) and one.id == name for one in later)


CHANGES: Final[tuple[Callable[[PythonTree], Iterator[Cause]], ...]] = (
    _changed_while_looped, _same_object, _shared_by_class, _result_is_none, _item_only,
)  # fmt: skip
