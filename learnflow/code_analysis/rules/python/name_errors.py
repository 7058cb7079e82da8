"""Python that stops with an error for its names, keys and positions: what has no value, and what is not there."""

import ast
import builtins
import difflib
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.linters import ruff_diagnostics
from learnflow.code_analysis.python_tree import PythonTree, bound, inside, loaded, own_nodes
from learnflow.code_analysis.rule import Example, Kind, Match, rule
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

_UNDEFINED: Final = "F821"  # ruff's for a name without a value
_OUTSIDE: Final = "F706"  # and for a `return` outside of a function
_CHOICES: Final = (ast.If, ast.IfExp, ast.BoolOp, ast.While, ast.For, ast.Match, ast.Try, ast.comprehension)


@rule(
    "python-name-error", Language.PYTHON, topic="variables", kind=Kind.ERROR,
    explains=("python-name-error",),
    message="{why}",
    examples=(
        Example(Language.PYTHON, "total = 1\nprint(totl)", "total = 1\nprint(total)"),
        Example(Language.PYTHON, "def load():\n    data = [1]\n\ndef show():\n    print(data)\n\nload()\nshow()", "def load():\n    return [1]\n\ndef show(data):\n    print(data)\n\nshow(load())"),
    ),
)  # fmt: skip
def name_error(tree: PythonTree) -> Iterator[Match]:
    diagnostics = ruff_diagnostics(tree.code)
    outside = any(diagnostic.code == _OUTSIDE for diagnostic in diagnostics)
    local = {name: function.name for function in tree.of(ast.FunctionDef) for name in bound(own_nodes(function))}
    for name, line in (
        (diagnostic.name, diagnostic.line) for diagnostic in diagnostics if diagnostic.code == _UNDEFINED
    ):
        why = f"the name `{one_line(name)}` has no value: nothing in your code assigns or imports it."
        if name not in local:
            yield _misspelt(tree, name, line, why)
        elif not outside:  # else a line is not indented enough: it is that, and not the name
            yield Match(line, {"why": _elsewhere(name, local[name])})


def _misspelt(tree: PythonTree, name: str, line: int, why: str) -> Match:
    names = [*tree.bindings, *dir(builtins)]
    close = next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.75)), None)
    place = next((node for node in tree.of(ast.Name) if node.id == name and node.lineno == line), None)
    if close is None or place is None:
        return Match(line, {"why": why})
    return Match(line, {"why": f"{why[:-1]}. Did you mean `{close}`?"}, (tree.replaced(place, close),))


def _elsewhere(name: str, function: str) -> str:
    return (
        f"`{name}` gets its value inside of `{function}`, so it is local there and unknown here. Let `{function}` "
        f"return it, `{name} = {function}(...)`, and give it on as a parameter where it is needed."
    )


@rule(
    "python-unbound-local-error", Language.PYTHON, topic="scope", kind=Kind.ERROR,
    explains=("python-unbound-local-error",),
    message="`{name}` is changed inside of `{function}`, which makes it local there, and the local one has no value yet.",
    examples=(Example(Language.PYTHON, "n = 0\ndef f():\n    n += 1\nf()", "n = 0\ndef f():\n    global n\n    n += 1\nf()"),),
)  # fmt: skip
def unbound_local_error(tree: PythonTree) -> Iterator[Match]:
    for function in tree.of(ast.FunctionDef):
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


@rule(
    "python-recursion-error", Language.PYTHON, topic="recursion", kind=Kind.ERROR,
    explains=("python-recursion-error",),
    message="`{name}` calls itself every time: no condition stops it (there is no base case).",
    examples=(Example(Language.PYTHON, "def f(n):\n    return f(n - 1)\nf(3)", "def f(n):\n    return f(n - 1) if n else 0\nf(3)"),),
)  # fmt: skip
def recursion_error(tree: PythonTree) -> Iterator[Match]:
    for name, function in tree.functions.items():
        nodes = list(own_nodes(function))
        if any(isinstance(node, (*_CHOICES, ast.Yield, ast.YieldFrom)) for node in nodes):
            continue
        for node in nodes:
            if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
                yield Match(node.lineno, {"name": name})


@rule(
    "python-index-error", Language.PYTHON, topic="list-indexing", kind=Kind.ERROR,
    explains=("python-index-error",),
    message="you ask for index {index} of `{name}`, but it has {has}.",
    examples=(Example(Language.PYTHON, "a = [1, 2]\nprint(a[2])", "a = [1, 2]\nprint(a[1])"),),
)  # fmt: skip
def index_error(tree: PythonTree) -> Iterator[Match]:
    for node in tree.of(ast.Subscript):
        size, index = _size(tree.value(node.value)), _whole_number(tree.value(node.slice))
        if not isinstance(node.ctx, ast.Load) or size is None or index is None or -size <= index < size:
            continue
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


