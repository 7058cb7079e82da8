"""Causes of wrong results in the conditions and ranges of a student's Python: always true, never reached, empty."""

import ast
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.python_nodes import inside, loaded, stored
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.domain.phrasing import one_line

_LITERALS: Final = (ast.List, ast.Dict, ast.Set, ast.Tuple, ast.JoinedStr)
_BEFORE: Final = {ast.Gt: (1, False), ast.GtE: (1, True), ast.Lt: (-1, False), ast.LtE: (-1, True)}


def _always_true(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.BoolOp(op=ast.Or(), values=[
                ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[first]), *rest,
            ]):  # fmt: skip
                if all(isinstance(one, ast.Constant) and one.value for one in rest):
                    every = ", ".join(ast.unparse(one) for one in (first, *rest))
                    among = "in" if isinstance(op, ast.Eq) else "not in"
                    change = one_line(f"{ast.unparse(left)} {among} ({every})", 80)
                    yield cause("always-true", node.lineno, tree.replaced(node, change), value=ast.unparse(rest[0]),
                                condition=one_line(ast.unparse(node)), change=change)  # fmt: skip
            case _:
                pass


def _either_differs(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.BoolOp(op=ast.Or(), values=[
                ast.Compare(left=one, ops=[ast.NotEq()], comparators=[ast.Constant(value=first)]),
                ast.Compare(left=two, ops=[ast.NotEq()], comparators=[ast.Constant(value=second)]),
            ]) if first != second and ast.unparse(one) == ast.unparse(two):  # fmt: skip
                change = " and ".join(map(ast.unparse, node.values))
                yield cause("either-differs", node.lineno, tree.replaced(node, change), change=one_line(change),
                            condition=one_line(ast.unparse(node)))  # fmt: skip
            case _:
                pass


def _never_reached(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        if not isinstance(node, ast.If):
            continue
        tests = list(_chain(node))
        for first, second in combinations(tests, 2):
            if _includes(first, second):
                yield cause("never-reached", second.lineno, first=one_line(ast.unparse(first)),
                            second=one_line(ast.unparse(second)), above=str(first.lineno))  # fmt: skip
                return


def _chain(node: ast.If) -> Iterator[ast.Compare]:
    """Yield the conditions of an `if` and its `elif`s, each a comparison with a number."""
    following: ast.stmt = node
    while isinstance(following, ast.If):
        if isinstance(following.test, ast.Compare):
            yield following.test
        if len(following.orelse) != 1:
            return
        following = following.orelse[0]


def _includes(first: ast.Compare, second: ast.Compare) -> bool:
    """Say whether all that fulfils the second condition fulfils the first as well."""
    divisor, multiple = _divisor(first), _divisor(second)
    if divisor and multiple:
        return divisor[0] == multiple[0] and multiple[1] % divisor[1] == 0
    match first, second:
        case (
            ast.Compare(left=one, ops=[op], comparators=[ast.Constant(value=int() | float() as bound)]),
            ast.Compare(left=two, ops=[other], comparators=[ast.Constant(value=int() | float() as limit)]),
        ):
            if ast.unparse(one) != ast.unparse(two) or type(op) not in _BEFORE or type(other) not in _BEFORE:
                return False
            (way, equal), (again, also) = _BEFORE[type(op)], _BEFORE[type(other)]
            return way == again and (way * limit > way * bound or (limit == bound and (equal or not also)))
        case _:
            return False


def _divisor(test: ast.Compare) -> tuple[str, int] | None:
    """Return what is asked to be divisible, and by what."""
    match test:
        case ast.Compare(
            left=ast.BinOp(left=left, op=ast.Mod(), right=ast.Constant(value=int(divisor))), ops=[ast.Eq()],
            comparators=[ast.Constant(value=0)],
        ) if divisor:  # fmt: skip
            return ast.unparse(left), divisor
        case _:
            return None


def _compared_with_true(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Compare(left=left, ops=[first, ast.Eq() | ast.Is()],
                             comparators=[middle, ast.Constant(value=bool())]):  # fmt: skip
                change = ast.unparse(ast.Compare(left, [first], [middle]))
                yield cause("chained-with-true", node.lineno, tree.replaced(node, change),
                            condition=one_line(ast.unparse(node)), change=one_line(change),
                            middle=one_line(ast.unparse(middle)))  # fmt: skip
            case _:
                pass


def _identity(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[right]):
                sides = [tree.assigned_once.get(one.id, one) if isinstance(one, ast.Name) else one
                         for one in (left, right)]  # fmt: skip
                if all(isinstance(one, _LITERALS) for one in sides) or any(_plain(one) for one in (left, right)):
                    sign = "==" if isinstance(op, ast.Is) else "!="
                    change = f"{ast.unparse(left)} {sign} {ast.unparse(right)}"
                    yield cause("identity", node.lineno, tree.replaced(node, change), change=one_line(change))
            case _:
                pass


def _plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float | str) and not isinstance(
        node.value, bool
    )  # fmt: skip


def _skipped_step(tree: PythonTree) -> Iterator[Cause]:
    for loop in ast.walk(tree.module):
        if not (isinstance(loop, ast.While) and isinstance(loop.test, ast.Compare)):
            continue
        names = loaded(loop.test)
        for place, node in enumerate(loop.body):
            before = names & stored(inside(loop.body[:place]))
            if not isinstance(node, ast.If) or not isinstance(node.body[-1], ast.Continue) or before:
                continue
            later = names & stored(inside(loop.body[place + 1 :])) - stored(inside(node.body))
            if later and not names & stored(inside(node.body)):
                name = min(later)
                yield cause("skipped-step", node.body[-1].lineno, name=name, condition=one_line(ast.unparse(loop.test)),
                            when=one_line(ast.unparse(node.test)))  # fmt: skip


def _same_key(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        if not isinstance(node, ast.Dict):
            continue
        seen: set[str] = set()
        for key in (one for one in node.keys if isinstance(one, ast.Constant)):
            text = ast.unparse(key)
            if text in seen:
                yield cause("same-key", key.lineno, name=one_line(text))
            seen.add(text)


CONDITIONS: Final[tuple[Callable[[PythonTree], Iterator[Cause]], ...]] = (
    _always_true, _either_differs, _compared_with_true, _never_reached, _identity,
    _skipped_step, _same_key,
)  # fmt: skip
