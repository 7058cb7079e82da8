"""Faults of calls and loops in a student's Python that can be seen without running it."""

import ast
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from learnflow.code_analysis.python_tree import Fault, PythonTree
from learnflow.code_analysis.rules.python.types import kind
from learnflow.domain.phrasing import many


def _arguments(tree: PythonTree) -> Iterator[Fault]:
    functions = _known_functions(tree)
    for node in ast.walk(tree.module):
        match node:
            case ast.Call(func=ast.Name(id=name), args=given, keywords=named) if name in functions:
                if any(isinstance(one, ast.Starred) for one in given) or any(one.arg is None for one in named):
                    continue
                fault = _call(functions[name], node, [one.arg for one in named if one.arg])
                if fault:
                    yield fault
            case _:
                pass


def _known_functions(tree: PythonTree) -> dict[str, ast.FunctionDef]:
    """Return the functions of the module itself that have one definition, no decorator and no `*`."""
    found = [node for node in tree.module.body if isinstance(node, ast.FunctionDef)]
    names = [node.name for node in ast.walk(tree.module) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    plain = {
        node.name: node
        for node in found
        if not (node.decorator_list or node.args.vararg or node.args.kwarg or node.args.kwonlyargs)
    }
    others = {
        node.id for node in ast.walk(tree.module) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    others |= {node.arg for node in ast.walk(tree.module) if isinstance(node, ast.arg)}
    return {name: node for name, node in plain.items() if names.count(name) == 1 and name not in others}


def _call(function: ast.FunctionDef, call: ast.Call, named: list[str]) -> Fault | None:
    parameters = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    needed = parameters[: len(parameters) - len(function.args.defaults)]
    unknown = next((name for name in named if name not in parameters), None)
    if unknown:
        says = f"`{function.name}` has no parameter `{unknown}`; it has: {', '.join(parameters) or 'none'}."
        return Fault("python-unexpected-keyword", call.lineno, says)
    if len(call.args) > len(parameters):
        says = f"`{function.name}` takes {many(len(parameters), 'value')}, and this call gives {len(call.args)}."
        return Fault("python-too-many-arguments", call.lineno, says)
    missing = [name for name in needed[len(call.args) :] if name not in named]
    if missing:
        says = f"`{function.name}` also needs a value for {', '.join(f'`{name}`' for name in missing)}."
        return Fault("python-missing-argument", call.lineno, says)
    return None


def _not_callable(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                value = tree.assigned_once.get(name)
                if isinstance(value, ast.List | ast.Tuple | ast.Dict | ast.Set | ast.JoinedStr | ast.Constant):
                    says = f"`{name}` is a value that you made yourself (`{name} = …`), and no function any more."
                    yield Fault("python-not-callable", node.lineno, says)
            case _:
                pass


def _loops(tree: PythonTree) -> Iterator[Fault]:
    for node in ast.walk(tree.module):
        match node:
            case ast.For(iter=source) if kind(tree.value(source)) == "a number":
                mended = tree.replaced(source, f"range({ast.unparse(source)})")
                says = f"`{ast.unparse(source)}` is a number, and a loop needs something with items: `range(…)`."
                yield Fault("python-not-iterable", node.lineno, says, (mended,))
            case _:
                pass


CALL_CHECKS: Final[Mapping[str, Callable[[PythonTree], Iterator[Fault]]]] = MappingProxyType({
    "python-missing-argument": _arguments,
    "python-not-callable": _not_callable,
    "python-not-iterable": _loops,
})
