"""Python that stops with an error for its names, keys and positions: what has no value, and what is not there."""

import ast
import builtins
import difflib
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.linters import ruff_diagnostics
from learnflow.code_analysis.python_tree import PythonTree, bound, inside, loaded, measured, own_nodes, range_of
from learnflow.code_analysis.rule import Match, python_error
from learnflow.code_analysis.rules.python.numbers import whole_number
from learnflow.domain.phrasing import one_line

_ELSEWHERE: Final = (
    "`{name}` gets its value inside of `{function}`, so it is local there and unknown here. Let `{function}` return it, "
    "`{name} = {function}(...)`, and give it on as a parameter where it is needed."
)
_CHOICES: Final = (ast.If, ast.IfExp, ast.BoolOp, ast.While, ast.For, ast.Match, ast.Try, ast.comprehension)


@python_error(
    "python-name-error", topic="variables",
    message="{why}",
    examples=[
        ("total = 1\nprint(totl)", "total = 1\nprint(total)"),
        ("def load():\n    data = [1]\n\ndef show():\n    print(data)\n\nload()\nshow()", "def load():\n    return [1]\n\ndef show(data):\n    print(data)\n\nshow(load())"),
    ],
)  # fmt: skip
def name_error(tree: PythonTree) -> Iterator[Match]:
    diagnostics = ruff_diagnostics(tree.code)
    outside = any(diagnostic.code == "F706" for diagnostic in diagnostics)  # a `return` outside of a function
    local = {name: function.name for function in tree.of(ast.FunctionDef) for name in bound(own_nodes(function))}
    for name, line in ((found.name, found.line) for found in diagnostics if found.code == "F821"):
        why = f"the name `{one_line(name)}` has no value: nothing in your code assigns or imports it."
        if name not in local:
            yield _misspelt(tree, name, line, why)
        elif not outside:  # else a line is not indented enough: it is that, and not the name
            yield Match(line, {"why": _ELSEWHERE.format(name=name, function=local[name])})


def _misspelt(tree: PythonTree, name: str, line: int, why: str) -> Match:
    names = [*tree.bindings, *dir(builtins)]
    close = next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.75)), None)
    place = next((node for node in tree.of(ast.Name) if node.id == name and node.lineno == line), None)
    if close is None or place is None:
        return Match(line, {"why": why})
    return Match(line, {"why": f"{why[:-1]}. Did you mean `{close}`?"}, (tree.replaced(place, close),))


@python_error(
    "python-unbound-local-error", ast.FunctionDef, topic="scope",
    message="`{name}` is changed inside of `{function}`, which makes it local there, and the local one has no value yet.",
    examples=[("n = 0\ndef f():\n    n += 1\nf()", "n = 0\ndef f():\n    global n\n    n += 1\nf()")],
)  # fmt: skip
def unbound_local_error(_: PythonTree, function: ast.FunctionDef) -> Iterator[Match]:
    changes = [change for node in inside(function.body) for change in _changed_from_itself(node)]
    own = [*bound(ast.walk(function.args)), *bound(inside(function.body))]
    for name, line in changes:
        if own.count(name) == sum(name == changed for changed, _ in changes):
            yield Match(line, {"name": name, "function": function.name})


def _changed_from_itself(node: ast.AST) -> Iterator[tuple[str, int]]:
    match node:
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name, node.lineno
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in loaded(value):
            yield name, node.lineno


@python_error(
    "python-recursion-error", topic="recursion",
    message="`{name}` calls itself every time: no condition stops it (there is no base case).",
    examples=[("def f(n):\n    return f(n - 1)\nf(3)", "def f(n):\n    return f(n - 1) if n else 0\nf(3)"), ("def f(n):\n    return f(n - 1)\nf(3)", "def f(n):\n    from maths import f\n    return f(n)")],
)  # fmt: skip
def recursion_error(tree: PythonTree) -> Iterator[Match]:
    for name, function in tree.functions.items():
        nodes = list(own_nodes(function))
        if tree.bindings[name] > 1 or any(isinstance(node, (*_CHOICES, ast.Yield, ast.YieldFrom)) for node in nodes):
            continue
        for node in nodes:
            if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
                yield Match(node.lineno, {"name": name})


