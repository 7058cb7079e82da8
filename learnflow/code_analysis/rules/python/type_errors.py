"""Python that stops with an error for what its values are: types that do not fit, None, and calls that do not."""

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from learnflow.code_analysis.python_tree import NUMBER, TEXT, PythonTree, is_input
from learnflow.code_analysis.rule import Certainty, Match, python_error
from learnflow.domain.phrasing import one_line

_IN_PLACE: Final = frozenset({"sort", "append", "reverse", "extend", "insert", "clear", "remove", "update"})
_CALCULATING: Final = (ast.Add, ast.Sub, ast.Div, ast.FloorDiv, ast.Pow)
_TYPED_IN: Final = (
    "`input()` always gives text, also where a number is typed. Turn it into a number with `int(...)`, or `float(...)` "
    "for one with a point, before you calculate with it."
)
_WHERE: Final = {
    "match": "looks only at the start of the text; to look anywhere in it take `re.search`",
    "fullmatch": "wants the whole text to fit; to look for a part of it take `re.search`",
    "search": "found nothing",
}


def _calculations(tree: PythonTree, *, joining: bool) -> Iterator[Match]:
    """Yield the calculations whose sides do not fit, those that begin to join texts or the others."""
    for node in tree.of(ast.BinOp):
        left, right = tree.kind(node.left), tree.kind(node.right)
        adding = isinstance(node.op, ast.Add)
        fits = left == right and (left == NUMBER or adding)
        if left is None or right is None or fits or not isinstance(node.op, _CALCULATING):
            continue
        if joining is (adding and left == TEXT):
            sides = [side for side in (node.left, node.right) if is_input(tree.value(side))]
            typed = next((one_line(ast.unparse(side), 30) for side in sides), "") if NUMBER in {left, right} else ""
            input_ = f" `{typed}` is text, since it comes from `input()`." if typed else ""
            values = {"left": left, "right": right, "input": input_, "fix": _TYPED_IN if typed else ""}
            yield Match(node.lineno, values, tuple(_converted(tree, node, left, right, as_text=adding and not typed)))


def _converted(tree: PythonTree, node: ast.BinOp, left: str, right: str, *, as_text: bool) -> Iterator[str]:
    """Yield the code with one side converted: to text where texts are joined, else to a number."""
    for side, is_now, other in ((node.left, left, right), (node.right, right, left)):
        if as_text and (is_now, other) == (NUMBER, TEXT):
            yield tree.replaced(side, f"str({ast.unparse(side)})")
        elif not as_text and (is_now, other) == (TEXT, NUMBER):
            yield tree.replaced(side, f"int({ast.unparse(side)})")


_NOT_COMBINED: Final = (
    "the calculation gets {left} on its left and {right} on its right, and cannot combine them.{input}"
)
concatenate = python_error(
    "python-concatenate", topic="strings", message=_NOT_COMBINED, fix="{fix}",
    examples=[("print('1' + 1)", "print('1' + str(1))")],
)(partial(_calculations, joining=True))  # fmt: skip
operand_types = python_error(
    "python-operand-types", topic="data-types", message=_NOT_COMBINED, fix="{fix}",
    examples=[("print(1 + '1')", "print(1 + int('1'))")],
)(partial(_calculations, joining=False))  # fmt: skip


@python_error(
    "python-zero-division-error", ast.BinOp, topic="operators",
    message="you divide by `{divisor}`, which is 0 there.",
    examples=[("n = 0\nprint(1 / n)", "n = 2\nprint(1 / n)")],
)  # fmt: skip
def zero_division(tree: PythonTree, node: ast.BinOp) -> Iterator[Match]:
    divisor = tree.value(node.right)
    divides = isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod) and tree.kind(node.left) != TEXT
    if divides and isinstance(divisor, ast.Constant) and divisor.value == 0:
        yield Match(node.lineno, {"divisor": one_line(ast.unparse(node.right), 30)})


@python_error(
    "python-compare-types", ast.Compare, topic="operators",
    message="it compares {left} with {right}, and these have no order.",
    examples=[("print('1' < 1)", "print(int('1') < 1)")],
)  # fmt: skip
def compare_types(tree: PythonTree, node: ast.Compare) -> Iterator[Match]:
    match node:
        case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()], comparators=[right]):
            first, second = tree.kind(left), tree.kind(right)
            if first and second and first != second:
                text = left if first == TEXT else right
                fixes = (tree.replaced(text, f"int({ast.unparse(text)})"),)
                values = {"left": first, "right": second}
                yield Match(node.lineno, values, fixes if {first, second} == {TEXT, NUMBER} else ())


@python_error(
    "python-invalid-literal", ast.Call, topic="data-types",
    message="int() gets the text {text}, which is no whole number.",
    examples=[("n = int('3.5')", "n = int('3')"), ("n = int('3.5')", "n = int('ff', base=16)")],
)  # fmt: skip
def invalid_literal(tree: PythonTree, node: ast.Call) -> Iterator[Match]:
    match node:
        case ast.Call(func=ast.Name(id="int"), args=[argument], keywords=[]):
            text = tree.value(argument)
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and not _is_int(text.value):
                yield Match(node.lineno, {"text": one_line(repr(text.value), 40)})


