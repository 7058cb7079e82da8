"""Causes of wrong results in a student's Python: it runs, raises nothing, and does not do what was meant."""

import ast
from collections.abc import Callable, Iterator
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.python_nodes import inside, loaded, stored
from learnflow.code_analysis.python_tree import PythonTree, gather
from learnflow.code_analysis.rules.python.calls import CALLS, functions
from learnflow.code_analysis.rules.python.changes import CHANGES
from learnflow.code_analysis.rules.python.classes import CLASSES
from learnflow.code_analysis.rules.python.conditions import CONDITIONS
from learnflow.code_analysis.rules.python.files import FILES
from learnflow.code_analysis.rules.python.functions import FUNCTIONS
from learnflow.code_analysis.rules.python.names import NAMES
from learnflow.code_analysis.rules.python.types import kind
from learnflow.code_analysis.rules.python.values import VALUES
from learnflow.domain.phrasing import one_line

_LEAVING: Final = (ast.Break, ast.Return, ast.Raise)


def silent_causes(code: str) -> tuple[Cause, ...]:
    """Return what code surely does wrong without an error, by line; nothing of what is no Python."""
    try:
        tree = gather(code)
    except SyntaxError:
        return ()
    checks = (*_CHECKS, *CALLS, *CHANGES, *CONDITIONS, *FUNCTIONS, *NAMES, *FILES, *VALUES, *CLASSES)
    return tuple(sorted((one for check in checks for one in check(tree)), key=lambda one: one.line))


def _endless(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        if not (isinstance(node, ast.While) and isinstance(node.test, ast.Compare)):
            continue
        within = list(inside(node.body))
        names = loaded(node.test)
        asks = any(isinstance(one, ast.Call | ast.Attribute | ast.Subscript) for one in ast.walk(node.test))
        names -= {name for one in ast.walk(tree.module) if isinstance(one, ast.Global) for name in one.names}
        if asks or not names or any(isinstance(one, _LEAVING) for one in within) or names & stored(within):
            continue
        name = min(names, key=ast.unparse(node.test).find)
        down = isinstance(node.test.ops[0], ast.Gt | ast.GtE)
        change = f"{name} {'-' if down else '+'}= 1"
        yield cause("loop-never-changes", node.lineno, name=name, condition=one_line(ast.unparse(node.test)),
                    change=change)  # fmt: skip


def _inner_range(tree: PythonTree) -> Iterator[Cause]:
    for outer in ast.walk(tree.module):
        match outer:
            case ast.For(target=ast.Name(id=first), body=body):
                for inner in inside(body):
                    match inner:
                        case ast.For(
                            target=ast.Name(id=second),
                            iter=ast.Call(func=ast.Name(id="range"), args=[ast.Name(id=start), end]),
                        ) if start == first and _swaps_neighbours(inner, second):
                            change = one_line(f"for {second} in range(0, {ast.unparse(end)}):", 80)
                            yield cause("inner-range", inner.lineno, name=first, change=change)
                        case _:
                            pass
            case _:
                pass


def _swaps_neighbours(loop: ast.For, name: str) -> bool:
    next_one = {f"{name} + 1"}
    for one in ast.walk(loop):
        match one:
            case ast.Assign(targets=[ast.Tuple(elts=[ast.Subscript(slice=left), ast.Subscript(slice=right)])]):
                if {ast.unparse(left), ast.unparse(right)} == {name} | next_one:
                    return True
            case _:
                pass
    return False


def _returns_early(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.For(body=[*_, ast.If(body=[*_, ast.Return()], orelse=[*_, ast.Return()]) as last]):
                yield cause("returns-early", last.lineno)
            case ast.For(body=[*_, ast.If(body=[*_, ast.Return()], orelse=[]), ast.Return() as last]):
                yield cause("returns-early", last.lineno)
            case _:
                pass


def _starts_anew(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        if not isinstance(node, ast.For):
            continue
        within = {id(one) for one in inside(node.body)}
        later = {
            one.id for one in ast.walk(tree.module)
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and id(one) not in within
            and one.lineno > (node.end_lineno or node.lineno)
        }  # fmt: skip
        for place, one in enumerate(node.body):
            match one:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in later and _is_start(value):
                    if any(_adds_to(more, name) for more in node.body[place + 1 :]):
                        yield cause("starts-anew", one.lineno, name=name)
                case _:
                    pass


def _is_start(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=0 | 1 | "") | ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
        case _:
            return False


def _adds_to(node: ast.stmt, name: str) -> bool:
    match node:
        case (ast.AugAssign(target=ast.Name(id=grown))
              | ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=grown), attr="append")))
              | ast.Assign(targets=[ast.Subscript(value=ast.Name(id=grown))])):  # fmt: skip
            return grown == name
        case _:
            return False


def _same_row(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.BinOp(left=ast.List(elts=[ast.List() | ast.BinOp(left=ast.List()) as row]), op=ast.Mult(),
                           right=times):  # fmt: skip
                change = f"[{ast.unparse(row)} for _ in range({ast.unparse(times)})]"
                yield cause("same-row", node.lineno, tree.replaced(node, change), change=one_line(change, 80))
            case _:
                pass


def _text_and_number(tree: PythonTree) -> Iterator[Cause]:
    typed = _typed(tree)
    for node in ast.walk(tree.module):
        match node:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq() | ast.NotEq() as op], comparators=[other]):
                number = kind(tree.value(other)) == "a number"
                if number and name in typed:
                    result = "never" if isinstance(op, ast.Eq) else "always"
                    yield cause("text-and-number", node.lineno, *_as_numbers(tree, typed[name]), name=name,
                                result=result)  # fmt: skip
            case _:
                pass


def _typed(tree: PythonTree) -> dict[str, list[ast.Call]]:
    """Return the names that never stand for anything but what a user has typed, and where they get it."""
    found: dict[str, list[ast.Call]] = {}
    others: set[str] = set()
    for node in ast.walk(tree.module):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="input")) as call):
                found.setdefault(name, []).append(call)
            case ast.Assign(targets=targets):
                others |= stored(targets)
            case _:
                pass
    return {name: calls for name, calls in found.items() if name not in others}


def _as_numbers(tree: PythonTree, calls: list[ast.Call]) -> tuple[str, ...]:
    """Return the code with a call made a number, where there is only one."""
    return tuple(tree.replaced(call, f"int({ast.unparse(call)})") for call in calls) if len(calls) == 1 else ()


def _gives_nothing(tree: PythonTree) -> Iterator[Cause]:
    for name, function in functions(tree).items():
        within = list(ast.walk(function))
        if isinstance(function, ast.AsyncFunctionDef) or function.decorator_list:
            continue
        if any(isinstance(one, ast.Return | ast.Yield | ast.YieldFrom | ast.Raise) for one in within):
            continue
        for node in ast.walk(tree.module):
            match node:
                case (ast.Assign(value=ast.Call(func=ast.Name(id=called)) as call)
                      | ast.Call(func=ast.Name(id="print"), args=[ast.Call(func=ast.Name(id=called)) as call, *_])
                      | ast.BinOp(left=ast.Call(func=ast.Name(id=called)) as call)) if called == name:  # fmt: skip
                    yield cause("gives-nothing", call.lineno, name=name)
                    break
                case _:
                    pass


_CHECKS: Final[tuple[Callable[[PythonTree], Iterator[Cause]], ...]] = (
    _endless, _inner_range, _returns_early, _starts_anew, _same_row, _text_and_number, _gives_nothing,
)  # fmt: skip
