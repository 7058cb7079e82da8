"""The outline of a Python program."""

import ast
import warnings
from collections.abc import Iterable, Iterator
from typing import Final

from learnflow.sandbox.outline import Function, Outline, reached

_READING: Final = frozenset({"input", "stdin", "fileinput"})
_DEFINITIONS: Final = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_NOT_ACTING: Final = _DEFINITIONS | ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign | ast.Pass
_LISTS: Final = ("list", "List", "Sequence", "Iterable", "tuple", "Tuple", "set", "Set", "Collection")
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def python_outline(code: str) -> Outline:
    """Return the outline of a Python program, which is empty for code that does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape is no reason to stop
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Outline()
    functions = tuple(_functions(tree))
    acting = [node for node in tree.body if not isinstance(node, _NOT_ACTING) and not _is_docstring(node)]
    loose = [node for node in tree.body if not isinstance(node, _DEFINITIONS)]
    methods = frozenset(_names(node for node in tree.body if isinstance(node, ast.ClassDef)))
    names = reached(frozenset(_names(loose)), functions)
    return Outline(functions, bool(names & _READING or (acting and methods & _READING)), acts=bool(acting))


def _functions(tree: ast.Module) -> Iterator[Function]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _function(node.name, node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and len(node.targets) == 1:
            yield from (_function(target.id, node.value) for target in node.targets if isinstance(target, ast.Name))


def _function(name: str, node: _Function) -> Function:
    given = [*node.args.posonlyargs, *node.args.args]
    return Function(
        name,
        tuple(argument.arg for argument in given),
        len(given) - len(node.args.defaults),
        variadic=node.args.vararg is not None,
        takes_list=len(given) == 1 and _is_list(given[0].annotation),
        returns=_returns(name, node),
        names=frozenset(_names([node])),
    )


def _is_list(annotation: ast.expr | None) -> bool:
    return annotation is not None and ast.unparse(annotation).removeprefix("typing.").startswith(_LISTS)


def _returns(name: str, node: _Function) -> bool | None:
    if isinstance(node, ast.Lambda):
        return None if isinstance(node.body, ast.Call) else True
    values = [value for value in _returned(node.body) if not (isinstance(value, ast.Constant) and value.value is None)]
    if not values:
        return False
    # What is returned may be nothing: that of print, or of the function itself.
    unclear = all(
        isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("print", name)
        for value in values
    )
    return None if unclear else True


def _returned(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in body:
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value
        elif isinstance(node, ast.Yield | ast.YieldFrom):
            yield node
        elif not isinstance(node, _DEFINITIONS | ast.Lambda):
            yield from _returned(ast.iter_child_nodes(node))


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for part in (part for node in nodes for part in ast.walk(node)):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.Call(func=ast.Name(id="open"), args=[ast.Constant(value=0 | "/dev/stdin"), *_]):
                yield "stdin"
            case ast.alias(name="fileinput"):
                yield "fileinput"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