def _is_int(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


@python_error(
    "python-none-attribute", ast.Attribute, topic="null-values", certainty=Certainty.LIKELY,
    message="`{name}` is None, {why}; so it has no `.{attr}`.",
    examples=[("a = [2, 1]\nb = a.sort()\nb.append(3)", "a = [2, 1]\na.sort()\na.append(3)")],
)  # fmt: skip
def none_attribute(tree: PythonTree, node: ast.Attribute) -> Iterator[Match]:
    why = _why_none(tree, node.value)
    if why:
        yield Match(node.lineno, {"name": ast.unparse(node.value), "why": why, "attr": node.attr})


@python_error(
    "python-none-subscript", ast.Subscript, topic="null-values", certainty=Certainty.LIKELY,
    message="`{name}` is None, {why}; so it has no items.",
    examples=[("a = [2, 1]\nb = a.sort()\nprint(b[0])", "a = [2, 1]\na.sort()\nprint(a[0])")],
)  # fmt: skip
def none_subscript(tree: PythonTree, node: ast.Subscript) -> Iterator[Match]:
    why = _why_none(tree, node.value)
    if why and isinstance(node.ctx, ast.Load):
        yield Match(node.lineno, {"name": ast.unparse(node.value), "why": why})


def _why_none(tree: PythonTree, node: ast.expr) -> str | None:
    made = tree.assigned_once.get(node.id) if isinstance(node, ast.Name) else None
    match made:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)) if method in _IN_PLACE:
            if tree.holds_container(owner) and method not in tree.bindings:
                return f"since `.{method}()` changes in place and gives nothing back"
    return None


@python_error(
    "no-match", ast.Attribute, topic="null-values", needs_error=True, explains=("python-none-attribute",),
    message="{what} is None, because nothing fitted: `re.{method}` {where}. None has no `.{attr}`; so check `is not None` first.",
    examples=[("import re\nm = re.fullmatch('a', 'ba')\nm.group()", "import re\nm = re.fullmatch('a', 'ba')\nprint(m)")],
)  # fmt: skip
def no_match(tree: PythonTree, node: ast.Attribute) -> Iterator[Match]:
    if node.attr not in {"group", "groups", "start", "end", "span"}:
        return
    name = node.value.id if isinstance(node.value, ast.Name) else ""
    match tree.assigned_once.get(name, node.value):
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=method) as function) if method in _WHERE:
            what = f"`{name}`" if name else "the result"
            values = {"what": what, "method": method, "where": _WHERE[method], "attr": node.attr}
            fix = tree.replaced(function, "re.search")
            yield Match(node.lineno, values, () if method == "search" else (fix,))


@python_error(
    "python-immutable", ast.Subscript, topic="strings",
    message="`{name}` is {what}.",
    examples=[("t = 'ab'\nt[0] = 'c'", "t = 'ab'\nt = 'c' + t[1:]")],
)  # fmt: skip
def immutable(tree: PythonTree, node: ast.Subscript) -> Iterator[Match]:
    match node:
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
            value = tree.assigned_once.get(name)
            if isinstance(value, ast.Tuple):
                yield Match(node.lineno, {"name": name, "what": "a tuple, and a tuple cannot be changed"})
            elif isinstance(value, ast.Constant | ast.JoinedStr) and tree.kind(value) == TEXT:
                yield Match(node.lineno, {"name": name, "what": "text, and no part of a text can be changed"})


@python_error(
    "python-index-assignment", topic="lists",
    message="`{name}` is empty, and giving a value to an index never makes a list longer; `append` does.",
    examples=[("a = []\na[0] = 1", "a = []\na.append(1)")],
)  # fmt: skip
def index_assignment(tree: PythonTree) -> Iterator[Match]:
    grown = {name for node in tree.nodes for name in _may_grow(node)}
    for node in tree.of(ast.Subscript):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()) if name not in grown:
                value = tree.assigned_once.get(name)
                if isinstance(value, ast.List) and not value.elts:
                    yield Match(node.lineno, {"name": name})


def _may_grow(node: ast.AST) -> Iterator[str]:
    match node:
        case (ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert"))
              | ast.AugAssign(target=ast.Name(id=name))
              | ast.Subscript(value=ast.Name(id=name), slice=ast.Slice(), ctx=ast.Store())):  # fmt: skip
            yield name
        case ast.Call(func=called, args=given) if ast.unparse(called) not in {"print", "len"}:
            yield from (argument.id for argument in given if isinstance(argument, ast.Name))


@python_error(
    "python-indices-must-be-integers", ast.Subscript, topic="list-indexing",
    message="the position in `{name}` is a text, and must be a whole number.",
    examples=[("a = [1]\nprint(a['0'])", "a = [1]\nprint(a[0])")],
)  # fmt: skip
def text_as_index(tree: PythonTree, node: ast.Subscript) -> Iterator[Match]:
    of = tree.value(node.value)
    indexed = isinstance(of, ast.List | ast.Tuple) or tree.kind(of) == TEXT
    if isinstance(node.ctx, ast.Load) and indexed and tree.kind(node.slice) == TEXT:
        yield Match(node.lineno, {"name": one_line(ast.unparse(node.value), 30)})
