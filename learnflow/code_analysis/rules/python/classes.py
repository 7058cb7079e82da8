"""Classes and decorators in Python: what was meant for the object, and went elsewhere."""

import ast
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.python_tree import Function, PythonTree, inside, loaded, own_nodes, parts
from learnflow.code_analysis.rule import Match, python_rule
from learnflow.domain.phrasing import one_line

_OBJECT: Final = frozenset({"self", "cls", "mcs", "_", "this", "me", "obj"})
_MISSPELT: Final = frozenset({"_init_", "__int__", "init", "_init__", "__init_", "__Init__", "_int_"})


def _methods(owner: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    return (node for node in owner.body if isinstance(node, ast.FunctionDef))


def _calls(tree: PythonTree, method: ast.FunctionDef) -> list[ast.Call]:
    """Return the calls of what is called like a method."""
    return [
        node for node in tree.of(ast.Call) if isinstance(node.func, ast.Attribute) and node.func.attr == method.name
    ]


def _returns_value(function: Function) -> bool:
    return any(isinstance(node, ast.Return) and node.value for node in own_nodes(function))


@python_rule(
    "self-missing", ast.ClassDef, topic="object-oriented-programming",
    explains=("python-attribute-error",),
    message="in `{method}`, `{name}` without `self.` is a local variable: it goes when the method ends, and `self.{name}` stays as it is.",
    fix="Write `self.{name} = ...`.",
    beneath="A method has no way to the object's attributes but its first parameter; a bare name is local.",
    examples=[("class A:\n    def __init__(self):\n        self.n = 0\n    def f(self):\n        n = 5", "class A:\n    def __init__(self):\n        self.n = 0\n    def f(self):\n        self.n = 5")],
)  # fmt: skip
def self_missing(_: PythonTree, owner: ast.ClassDef) -> Iterator[Match]:
    attributes = {node.attr for node in parts(owner.body, ast.Attribute) if ast.unparse(node.value) == "self"}
    for method in _methods(owner):
        local = attributes - loaded(*method.body)
        for node in inside(method.body):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)]) if name in local and not name.startswith("_"):
                    yield Match(node.lineno, {"name": name, "method": method.name})


@python_rule(
    "no-self", ast.ClassDef, topic="object-oriented-programming",
    explains=("python-too-many-arguments", "python-type-error", "python-missing-argument"),
    message="the method `{name}` has no `self`: Python passes the object itself as the first value of each call, and here there is no place for it.",
    fix="Write it as the first parameter: `{change}`.",
    beneath="`robot.say(x)` means `Robot.say(robot, x)`; only `@staticmethod` takes no object.",
    examples=[
        ("class A:\n    def f(x):\n        print(x)", "class A:\n    def f(self, x):\n        print(x)"),
        ("class A:\n    def f(x):\n        print(x)", "class A:\n    def f(x):\n        print(x)\n\n    @classmethod\n    def g(cls):\n        return cls.f"),
    ],
)  # fmt: skip
def no_self(tree: PythonTree, owner: ast.ClassDef) -> Iterator[Match]:
    helpers = loaded(*owner.body)  # called while the class is made, or looked up in it
    helpers |= {node.attr for node in parts(owner.body, ast.Attribute) if ast.unparse(node.value) == "cls"}
    if "getattr" in helpers:  # any of them may be
        return
    for method in _methods(owner):
        special = method.name.startswith("__") and method.name != "__init__"
        meant = method.decorator_list or method.name in helpers or owner.keywords or special
        if not meant and not _takes_object(method) and _lacks_place(tree, owner, method):
            own = ", ".join(filter(None, ("self", ast.unparse(method.args))))
            yield Match(method.lineno, {"name": method.name, "change": one_line(f"def {method.name}({own}):")})


def _takes_object(method: ast.FunctionDef) -> bool:
    """Say whether the first parameter is for the object: by its name, or because its attributes are used."""
    first = next((argument.arg for argument in (*method.args.posonlyargs, *method.args.args)), "")
    used = any(ast.unparse(node.value) == first for node in parts(method.body, ast.Attribute))
    return used or method.args.vararg is not None or first in _OBJECT


