"""Faults of types in a student's Python that can be seen without running it."""

import ast
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from learnflow.code_analysis.python_nodes import is_input
from learnflow.code_analysis.python_tree import Fault, PythonTree
from learnflow.domain.phrasing import one_line

_IN_PLACE: Final = frozenset({"sort", "append", "reverse", "extend", "insert", "clear", "remove", "update"})
_GROWING: Final = frozenset({"append", "extend", "insert"})
_ORDERED: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_CALCULATING: Final = (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow)
_TEXT, _NUMBER, _NONE = "text", "a number", "None"
_TYPED_IN: Final = (
    "`input()` always gives text, also where a number is typed. Turn it into a number with `int(...)`, or `float(...)` "
    "for one with a point, before you calculate with it."
)


def kind(node: ast.expr) -> str | None:
    """Return what an expression surely gives: text, a number or None; None where that is not sure."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.Call(func=ast.Name(id="input" | "str")):
            return _TEXT
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float()) | ast.Call(func=ast.Name(id="int" | "float" | "len")):
            return _NUMBER
        case ast.Call(func=ast.Attribute(value=ast.Name(id="random"), attr="randint" | "randrange")):
            return _NUMBER
        case ast.Constant(value=None):
            return _NONE
        case _:
            return None


def _types(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, *_CALCULATING))):
            continue
        left, right = kind(tree.value(node.left)), kind(tree.value(node.right))
        if left is None or right is None or (left == right and (left == _NUMBER or isinstance(node.op, ast.Add))):
            continue
        adding = isinstance(node.op, ast.Add)
        typed = _typed_in(tree, node) if _NUMBER in (left, right) else None
        from_input = f" `{one_line(ast.unparse(typed), 30)}` is text, since it comes from `input()`." if typed else ""
        yield Fault(
            "python-concatenate" if adding and left == _TEXT else "python-operand-types", node.lineno,
            f"the calculation gets {left} on its left and {right} on its right, and cannot combine them.{from_input}",
            tuple(_converted(tree, node, left, right)) if _TEXT in (left, right) else (),
            fix=_TYPED_IN if typed else "",
        )  # fmt: skip


def _typed_in(tree: PythonTree, node: ast.BinOp) -> ast.expr | None:
    """Return the side that is what somebody typed in: such a text is meant to be a number."""
    return next((side for side in (node.left, node.right) if is_input(tree.value(side))), None)


def _converted(tree: PythonTree, node: ast.BinOp, left: str, right: str) -> Iterator[str]:
    """Yield the code with one side converted: to text where texts are joined, else to a number."""
    joining = isinstance(node.op, ast.Add) and _typed_in(tree, node) is None
    for side, is_now, other in ((node.left, left, right), (node.right, right, left)):
        if joining and is_now == _NUMBER and other == _TEXT:
            yield tree.replaced(side, f"str({ast.unparse(side)})")
        elif not joining and is_now == _TEXT and other == _NUMBER:
            yield tree.replaced(side, f"int({ast.unparse(side)})")


def _comparisons(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Compare(left=left, ops=[sign], comparators=[right]) if isinstance(sign, _ORDERED):
                first, second = kind(tree.value(left)), kind(tree.value(right))
                if first is None or second is None or first == second:
                    continue
                text = left if first == _TEXT else right
                mended = tree.replaced(text, f"int({ast.unparse(text)})")
                yield Fault(
                    "python-compare-types", node.lineno, f"it compares {first} with {second}, and these have no order.",
                    (mended,) if {first, second} == {_TEXT, _NUMBER} else (),
                )  # fmt: skip
            case _:
                pass


def _conversions(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Call(func=ast.Name(id="int"), args=[argument]):
                text = tree.value(argument)
                if isinstance(text, ast.Constant) and isinstance(text.value, str) and not _is_int(text.value):
                    says = f"int() gets the text {one_line(repr(text.value), 40)}, which is no whole number."
                    yield Fault("python-invalid-literal", node.lineno, says)
            case _:
                pass


def _is_int(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def _none_results(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr):
                why = _why_none(tree, name)
                if why:
                    yield Fault(
                        "python-none-attribute", node.lineno, f"`{name}` is None, {why}; so it has no `.{attr}`."
                    )
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Load()):
                why = _why_none(tree, name)
                if why:
                    yield Fault("python-none-subscript", node.lineno, f"`{name}` is None, {why}; so it has no items.")
            case _:
                pass


def _why_none(tree: PythonTree, name: str) -> str | None:
    match tree.assigned_once.get(name):
        case ast.Call(func=ast.Attribute(attr=method)) if method in _IN_PLACE:
            return f"since `.{method}()` changes in place and gives nothing back"
        case _:
            return None


def _changed_text(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                value = tree.assigned_once.get(name)
                if isinstance(value, ast.Constant | ast.JoinedStr) and kind(value) == _TEXT:
                    yield Fault(
                        "python-immutable", node.lineno, f"`{name}` is text, and no part of a text can be changed."
                    )
                elif isinstance(value, ast.Tuple):
                    yield Fault("python-immutable", node.lineno, f"`{name}` is a tuple, and a tuple cannot be changed.")
            case _:
                pass


def _grown_by_index(tree: PythonTree) -> Iterator[Fault]:
    """An empty list that is filled by index only has nothing at any index."""
    grown = {
        node.func.value.id
        for node in ast.walk(tree.module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _GROWING
        and isinstance(node.func.value, ast.Name)
    } | {node.target.id for node in ast.walk(tree.module)
         if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)}  # fmt: skip
    for node in ast.walk(tree.module):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=index, ctx=ast.Store()) if name not in grown:
                value = tree.assigned_once.get(name)
                if isinstance(value, ast.List) and not value.elts and not isinstance(index, ast.Slice):
                    says = (
                        f"`{name}` is empty, and giving a value to an index never makes a list longer; `append` does."
                    )
                    yield Fault("python-index-assignment", node.lineno, says)
            case _:
                pass


def _text_as_index(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Subscript(value=value, slice=index, ctx=ast.Load()) if kind(tree.value(index)) == _TEXT:
                of = tree.value(value)
                if isinstance(of, ast.List | ast.Tuple) or kind(of) == _TEXT:
                    says = (
                        f"the position in `{one_line(ast.unparse(value), 30)}` is a text, and must be a whole number."
                    )
                    yield Fault("python-indices-must-be-integers", node.lineno, says)
            case _:
                pass


TYPE_CHECKS: Final[Mapping[str, Callable[[PythonTree], Iterator[Fault]]]] = MappingProxyType({
    "python-concatenate": _types,
    "python-compare-types": _comparisons,
    "python-invalid-literal": _conversions,
    "python-none-attribute": _none_results,
    "python-none-subscript": _none_results,
    "python-immutable": _changed_text,
    "python-index-assignment": _grown_by_index,
    "python-indices-must-be-integers": _text_as_index,
})
