"""Causes of wrong results in how a student's Python calls and shares: defaults, generators, locks, coroutines."""

import ast
from collections.abc import Callable, Iterator
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.python_nodes import loaded, stored
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.code_analysis.rules.python.types import kind
from learnflow.domain.phrasing import one_line

_CHANGING: Final = frozenset({"append", "extend", "insert", "add", "update", "setdefault", "pop", "remove"})
_ITERATORS: Final = frozenset({"map", "filter", "zip", "iter", "reversed", "enumerate"})
_USING_UP: Final = frozenset({"sum", "list", "sorted", "max", "min", "set", "tuple", "any", "all", "dict"})
_OF_TEXT_ONLY: Final = frozenset({"upper", "lower", "strip", "capitalize", "lstrip", "rstrip"})
_NEW_TEXT: Final = frozenset({*_OF_TEXT_ONLY, "replace", "title"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: PythonTree) -> dict[str, Function]:
    """Return the functions that stand by themselves, by name."""
    return {one.name: one for one in tree.module.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def _mutable_default(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        named = [*node.args.posonlyargs, *node.args.args]
        pairs = zip(named[len(named) - len(node.args.defaults) :], node.args.defaults, strict=True)
        for argument, default in pairs:
            if isinstance(default, ast.List | ast.Dict | ast.Set) and argument.arg in set(_changed(node)):
                mended = ast.unparse(default)
                yield cause("mutable-default", node.lineno, name=argument.arg, value=mended, function=node.name)


def _changed(function: Function) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _CHANGING:
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()) | ast.AugAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"))], value=ast.Name(id=name)):
                yield name  # kept in the object, which all others that took the default share
            case _:
                pass


def _used_up(tree: PythonTree) -> Iterator[Cause]:
    own = functions(tree).items()
    makers = {name for name, node in own if any(isinstance(one, ast.Yield) for one in ast.walk(node))}
    for name, value in tree.assigned_once.items():
        if not _is_iterator(value, makers):
            continue
        uses = sorted(set(_uses(tree, name)))
        if len(uses) > 1:
            yield cause("used-up", uses[1], tree.replaced(value, f"list({ast.unparse(value)})"), name=name,
                        first=str(uses[0]))  # fmt: skip


def _is_iterator(value: ast.expr, makers: set[str]) -> bool:
    match value:
        case ast.GeneratorExp():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in makers or name in _ITERATORS
        case _:
            return False


def _uses(tree: PythonTree, name: str) -> Iterator[int]:
    """Yield the lines on which all items of an iterator are taken."""
    for node in ast.walk(tree.module):
        match node:
            case ast.Call(func=ast.Name(id=called), args=[ast.Name(id=taken), *_]) if called in _USING_UP:
                if taken == name:
                    yield node.lineno
            case ast.For(iter=ast.Name(id=taken)) if taken == name:
                if not any(isinstance(one, ast.Break | ast.Return) for one in ast.walk(node)):
                    yield node.lineno
            case _:
                pass


def _lock_twice(tree: PythonTree) -> Iterator[Cause]:
    locks = {name for name, value in tree.assigned_once.items() if _makes_lock(value)}
    own = functions(tree)
    for node in ast.walk(tree.module):
        for name in _held(node, locks):
            called = (_called(one) for part in getattr(node, "body", ()) for one in ast.walk(part))
            for again in (own[call] for call in called if call in own):
                first = next((one for one in ast.walk(again) if name in _held(one, {name})), None)
                if isinstance(first, ast.With):
                    yield cause("lock-taken-twice", first.lineno, name=name, first=str(getattr(node, "lineno", 0)))


def _makes_lock(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) in {"Lock", "threading.Lock"}


def _called(node: ast.AST) -> str | None:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


def _held(node: ast.AST, locks: set[str]) -> Iterator[str]:
    if isinstance(node, ast.With):
        yield from (
            one.context_expr.id for one in node.items
            if isinstance(one.context_expr, ast.Name) and one.context_expr.id in locks
        )  # fmt: skip


def _not_awaited(tree: PythonTree) -> Iterator[Cause]:
    own = {name for name, node in functions(tree).items() if isinstance(node, ast.AsyncFunctionDef)}
    within = {
        id(one) for node in ast.walk(tree.module) if isinstance(node, ast.AsyncFunctionDef) for one in ast.walk(node)
    }
    for node in ast.walk(tree.module):
        match node:
            case (ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call)
                  | ast.Assign(value=ast.Call(func=ast.Name(id=name)) as call)) if name in own:  # fmt: skip
                inside, text = id(call) in within, one_line(ast.unparse(call), 60)
                if not inside and isinstance(node, ast.Assign) and _awaited_later(tree, node):
                    continue
                change = f"Write `await {text}`." if inside else f"Run it: `asyncio.run({text})`."
                yield cause("not-awaited", node.lineno, name=name, what="a coroutine, which has not begun to run",
                            change=change)  # fmt: skip
            case _:
                pass


def _awaited_later(tree: PythonTree, assigned: ast.Assign) -> bool:
    names = stored(assigned.targets)
    return any(
        names & loaded(one)
        for one in ast.walk(tree.module)
        if isinstance(one, ast.Await) or (isinstance(one, ast.Call) and "asyncio" in ast.unparse(one.func))
    )


def _lost_result(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name) as text, attr=attr)) as call):
                known = kind(tree.value(text)) == "text"
                if attr in _NEW_TEXT and (known or (attr in _OF_TEXT_ONLY and name not in _imported(tree))):
                    change = f"{name} = {ast.unparse(call)}"
                    yield cause("lost-result", node.lineno, tree.replaced(call, change), name=attr, change=change)
            case _:
                pass


def _imported(tree: PythonTree) -> set[str]:
    return {one.asname or one.name for one in ast.walk(tree.module) if isinstance(one, ast.alias)}


CALLS: Final[tuple[Callable[[PythonTree], Iterator[Cause]], ...]] = (
    _mutable_default, _used_up, _lock_twice, _not_awaited, _lost_result,
)  # fmt: skip