def _lacks_place(tree: PythonTree, owner: ast.ClassDef, method: ast.FunctionDef) -> bool:
    """Say whether calls give a method as many values as it has parameters, with the object as one more."""
    calls = _calls(tree, method)
    of_class = any(ast.unparse(node.func).startswith(f"{owner.name}.") for node in calls)
    return not of_class and (not calls or any(len(node.args) == len(method.args.args) for node in calls))


@python_rule(
    "init-misspelt", ast.ClassDef, topic="object-oriented-programming",
    explains=("python-attribute-error", "python-too-many-arguments"),
    message="the constructor must be called `__init__`, with two underscores on each side; `{name}` is an ordinary method that nobody calls.",
    fix="Write `def __init__(self, ...):`.",
    beneath="Python looks special methods up by their exact names; another name is no error, only another method.",
    examples=[("class A:\n    def _init_(self):\n        self.n = 1", "class A:\n    def __init__(self):\n        self.n = 1")],
)  # fmt: skip
def init_misspelt(tree: PythonTree, owner: ast.ClassDef) -> Iterator[Match]:
    names = {method.name for method in _methods(owner)}
    for method in _methods(owner) if "__init__" not in names else ():
        own = (node.ctx for node in own_nodes(method) if isinstance(node, ast.Attribute))
        stores = any(isinstance(context, ast.Store) for context in own)
        if method.name in _MISSPELT and stores and not _returns_value(method) and not _calls(tree, method):
            yield Match(method.lineno, {"name": method.name})


@python_rule(
    "class-counter", ast.ClassDef, topic="object-oriented-programming",
    message="`self.{name} += 1` reads the class's `{name}`, but stores the result in this one object: `{owner}.{name}` itself stays as it is.",
    fix="Count in the class: `{owner}.{name} += 1`.",
    beneath="Reading falls back from the object to its class; assigning by `self` always makes or changes the object's own attribute.",
    examples=[("class A:\n    n = 0\n    def f(self):\n        self.n += 1\nprint(A.n)", "class A:\n    n = 0\n    def f(self):\n        A.n += 1\nprint(A.n)")],
)  # fmt: skip
def class_counter(tree: PythonTree, owner: ast.ClassDef) -> Iterator[Match]:
    own = set(map(ast.unparse, parts(owner.body, ast.Attribute)))
    of_object = {ast.unparse(target) for node in parts(owner.body, ast.Assign) for target in node.targets}
    asked = set(map(ast.unparse, tree.of(ast.Attribute)))
    for node in parts(owner.body, ast.AugAssign):
        match node:
            case ast.AugAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=name), op=ast.Add(),
                               value=ast.Constant(value=1)):  # fmt: skip
                shared = f"{owner.name}.{name}"
                if name in of_object and shared in asked - own and f"self.{name}" not in of_object:
                    yield Match(node.lineno, {"name": name, "owner": owner.name})


@python_rule(
    "wrapper-lost", topic="decorators",
    explains=("python-not-callable",),
    message="the decorator `{name}` defines `{inner}`, but returns nothing: so what it decorates becomes None.",
    fix="End `{name}` with `return {inner}` (without parentheses).",
    beneath="`@{name}` means `f = {name}(f)`: the name gets whatever the decorator returns.",
    examples=[("def d(f):\n    def w():\n        f()\n\n@d\ndef g():\n    pass", "def d(f):\n    def w():\n        f()\n    return w\n\n@d\ndef g():\n    pass")],
)  # fmt: skip
def wrapper_lost(tree: PythonTree) -> Iterator[Match]:
    used = {ast.unparse(name) for node in tree.of(ast.FunctionDef, ast.ClassDef) for name in node.decorator_list}
    for name, function in tree.functions.items():
        inner = next((node.name for node in function.body if isinstance(node, ast.FunctionDef)), None)
        if name in used and inner and not _returns_value(function):
            yield Match(function.lineno, {"name": name, "inner": inner})
