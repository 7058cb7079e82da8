"""Faults in a student's Python that can be seen without running it, each with its line and, where sure, a mend."""

import ast
import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from learnflow.code_analysis.python_tree import Fault, PythonTree, gather
from learnflow.code_analysis.rules.python.bounds import RAISED_CHECKS
from learnflow.code_analysis.rules.python.call_errors import CALL_CHECKS
from learnflow.code_analysis.rules.python.scope import elsewhere_local
from learnflow.code_analysis.rules.python.types import TYPE_CHECKS, kind
from learnflow.domain.phrasing import one_line
from learnflow.domain.question.errors import ERRORS, find_error
from learnflow.domain.question.lexicon import words
from learnflow.models.vocabulary import Language

_CHOICES: Final = (ast.If, ast.IfExp, ast.BoolOp, ast.While, ast.For, ast.Match, ast.Try, ast.comprehension)


def find_fault(code: str, error: str | None) -> Fault | None:
    """Return the first fault of a kind (of any kind without one) that the code shows; a syntax error comes first.

    An error that only has a name ("TypeError") stands for all kinds of that name.
    """
    try:
        tree = gather(code)
    except SyntaxError as problem:
        return _syntax(problem)
    found = [fault for kind in _kinds(error) for fault in _seen(kind, tree, error)]
    return min(found, key=lambda fault: fault.line, default=None)


def _seen(kind: str, tree: PythonTree, error: str | None) -> Iterator[Fault]:
    yield from (fault for fault in _CHECKS[kind](tree) if error is None or _is(fault, error))
    if error is not None and kind in RAISED_CHECKS:  # these are faults only where the error came up
        yield from (fault for fault in RAISED_CHECKS[kind](tree) if _is(fault, error))


def _kinds(error: str | None) -> Iterable[str]:
    if error is None:
        return _CHECKS
    return [kind for kind in _CHECKS if ERRORS[kind].name == ERRORS[error].name] if error in ERRORS else ()


def _is(fault: Fault, error: str) -> bool:
    """Say whether a fault is the error, or the error is the general one of its name."""
    general = next(iter(sign.key for sign in ERRORS.values() if sign.name == ERRORS[error].name))
    return error in (fault.error, general)


def _syntax(problem: SyntaxError) -> Fault:
    sign = find_error((type(problem).__name__, *words(problem.msg)), Language.PYTHON)
    line = problem.lineno or 1
    key = sign.key if sign and sign.key else "python-syntax-error"
    return Fault(key, line, f"Python cannot read it: {one_line(problem.msg, 160)}.")


def _index(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        if not (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)):
            continue
        size, index = _size(tree.value(node.value)), _whole_number(tree.value(node.slice))
        if size is None or index is None or -size <= index < size:
            continue
        name = one_line(ast.unparse(node.value), 30)
        has = "no elements at all" if not size else "only 1 element (index 0)" if size == 1 else None
        has = has or f"only {size} elements (indexes 0 to {size - 1})"
        mended = (tree.replaced(node.slice, str(size - 1)), tree.replaced(node.slice, f"len({name}) - 1"))
        yield Fault(
            "python-index-error", node.lineno, f"you ask for index {index} of `{name}`, but it has {has}.",
            mended if size else (),
        )  # fmt: skip


def _size(node: ast.expr) -> int | None:
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items) if not any(isinstance(one, ast.Starred) for one in items):
            return len(items)
        case ast.Constant(value=str(text)):
            return len(text)
        case _:
            return None


def _whole_number(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
        case _:
            return None


def _key(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Subscript(value=ast.Name(id=name) as table, slice=ast.Constant(value=key), ctx=ast.Load()):
                match tree.value(table):
                    case ast.Dict(keys=keys) if all(isinstance(one, ast.Constant) for one in keys):
                        known = [one.value for one in keys if isinstance(one, ast.Constant)]
                        if key not in known:
                            listed = one_line(", ".join(map(repr, known)), 80) or "none"
                            mended = tree.replaced(node, f"{name}.get({key!r})")
                            says = f"`{name}` has no key {one_line(repr(key), 40)}; its keys are: {listed}."
                            yield Fault("python-key-error", node.lineno, says, (mended,))
                    case _:
                        pass
            case _:
                pass


def _name(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in tree.defined:
            close = difflib.get_close_matches(node.id, tree.defined, n=1, cutoff=0.75)
            says = f"the name `{one_line(node.id)}` has no value: nothing in your code assigns or imports it"
            if close:
                yield Fault("python-name-error", node.lineno, f"{says}. Did you mean `{close[0]}`?",
                            (tree.replaced(node, close[0]),))  # fmt: skip
            else:
                yield Fault("python-name-error", node.lineno, f"{says}.")
    yield from elsewhere_local(tree)


def _division(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod(), right=right) if _is_zero(tree.value(right)):
                if kind(tree.value(node.left)) != "text":
                    divisor = one_line(ast.unparse(right), 30)
                    says = f"you divide by `{divisor}`, which is 0 there."
                    yield Fault("python-zero-division-error", node.lineno, says)
            case _:
                pass


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value == 0


def _recursion(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        if not isinstance(node, ast.FunctionDef):
            continue
        inside = list(ast.walk(node))
        if any(isinstance(one, _CHOICES) for one in inside):
            continue
        for call in inside:
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == node.name:
                says = f"`{node.name}` calls itself every time: no condition stops it (there is no base case)."
                yield Fault("python-recursion-error", call.lineno, says)


def _unbound(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        if not isinstance(node, ast.FunctionDef):
            continue
        inside = list(ast.walk(node))
        changes = [change for one in inside if (change := _changed_from_itself(one)) is not None]
        targets = {id(name) for name, _ in changes}
        known = {one.arg for one in inside if isinstance(one, ast.arg)}
        known |= {name for one in inside if isinstance(one, ast.Global | ast.Nonlocal) for name in one.names}
        known |= {
            one.id for one in inside
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) and id(one) not in targets
        }  # fmt: skip
        for name, one in changes:
            if name.id not in known:
                why = f"`{name.id}` is changed inside of `{node.name}`, which makes it local there"
                yield Fault("python-unbound-local-error", one.lineno, f"{why}, and the local one has no value yet.")


def _changed_from_itself(node: ast.AST) -> tuple[ast.Name, ast.stmt] | None:
    match node:
        case ast.AugAssign(target=ast.Name() as target):
            return target, node
        case ast.Assign(targets=[ast.Name() as target], value=value):
            loaded = any(isinstance(one, ast.Name) and one.id == target.id for one in ast.walk(value))
            return (target, node) if loaded else None
        case _:
            return None


_CHECKS: Final[Mapping[str, Callable[[PythonTree], Iterator[Fault]]]] = MappingProxyType({
    "python-index-error": _index,
    "python-key-error": _key,
    "python-name-error": _name,
    "python-zero-division-error": _division,
    "python-recursion-error": _recursion,
    "python-unbound-local-error": _unbound,
    **TYPE_CHECKS,
    **CALL_CHECKS,
})
