"""Causes of wrong results in the numbers of a student's Python: ranges without a number, and floats met exactly."""

import ast
from collections.abc import Callable, Iterator
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.python_tree import Facts
from learnflow.domain.phrasing import one_line


def _empty_range(facts: Facts) -> Iterator[Cause]:
    for node in ast.walk(facts.tree):
        match node:
            case ast.For(iter=ast.Call(func=ast.Name(id="range"), args=[first, last]) as made):
                start, end = _number(facts.value(first)), _number(facts.value(last))
                counts_down = _is_length(first) and end is not None and end <= 0
                if counts_down or (start is not None and end is not None and start > end):
                    call = f"range({ast.unparse(first)}, {ast.unparse(last)}, -1)"
                    yield cause("empty-range", node.lineno, facts.replaced(made, call), first=ast.unparse(first),
                                last=ast.unparse(last), change=one_line(call))  # fmt: skip
            case _:
                pass


def _is_length(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="len")) | ast.BinOp(left=ast.Call(func=ast.Name(id="len")), op=ast.Sub()):
            return True
        case _:
            return False


def _number(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return -value
        case _:
            return None


def _inexact(facts: Facts) -> Iterator[Cause]:
    steps = {
        one.target.id for one in ast.walk(facts.tree)
        if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name) and _is_fraction(one.value)
    }  # fmt: skip
    for node in ast.walk(facts.tree):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
                sums = any(isinstance(one, ast.BinOp) and any(map(_is_fraction, ast.walk(one))) for one in
                           (facts.value(left), facts.value(right)))  # fmt: skip
                if sums or (isinstance(left, ast.Name) and left.id in steps):
                    yield cause("inexact", node.lineno, name=one_line(ast.unparse(left)),
                                condition=one_line(ast.unparse(node)), close=_close(left, right))  # fmt: skip
            case _:
                pass


def _close(left: ast.expr, right: ast.expr) -> str:
    return one_line(f"math.isclose({ast.unparse(left)}, {ast.unparse(right)})", 80)


def _is_fraction(node: ast.AST) -> bool:
    """Say whether something is a fraction that a float can only come near to."""
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and not (node.value * 1024).is_integer()


NUMBERS: Final[tuple[Callable[[Facts], Iterator[Cause]], ...]] = (_empty_range, _inexact)
