"""Causes of wrong results in what a student's Python keeps: texts for numbers, shared lists, results thrown away."""

import ast
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.python_nodes import inside, is_input
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.code_analysis.rules.python.types import kind
from learnflow.domain.phrasing import one_line

_ORDERING: Final = frozenset({"sorted", "max", "min"})
_GIVING: Final = frozenset({"sorted", "reversed", "len", "int", "str", "float", "round", "abs", "sum", "list", "set"})
_ADDING: Final = frozenset({"append", "extend", "clear", "update", "add", "insert"})
_ENDS: Final = (ast.Return, ast.Raise, ast.Break, ast.Continue)


def _texts_ordered(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[items]) if name in _ORDERING:
                yield from _ordered(tree, node, items)
            case ast.Call(func=ast.Attribute(value=ast.Name() as items, attr="sort"), args=[]):
                yield from _ordered(tree, node, items)
            case _:
                pass


def _ordered(tree: PythonTree, call: ast.Call, items: ast.expr) -> Iterator[Cause]:
    made = tree.assigned_once.get(items.id) if isinstance(items, ast.Name) else items
    key = next((one.value for one in call.keywords if one.arg == "key"), None)
    if isinstance(made, ast.List) and made.elts and all(_is_digits(_by(key, one)) for one in made.elts):
        change = "key=int" if key is None else f"key={ast.unparse(_as_int(key))}"
        yield cause("texts-ordered", call.lineno, name=one_line(ast.unparse(items), 30), change=one_line(change))


def _by(key: ast.expr | None, item: ast.expr) -> ast.expr | None:
    """Return what an item is ordered by; None where that is not plain to see."""
    match key, item:
        case None, _:
            return item
        case (ast.Lambda(body=ast.Subscript(value=ast.Name(), slice=ast.Constant(value=int(at)))),
              ast.Tuple(elts=parts) | ast.List(elts=parts)):  # fmt: skip
            return parts[at] if -len(parts) <= at < len(parts) else None
        case _:
            return None


def _as_int(key: ast.expr) -> ast.expr:
    if isinstance(key, ast.Lambda):
        return ast.Lambda(key.args, ast.Call(ast.Name("int"), [key.body], []))
    return key


def _is_digits(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isdecimal()


def _text_compared(tree: PythonTree) -> Iterator[Cause]:
    typed = {name for name, made in tree.assigned_once.items() if is_input(made)}
    for node in ast.walk(tree.module):
        match node:
            case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()], comparators=[right]):
                names = [one.id for one in (left, right) if isinstance(one, ast.Name) and one.id in typed]
                if names and all(_is_text(tree, one) for one in (left, right)):
                    yield cause("texts-compared", node.lineno, name=names[0], condition=one_line(ast.unparse(node)))
            case _:
                pass


def _is_text(tree: PythonTree, node: ast.expr) -> bool:
    return kind(tree.assigned_once.get(node.id, node) if isinstance(node, ast.Name) else node) == "text"


def _same_added(tree: PythonTree) -> Iterator[Cause]:
    for loop in ast.walk(tree.module):
        if not isinstance(loop, ast.For | ast.While):
            continue
        nodes = list(inside(loop.body))
        for node in nodes:
            match node:
                case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Name(id=name)]):
                    made = tree.assigned_once.get(name)
                    outside = isinstance(made, ast.List | ast.Dict) and made.lineno < loop.lineno
                    if outside and any(_is_changed(one, name) for one in nodes):
                        yield cause("same-added", node.lineno, name=name, change=f"{name}.copy()")
                case _:
                    pass


def _is_changed(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=changed), attr=attr)):
            return changed == name and attr in _ADDING
        case ast.Subscript(value=ast.Name(id=changed), ctx=ast.Store()):
            return changed == name
        case _:
            return False


def _shared_values(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="dict"), attr="fromkeys"), args=[keys, value]):
                if isinstance(value, ast.List | ast.Dict | ast.Set):
                    change = f"{{key: {ast.unparse(value)} for key in {ast.unparse(keys)}}}"
                    yield cause("shared-values", node.lineno, tree.replaced(node, change), change=one_line(change))
            case _:
                pass


def _shallow_copy(tree: PythonTree) -> Iterator[Cause]:
    for name, made in tree.assigned_once.items():
        match made:
            case (ast.Call(func=ast.Attribute(value=ast.Name(id=old), attr="copy"), args=[])
                  | ast.Call(func=ast.Name(id="list" | "dict"), args=[ast.Name(id=old)])
                  | ast.Subscript(value=ast.Name(id=old), slice=ast.Slice(lower=None, upper=None))):  # fmt: skip
                nested = tree.assigned_once.get(old)
                deep = isinstance(nested, ast.List) and any(isinstance(one, ast.List | ast.Dict) for one in nested.elts)
                if deep and any(_changes_within(one, name) for one in ast.walk(tree.module)):
                    yield cause("shallow-copy", made.lineno, name=name, other=old, change=f"copy.deepcopy({old})")
            case _:
                pass


def _changes_within(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Subscript(value=ast.Subscript(value=ast.Name(id=changed)), ctx=ast.Store()):
            return changed == name
        case ast.Call(func=ast.Attribute(value=ast.Subscript(value=ast.Name(id=changed)), attr=attr)):
            return changed == name and attr in _ADDING
        case _:
            return False


def _result_unused(tree: PythonTree) -> Iterator[Cause]:
    tried = {id(part) for one in ast.walk(tree.module) if isinstance(one, ast.Try) for part in ast.walk(one)}
    for node in ast.walk(tree.module):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=[ast.Name(id=given), *_]) as call):
                if (
                    name in _GIVING
                    and id(node) not in tried
                    and name not in {one.name for one in tree.module.body if hasattr(one, "name")}
                ):
                    change = one_line(f"{given} = {ast.unparse(call)}")
                    yield cause("result-unused", node.lineno, tree.replaced(call, change), name=name, change=change)
            case ast.Expr(value=ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[value]) as compared):
                change = f"{name} = {ast.unparse(value)}"
                yield cause("compared-only", node.lineno, tree.replaced(compared, change), change=one_line(change))
            case _:
                pass


def _never_runs(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            for one, following in pairwise(block) if isinstance(block, list) else ():
                if isinstance(one, _ENDS):
                    word = one_line(ast.unparse(one)).split()[0]
                    yield cause("never-runs", following.lineno, name=word, first=str(one.lineno))


VALUES: Final[tuple[Callable[[PythonTree], Iterator[Cause]], ...]] = (
    _texts_ordered, _text_compared, _same_added, _shared_values, _shallow_copy, _result_unused, _never_runs,
)  # fmt: skip