@python_error(
    "python-index-error", ast.Subscript, topic="list-indexing",
    message="you ask for index {index} of `{name}`, but it has {has}.",
    examples=[("a = [1, 2]\nprint(a[2])", "a = [1, 2]\nprint(a[1])")],
)  # fmt: skip
def index_error(tree: PythonTree, node: ast.Subscript) -> Iterator[Match]:
    size, index = _size(tree.value(node.value)), whole_number(tree.value(node.slice))
    if not isinstance(node.ctx, ast.Load) or size is None or index is None or -size <= index < size:
        return
    name = one_line(ast.unparse(node.value), 30)
    has = "no elements at all" if not size else "only 1 element (index 0)" if size == 1 else None
    has = has or f"only {size} elements (indexes 0 to {size - 1})"
    fixes = (tree.replaced(node.slice, str(size - 1)), tree.replaced(node.slice, f"len({name}) - 1"))
    yield Match(node.lineno, {"index": str(index), "name": name, "has": has}, fixes if size else ())


def _size(node: ast.expr) -> int | None:
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return None if any(isinstance(item, ast.Starred) for item in items) else len(items)
        case ast.Constant(value=str(text)):
            return len(text)
    return None


@python_error(
    "python-key-error", ast.Subscript, topic="dictionaries",
    message="`{name}` has no key {key}; its keys are: {keys}.",
    examples=[("d = {'a': 1}\nprint(d['b'])", "d = {'a': 1}\nprint(d['a'])")],
)  # fmt: skip
def key_error(tree: PythonTree, node: ast.Subscript) -> Iterator[Match]:
    match node:
        case ast.Subscript(value=ast.Name(id=name) as table, slice=ast.Constant(value=key), ctx=ast.Load()):
            made = tree.value(table)
            keys = made.keys if isinstance(made, ast.Dict) else [None]
            plain = [each.value for each in keys if isinstance(each, ast.Constant)]
            if len(plain) == len(keys) and key not in plain:
                listed = one_line(", ".join(map(repr, plain)), 80) or "none"
                values = {"name": name, "key": one_line(repr(key), 40), "keys": listed}
                yield Match(node.lineno, values, (tree.replaced(node, f"{name}.get({key!r})"),))


@python_error(
    "index-too-far", ast.For, topic="list-indexing", needs_error=True, explains=("python-index-error",),
    message="`{range}` in line {loop} goes too far: `{index}` becomes `len({of})`, but the last index is `len({of}) - 1`.",
    examples=[("for i in range(len(a) + 1):\n    print(a[i])", "for i in range(len(a)):\n    print(a[i])")],
)  # fmt: skip
def index_too_far(tree: PythonTree, loop: ast.For) -> Iterator[Match]:
    match loop.target, range_of(loop.iter):
        case ast.Name(id=index), [*_, ast.BinOp(left=length, op=ast.Add(), right=ast.Constant(value=int(more))) as end]:
            of = measured(length) if more > 0 else ""
            items = (node for node in ast.walk(loop) if isinstance(node, ast.Subscript))
            line = next((node.lineno for node in items if ast.unparse(node) == f"{of}[{index}]"), None)
            if of and line:
                values = {"range": one_line(ast.unparse(loop.iter)), "loop": str(loop.lineno), "index": index, "of": of}
                yield Match(line, values, (tree.replaced(end, f"len({of})"),))


@python_error(
    "length-as-index", ast.Subscript, topic="list-indexing", needs_error=True, explains=("python-index-error",),
    message="`len({name})` is the number of items, and indexes begin at 0: the last is `len({name}) - 1`, so there is nothing at `{name}[len({name})]`.",
    examples=[("a = read()\nprint(a[len(a)])", "a = read()\nprint(a[len(a) - 1])")],
)  # fmt: skip
def length_as_index(tree: PythonTree, node: ast.Subscript) -> Iterator[Match]:
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=index, ctx=ast.Load()) if name == measured(index):
            fixes = (tree.replaced(index, "-1"), tree.replaced(index, f"len({name}) - 1"))
            yield Match(node.lineno, {"name": name}, fixes)


@python_error(
    "next-beyond-end", ast.For, topic="list-indexing", needs_error=True, explains=("python-index-error",),
    message="in the last round `{index}` is the last index, and `{item}` is one beyond it. Let the loop end one earlier: `range(len({of}) - 1)`.",
    examples=[("for i in range(len(a)):\n    print(a[i + 1])", "for i in range(len(a) - 1):\n    print(a[i + 1])")],
)  # fmt: skip
def next_beyond_end(tree: PythonTree, loop: ast.For) -> Iterator[Match]:
    match loop.target, range_of(loop.iter):
        case ast.Name(id=index), [*_, ast.Call(func=ast.Name(id="len"), args=[items]) as end]:
            of = ast.unparse(items)
            for node in ast.walk(loop):
                match node:
                    case ast.Subscript(value=owner, slice=ast.BinOp(left=ast.Name(id=at), op=ast.Add())):
                        if at == index and ast.unparse(owner) == of:
                            values = {"index": index, "item": ast.unparse(node), "of": of}
                            yield Match(node.lineno, values, (tree.replaced(end, f"len({of}) - 1"),))
