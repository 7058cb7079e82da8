"""Habits that a review remarks on, seen on the tree: what is slow, unsafe or open without being a fault."""

import ast
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.causes import Cause
from learnflow.code_analysis.legacy import seen
from learnflow.code_analysis.python_nodes import inside
from learnflow.code_analysis.python_tree import parse
from learnflow.code_analysis.remarks import Kind, Remark
from learnflow.code_analysis.rules.python.costs import costs
from learnflow.models.vocabulary import Language

SLOW_SEARCH: Final = (
    "`in` looks through the whole list `{0}`, and the list grows with the loop: twice the items take four times as "
    "long, O(n²). Keep a set beside it: `in` on a set takes the same time for any size."
)
BY_INDEX: Final = (
    "`{0}` is only used to get `{1}[{0}]`. Loop over the items: `for item in {1}:`; with `enumerate` you have both."
)


def habits(code: str, language: Language | None) -> tuple[Remark, ...]:
    """Return what to remark on code: surely wrong results first, then habits."""
    if language in (Language.PYTHON, None):
        return (*map(_of, seen(code, language)), *_python(code))
    return tuple(map(_of, seen(code, language)))


def _of(cause: Cause) -> Remark:
    says = cause.says[0].upper() + cause.says[1:]
    return Remark(cause.line, f"{says} {cause.fix}", kind=Kind.BUG)


def _python(code: str) -> Iterator[Remark]:
    try:
        tree = parse(code)
    except SyntaxError:
        return
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    yield from [remark for loop in loops for remark in _slow_search(loop)][:1]
    yield from [remark for loop in loops for remark in _by_index(loop)][:1]
    yield from [*costs(loops)][:1]


def _slow_search(loop: ast.For) -> Iterator[Remark]:
    within = list(inside(loop.body))
    grown = {
        one.func.value.id for one in within
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "append"
        and isinstance(one.func.value, ast.Name)
    }  # fmt: skip
    for one in within:
        match one:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name)]) if name in grown:
                yield Remark(one.lineno, SLOW_SEARCH.format(name), kind=Kind.RISK, about="speed")
            case _:
                pass


def _by_index(loop: ast.For) -> Iterator[Remark]:
    match loop:
        case ast.For(
            target=ast.Name(id=index),
            iter=ast.Call(
                func=ast.Name(id="range"),
                args=[ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=of)])]
                | [ast.Constant(value=0), ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=of)])],
            ),
        ):
            within = list(inside(loop.body))
            uses = sum(isinstance(one, ast.Name) and one.id == index for one in within)
            items = sum(
                isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Load)
                and ast.unparse(one) == f"{of}[{index}]" for one in within
            )  # fmt: skip
            if uses and uses == items:
                yield Remark(loop.lineno, BY_INDEX.format(index, of), kind=Kind.CLARITY, about="design")
        case _:
            pass
