"""Causes of wrong results in what a student's Python names stand for: overwritten, swapped away, only local."""

import ast
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.python_nodes import inside, stored
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.domain.phrasing import one_line


def _swapped(tree: PythonTree) -> Iterator[Cause]:
    for block in _blocks(tree.module):
        for one, two in pairwise(block):
            match one, two:
                case ast.Assign(targets=[first], value=second), ast.Assign(targets=[third], value=fourth):
                    left, right = ast.unparse(first), ast.unparse(second)
                    if (left, right) == (ast.unparse(fourth), ast.unparse(third)) and left != right:
                        change = one_line(f"{left}, {right} = {right}, {left}")
                        yield cause("swapped-away", two.lineno, name=left, other=right, change=change)
                case _:
                    pass


def _overwritten(tree: PythonTree) -> Iterator[Cause]:
    for block in _blocks(tree.module):
        for one, two in pairwise(block):
            match one, two:
                case (ast.If(body=[ast.Assign(targets=[ast.Name(id=first)])], orelse=[]),
                      ast.Assign(targets=[ast.Name(id=second)], value=ast.Constant())) if first == second:  # fmt: skip
                    yield cause("overwritten", two.lineno, name=first, first=str(one.lineno))
                case _:
                    pass


def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for part in ("body", "orelse"):
            block = getattr(node, part, None)
            if isinstance(block, list):
                yield block


def _only_local(tree: PythonTree) -> Iterator[Cause]:
    outside = stored(one for part in tree.module.body if not isinstance(part, ast.FunctionDef | ast.ClassDef)
                     for one in ast.walk(part))  # fmt: skip
    for function in tree.module.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        nodes = list(inside(function.body))
        known = {name for one in nodes if isinstance(one, ast.Global) for name in one.names}
        read = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        for node in function.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)]) if name in outside - known - read:
                    yield cause("only-local", node.lineno, name=name, function=function.name)
                case _:
                    pass


NAMES: Final[tuple[Callable[[PythonTree], Iterator[Cause]], ...]] = (_swapped, _overwritten, _only_local)
