"""Causes of wrong results in a student's Python classes: what was meant for the object, and went elsewhere."""

import ast
from collections.abc import Callable, Iterator
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.python_nodes import inside
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.domain.phrasing import one_line

_OF_CLASS: Final = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})  # they take the class


def _self_missing(tree: PythonTree) -> Iterator[Cause]:
    for made in _classes(tree):
        own = set(_own(made))
        for method in (one for one in made.body if isinstance(one, ast.FunctionDef)):
            nodes = list(inside(method.body))
            read = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
            for node in nodes:
                match node:
                    case ast.Assign(targets=[ast.Name(id=name)]) if name in own - read:
                        yield cause("self-missing", node.lineno, name=name, method=method.name)
                    case _:
                        pass


def _classes(tree: PythonTree) -> Iterator[ast.ClassDef]:
    return (one for one in ast.walk(tree.module) if isinstance(one, ast.ClassDef))


def _own(made: ast.ClassDef) -> Iterator[str]:
    for node in inside(made.body):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                yield name
            case _:
                pass


def _no_self(tree: PythonTree) -> Iterator[Cause]:
    for made in _classes(tree):
        helpers = {one.id for one in inside(made.body) if isinstance(one, ast.Name)}  # called while the class is made
        for method in (one for one in made.body if isinstance(one, ast.FunctionDef) and not one.decorator_list):
            if method.name not in helpers and not made.keywords and not _takes_object(method):
                own = ", ".join(filter(None, ("self", ast.unparse(method.args))))
                change = f"def {method.name}({own}):"
                yield cause("no-self", method.lineno, name=method.name, change=one_line(change))


def _takes_object(method: ast.FunctionDef) -> bool:
    """Say whether the first parameter is for the object: by its name, or because its attributes are used."""
    first = next((one.arg for one in (*method.args.posonlyargs, *method.args.args)), "")
    used = any(
        isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == first
        for one in inside(method.body)
    )
    return used or method.args.vararg is not None or first in {"self", "cls", "mcs", "_"} or method.name in _OF_CLASS


def _class_counter(tree: PythonTree) -> Iterator[Cause]:
    asked = {ast.unparse(one) for one in ast.walk(tree.module) if isinstance(one, ast.Attribute)}
    for made in _classes(tree):
        for node in inside(made.body):
            match node:
                case ast.AugAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                    if name in set(_numbers(made)) and f"{made.name}.{name}" in asked:
                        yield cause("class-counter", node.lineno, name=name, owner=made.name)
                case _:
                    pass


def _numbers(made: ast.ClassDef) -> Iterator[str]:
    for node in made.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()):
                yield name
            case _:
                pass


def _wrapper_lost(tree: PythonTree) -> Iterator[Cause]:
    used = {
        one.id for node in ast.walk(tree.module) if isinstance(node, ast.FunctionDef | ast.ClassDef)
        for one in node.decorator_list if isinstance(one, ast.Name)
    }  # fmt: skip
    for function in tree.module.body:
        if not (isinstance(function, ast.FunctionDef) and function.name in used):
            continue
        inner = next((one.name for one in function.body if isinstance(one, ast.FunctionDef)), None)
        if inner and not any(isinstance(one, ast.Return) for one in function.body):
            yield cause("wrapper-lost", function.lineno, name=function.name, inner=inner)


CLASSES: Final[tuple[Callable[[PythonTree], Iterator[Cause]], ...]] = (
    _self_missing, _no_self, _class_counter, _wrapper_lost,
)  # fmt: skip
