"""Causes of wrong results in what a student's Python functions give back, keep, and are never asked for."""

import ast
from collections.abc import Callable, Iterator
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.python_nodes import inside, loaded, stored
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.code_analysis.rules.python.calls import Function, functions
from learnflow.domain.phrasing import one_line

_METHODS: Final = frozenset({
    "upper", "lower", "strip", "capitalize", "isdigit", "isalpha", "isupper", "islower", "isnumeric", "lstrip",
    "rstrip", "append", "sort", "reverse", "pop",
})  # fmt: skip


def _first_round(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.For(body=[*before, ast.Return(value=value) as last], iter=items) if before and value is not None:
                sums = {ast.unparse(one.target) for one in before if isinstance(one, ast.AugAssign)}
                if ast.unparse(value) in sums | _grown(before):
                    yield cause("returns-in-loop", last.lineno, items=one_line(ast.unparse(items)))
            case ast.For(body=[*_, ast.If(test=test, body=[
                *_, ast.Assign(targets=[ast.Name(id=best)]), ast.Return(value=ast.Name(id=given)) as last,
            ], orelse=[])], iter=items) if best == given and best in loaded(test):  # fmt: skip
                yield cause("returns-in-loop", last.lineno, items=one_line(ast.unparse(items)))
            case _:
                pass


def _grown(nodes: list[ast.stmt]) -> set[str]:
    return {
        ast.unparse(one.func.value) for one in inside(nodes)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "append"
    }  # fmt: skip


def _not_passed_on(tree: PythonTree) -> Iterator[Cause]:
    for function in _all(tree):
        returns = [one for one in inside(function.body) if isinstance(one, ast.Return) and one.value is not None]
        for node in inside(function.body) if returns else ():
            match node:
                case ast.Expr(value=ast.Call() | ast.BinOp() as value) if function.name in _called(value):
                    if _ends_there(function.body, node):
                        change = f"return {ast.unparse(value)}"
                        yield cause("not-passed-on", node.lineno, tree.replaced(value, change), name=function.name,
                                    change=one_line(change))  # fmt: skip
                case _:
                    pass


def _called(value: ast.expr) -> set[str]:
    """Return the names of the functions whose result a value is made of."""
    sides = (value.left, value.right) if isinstance(value, ast.BinOp) else (value,)
    return {ast.unparse(one.func) for one in sides if isinstance(one, ast.Call)}


def _ends_there(body: list[ast.stmt], node: ast.stmt) -> bool:
    """Say whether a statement is the last of a function, or of a branch that is."""
    last = body[-1]
    if last is node:
        return True
    return isinstance(last, ast.If) and any(_ends_there(one, node) for one in (last.body, last.orelse) if one)


def _all(tree: PythonTree) -> Iterator[Function]:
    return (one for one in ast.walk(tree.module) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def _zero_times(tree: PythonTree) -> Iterator[Cause]:
    for function in _all(tree):
        returns = [one for one in inside(function.body) if isinstance(one, ast.Return)]
        zeros = [one for one in returns if _is_zero(one.value)]
        products = [one for one in returns if _times(one, function.name)]
        if zeros and products and len(zeros) + len(products) == len(returns):
            yield cause("zero-times", zeros[0].lineno, name=function.name)


def _is_zero(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0 and not isinstance(node.value, bool)


def _times(node: ast.Return, name: str) -> bool:
    match node.value:
        case ast.BinOp(op=ast.Mult(), left=left, right=right):
            return any(isinstance(one, ast.Call) and ast.unparse(one.func) == name for one in (left, right))
        case _:
            return False


def _begins_anew(tree: PythonTree) -> Iterator[Cause]:
    for function in functions(tree).values():
        match function.body:
            case [
                ast.Assign(targets=[ast.Name(id=first)], value=ast.Constant(value=int())) as start,
                ast.AugAssign(target=ast.Name(id=second), value=ast.Constant()),
                *rest,
            ] if first == second:
                if any(isinstance(one, ast.Return) and one.value and ast.unparse(one.value) == first for one in rest):
                    yield cause("begins-anew", start.lineno, name=first, function=function.name)
            case _:
                pass


def _late_binding(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.ListComp(elt=ast.Lambda() as made, generators=[ast.comprehension(target=ast.Name(id=name))]):
                yield from _captured(tree, made, name)
            case ast.For(target=ast.Name(id=name), body=body):
                for one in inside(body):
                    match one:
                        case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Lambda() as made]):
                            yield from _captured(tree, made, name)
                        case _:
                            pass
            case _:
                pass


def _captured(tree: PythonTree, made: ast.Lambda, name: str) -> Iterator[Cause]:
    own = {one.arg for one in ast.walk(made.args) if isinstance(one, ast.arg)}
    if name in loaded(made.body) - own:
        bound = ", ".join(part for part in (ast.unparse(made.args), f"{name}={name}") if part)
        text = f"lambda {bound}: {ast.unparse(made.body)}"
        fix = f"Bind the value at once, by a default: `{one_line(text, 80)}`."
        yield cause("late-binding", made.lineno, tree.replaced(made, text), name=name, change=fix)


def _late_function(tree: PythonTree) -> Iterator[Cause]:
    for loop in ast.walk(tree.module):
        match loop:
            case ast.For(target=ast.Name(id=name), body=body):
                for node in body:
                    if isinstance(node, ast.FunctionDef) and _uses(node, name) and _kept(body, node.name):
                        bound = ", ".join(filter(None, (ast.unparse(node.args), f"{name}={name}")))
                        fix = f"Bind the value at once, by a default: `def {node.name}({one_line(bound)}):`."
                        yield cause("late-binding", node.lineno, name=name, change=fix)
            case _:
                pass


def _uses(function: ast.FunctionDef, name: str) -> bool:
    own = {one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)}
    return name not in own and any(
        isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load) for one in inside(function.body)
    )


def _kept(body: list[ast.stmt], name: str) -> bool:
    """Say whether a function is stored for later."""
    return any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "append"
        and any(isinstance(given, ast.Name) and given.id == name for given in one.args)
        for one in inside(body)
    )  # fmt: skip


def _not_called(tree: PythonTree) -> Iterator[Cause]:
    called = {id(one.func) for one in ast.walk(tree.module) if isinstance(one, ast.Call)}
    used = [one for node in ast.walk(tree.module) for one in _results(node)]
    own = set(functions(tree)) - stored(ast.walk(tree.module))
    for node in used:
        match node:
            case ast.Attribute(attr=name) if name in _METHODS and id(node) not in called:
                yield _without_call(tree, node, name)
            case ast.Name(id=name) if name in own and id(node) not in called:
                yield _without_call(tree, node, name)
            case _:
                pass


def _without_call(tree: PythonTree, node: ast.expr, name: str) -> Cause:
    change = f"{ast.unparse(node)}()"
    mended = (tree.replaced(node, change),) if name in _METHODS else ()
    return cause("not-called", node.lineno, *mended, name=name, change=one_line(change))


def _results(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what stands where a value is wanted: by itself, in a condition, printed or compared."""
    match node:
        case ast.Expr(value=value) | ast.If(test=value) | ast.While(test=value):
            yield value
        case ast.Call(func=ast.Name(id="print"), args=arguments):
            yield from arguments
        case ast.Compare(left=left, comparators=others):
            yield from (left, *others)
        case _:
            pass


FUNCTIONS: Final[tuple[Callable[[PythonTree], Iterator[Cause]], ...]] = (
    _first_round, _not_passed_on, _zero_times, _begins_anew, _late_binding, _late_function, _not_called,
)  # fmt: skip