def _whole_number(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    return None


@rule(
    "python-key-error", Language.PYTHON, topic="dictionaries", kind=Kind.ERROR,
    explains=("python-key-error",),
    message="`{name}` has no key {key}; its keys are: {keys}.",
    examples=(Example(Language.PYTHON, "d = {'a': 1}\nprint(d['b'])", "d = {'a': 1}\nprint(d['a'])"),),
)  # fmt: skip
def key_error(tree: PythonTree) -> Iterator[Match]:
    for node in tree.of(ast.Subscript):
        match node:
            case ast.Subscript(value=ast.Name(id=name) as table, slice=ast.Constant(value=key), ctx=ast.Load()):
                made = tree.value(table)
                keys = made.keys if isinstance(made, ast.Dict) else [None]
                plain = [each.value for each in keys if isinstance(each, ast.Constant)]
                if len(plain) == len(keys) and key not in plain:
                    listed = one_line(", ".join(map(repr, plain)), 80) or "none"
                    values = {"name": name, "key": one_line(repr(key), 40), "keys": listed}
                    yield Match(node.lineno, values, (tree.replaced(node, f"{name}.get({key!r})"),))


@rule(
    "index-too-far", Language.PYTHON, topic="list-indexing", kind=Kind.ERROR, needs_error=True,
    explains=("python-index-error",),
    message="`{range}` in line {loop} goes too far: `{index}` becomes `len({of})`, but the last index is `len({of}) - 1`.",
    examples=(Example(Language.PYTHON, "for i in range(len(a) + 1):\n    print(a[i])", "for i in range(len(a)):\n    print(a[i])"),),
)  # fmt: skip
def index_too_far(tree: PythonTree) -> Iterator[Match]:
    for loop in tree.of(ast.For):
        match loop:
            case ast.For(
                target=ast.Name(id=index), iter=ast.Call(func=ast.Name(id="range"), args=[*_, ast.BinOp() as end])
            ):
                of = _beyond(end)
                items = (node for node in ast.walk(loop) if isinstance(node, ast.Subscript))
                line = next((node.lineno for node in items if ast.unparse(node) == f"{of}[{index}]"), None)
                if of and line:
                    counted = one_line(ast.unparse(loop.iter))
                    values = {"range": counted, "loop": str(loop.lineno), "index": index, "of": of}
                    yield Match(line, values, (tree.replaced(end, f"len({of})"),))


def _beyond(end: ast.BinOp) -> str | None:
    """Return what `len(x) + k` is the length of."""
    match end:
        case ast.BinOp(
            left=ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]), op=ast.Add(),
            right=ast.Constant(value=int(more)),
        ) if more > 0:  # fmt: skip
            return name
    return None


@rule(
    "length-as-index", Language.PYTHON, topic="list-indexing", kind=Kind.ERROR, needs_error=True,
    explains=("python-index-error",),
    message="`len({name})` is the number of items, and indexes begin at 0: the last is `len({name}) - 1`, so there is nothing at `{name}[len({name})]`.",
    examples=(Example(Language.PYTHON, "a = read()\nprint(a[len(a)])", "a = read()\nprint(a[len(a) - 1])"),),
)  # fmt: skip
def length_as_index(tree: PythonTree) -> Iterator[Match]:
    for node in tree.of(ast.Subscript):
        match node:
            case ast.Subscript(
                value=ast.Name(id=name),
                slice=ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=measured)]) as index,
                ctx=ast.Load(),
            ) if name == measured:
                fixes = (tree.replaced(index, "-1"), tree.replaced(index, f"len({name}) - 1"))
                yield Match(node.lineno, {"name": name}, fixes)


@rule(
    "next-beyond-end", Language.PYTHON, topic="list-indexing", kind=Kind.ERROR, needs_error=True,
    explains=("python-index-error",),
    message="in the last round `{index}` is the last index, and `{item}` is one beyond it. Let the loop end one earlier: `range(len({of}) - 1)`.",
    examples=(Example(Language.PYTHON, "for i in range(len(a)):\n    print(a[i + 1])", "for i in range(len(a) - 1):\n    print(a[i + 1])"),),
)  # fmt: skip
def next_beyond_end(tree: PythonTree) -> Iterator[Match]:
    for loop in tree.of(ast.For):
        match loop:
            case ast.For(
                target=ast.Name(id=index),
                iter=ast.Call(
                    func=ast.Name(id="range"), args=[*_, ast.Call(func=ast.Name(id="len"), args=[measured]) as end]
                ),
            ):
                of = ast.unparse(measured)
                for node in ast.walk(loop):
                    match node:
                        case ast.Subscript(value=items, slice=ast.BinOp(left=ast.Name(id=at), op=ast.Add())):
                            if at == index and ast.unparse(items) == of:
                                values = {"index": index, "item": ast.unparse(node), "of": of}
                                yield Match(node.lineno, values, (tree.replaced(end, f"len({of}) - 1"),))
