"""Calls in Python that stop with an error, and those that share defaults, iterators or locks, or lose a coroutine."""

import ast
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.python_tree import NUMBER, Function, PythonTree, has, inside, loaded, parts, stored
from learnflow.code_analysis.rule import Match, python_error, python_rule
from learnflow.domain.phrasing import many, one_line

_CHANGING: Final = frozenset({"append", "extend", "insert", "add", "update", "setdefault", "pop", "remove"})
_ITERATORS: Final = frozenset({"map", "filter", "zip", "iter", "reversed", "enumerate"})
_USING_UP: Final = frozenset({"sum", "list", "sorted", "max", "min", "set", "tuple", "dict"})


def _calls(tree: PythonTree) -> Iterator[tuple[ast.Call, str, list[str], int, list[str]]]:
    """Yield each call of a function of the code: its name, its parameters, how many it needs, and what is named.

    Only functions of the module itself that have one definition, no decorator and no `*` are surely called so.
    """
    for call in tree.of(ast.Call):
        function = tree.functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
        starred = any(isinstance(given, ast.Starred) for given in call.args)
        named = [keyword.arg for keyword in call.keywords if keyword.arg]
        if function is None or starred or len(named) < len(call.keywords) or tree.bindings[function.name] > 1:
            continue
        takes = function.args
        if not (function.decorator_list or takes.vararg or takes.kwarg or takes.kwonlyargs):
            parameters = [argument.arg for argument in (*takes.posonlyargs, *takes.args)]
            yield call, function.name, parameters, len(parameters) - len(takes.defaults), named


@python_error(
    "python-unexpected-keyword", topic="functions",
    message="`{function}` has no parameter `{name}`; it has: {parameters}.",
    examples=[("def f(a):\n    return a\nf(b=1)", "def f(a):\n    return a\nf(a=1)")],
)  # fmt: skip
def unexpected_keyword(tree: PythonTree) -> Iterator[Match]:
    for call, function, parameters, _, named in _calls(tree):
        unknown = next((name for name in named if name not in parameters), None)
        if unknown:
            values = {"function": function, "name": unknown, "parameters": ", ".join(parameters) or "none"}
            yield Match(call.lineno, values)


@python_error(
    "python-too-many-arguments", topic="functions",
    message="`{function}` takes {takes}, and this call gives {gives}.",
    examples=[("def f(a):\n    return a\nf(1, 2)", "def f(a):\n    return a\nf(1)")],
)  # fmt: skip
def too_many_arguments(tree: PythonTree) -> Iterator[Match]:
    for call, function, parameters, _, _ in _calls(tree):
        if len(call.args) > len(parameters):
            takes = many(len(parameters), "value")
            yield Match(call.lineno, {"function": function, "takes": takes, "gives": str(len(call.args))})


@python_error(
    "python-missing-argument", topic="functions",
    message="`{function}` also needs a value for {missing}.",
    examples=[("def f(a):\n    return a\nf()", "def f(a):\n    return a\nf(1)")],
)  # fmt: skip
def missing_argument(tree: PythonTree) -> Iterator[Match]:
    for call, function, parameters, needed, named in _calls(tree):
        missing = [name for name in parameters[len(call.args) : needed] if name not in named]
        if missing and set(named) <= set(parameters):
            yield Match(call.lineno, {"function": function, "missing": ", ".join(f"`{name}`" for name in missing)})


@python_error(
    "python-not-callable", ast.Call, topic="functions",
    message="`{name}` is a value that you made yourself (`{name} = …`), and no function any more.",
    examples=[("n = 5\nn()", "n = 5\nprint(n)")],
)  # fmt: skip
def not_callable(tree: PythonTree, node: ast.Call) -> Iterator[Match]:
    value = tree.assigned_once.get(node.func.id) if isinstance(node.func, ast.Name) else None
    if isinstance(value, ast.List | ast.Tuple | ast.Dict | ast.Set | ast.JoinedStr | ast.Constant):
        yield Match(node.lineno, {"name": ast.unparse(node.func)})


@python_error(
    "python-not-iterable", ast.For, topic="loops",
    message="`{name}` is a number, and a loop needs something with items: `range(…)`.",
    examples=[("n = 5\nfor i in n:\n    print(i)", "n = 5\nfor i in range(n):\n    print(i)")],
)  # fmt: skip
def not_iterable(tree: PythonTree, loop: ast.For) -> Iterator[Match]:
    if tree.kind(loop.iter) == NUMBER:
        source = ast.unparse(loop.iter)
        yield Match(loop.lineno, {"name": source}, (tree.replaced(loop.iter, f"range({source})"),))


@python_rule(
    "mutable-default", ast.FunctionDef, ast.AsyncFunctionDef, topic="functions",
    message="the default of `{name}` is made only once, when the function is defined, and all calls share it: each call sees what the calls before have put in.",
    fix="Write `{name}=None`, and begin the function with `if {name} is None: {name} = {value}`.",
    beneath="Defaults are kept with the function object (`{function}.__defaults__`) and not worked out at the call.",
    examples=[
        ("def f(a, seen={}):\n    seen[a] = 1", "def f(a, seen=None):\n    seen = {}"),
        ("def f(a, seen={}):\n    seen[a] = 1", "def f(a, kept={}):\n    try:\n        return kept[a]\n    except KeyError:\n        kept[a] = g(a)"),
        ("def f(a, seen=[]):\n    seen.append(a)", "def f(a, next_number=[1]):\n    next_number[0] += 1"),
        ("class A:\n    def __init__(self, x=[]):\n        self.x = x", "class A:\n    def __init__(self, x=None):\n        self.x = x or []"),
    ],
)  # fmt: skip
def mutable_default(_: PythonTree, function: Function) -> Iterator[Match]:
    named = [*function.args.posonlyargs, *function.args.args]
    defaults = function.args.defaults
    for argument, default in zip(named[len(named) - len(defaults) :], defaults, strict=True):
        name, meant = argument.arg, stored(inside(function.body)) | _memos(function)
        if ast.unparse(default) in {"[]", "{}"} and name in set(_changed(function)) - meant:
            yield Match(function.lineno, {"name": name, "value": ast.unparse(default), "function": function.name})


def _changed(function: Function) -> Iterator[str]:
    for node in inside(function.body):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _CHANGING:
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield name
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"))], value=ast.Name(id=name)):
                yield name  # kept in the object, which all others that took the default share


def _memos(function: Function) -> set[str]:
    """Return the names that are asked for a key: to keep results over the calls is what they are for."""
    names = set()
    for node in inside(function.body):
        match node:
            case (ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name)])
                  | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"))):  # fmt: skip
                names.add(name)
            case ast.Try(body=body):
                kept = (part.value for part in parts(body, ast.Subscript) if isinstance(part.ctx, ast.Load))
                names |= loaded(*kept)  # an error says that the key is new
    return names


@python_rule(
    "used-up", topic="iterators-generators",
    message="`{name}` is a generator (or another iterator), and it gives its items only once. Line {first} has used it up, so here nothing is left.",
    fix="Make a list of it, `{name} = list(...)`, if you need the items twice; or make a new one for the second time.",
    beneath="An iterator keeps one place and only goes forward; once it has raised StopIteration, it raises it for good.",
    examples=[("e = map(int, '12')\nprint(list(e))\nprint(max(e))", "e = [1]\nprint(list(e))\nprint(max(e))")],
)  # fmt: skip
def used_up(tree: PythonTree) -> Iterator[Match]:
    makers = {name for name, function in tree.functions.items() if has(function.body, ast.Yield)}
    for block in tree.blocks():
        first: dict[str, int] = {}
        for statement in block:
            for name in sorted(set(_taken(statement)) & tree.assigned_once.keys()):
                value, line = tree.assigned_once[name], first.setdefault(name, statement.lineno)
                if line != statement.lineno and is_iterator(value, makers):
                    fix = tree.replaced(value, f"list({ast.unparse(value)})")
                    yield Match(statement.lineno, {"name": name, "first": str(line)}, (fix,))


def is_iterator(value: ast.expr, makers: set[str]) -> bool:
    """Say whether an expression makes what gives its items only once."""
    match value:
        case ast.Call(func=ast.Name(id=name)):
            return name in makers or name in _ITERATORS
    return isinstance(value, ast.GeneratorExp)


def _taken(statement: ast.stmt) -> Iterator[str]:
    """Yield the names of which a statement takes all items, whatever comes before it."""
    match statement:
        case ast.For(iter=ast.Name(id=name), body=body) if not has(body, ast.Break, ast.Return):
            yield name
    match statement:
        case ast.For(iter=part) | ast.If(test=part):
            nodes = ast.walk(part)
        case ast.Expr() | ast.Assign() | ast.Return() | ast.AugAssign():
            nodes = ast.walk(statement)
        case _:
            return
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id=called), args=[ast.Name(id=name), *_]) if called in _USING_UP:
                yield name


@python_rule(
    "lock-taken-twice", topic="concurrency",
    message="this takes the lock `{name}` while the same thread already holds it (from line {first}). A `Lock` is not reentrant: the thread waits for itself, a deadlock, and so it hangs.",
    fix="Take the lock in one place only (the outer function), or use `threading.RLock()`, which its owner may take again.",
    beneath="A Lock has no owner: `acquire` waits until anybody releases it. An RLock remembers its thread and counts.",
    examples=[("from threading import Lock\nm = Lock()\ndef g():\n    with m:\n        pass\ndef f():\n    with m:\n        g()", "from threading import RLock\nm = RLock()\ndef g():\n    with m:\n        pass\ndef f():\n    with m:\n        g()")],
)  # fmt: skip
def lock_taken_twice(tree: PythonTree) -> Iterator[Match]:
    locks = {
        name for name, value in tree.assigned_once.items()
        if isinstance(value, ast.Call) and ast.unparse(value.func) in {"Lock", "threading.Lock"}
    }  # fmt: skip
    for outer in tree.of(ast.With):
        called = {call.func.id for call in parts(outer.body, ast.Call) if isinstance(call.func, ast.Name)}
        for name in locks & _held(outer):
            for function in (tree.functions[call] for call in sorted(called & tree.functions.keys())):
                inner = [node for node in parts(function.body, ast.With) if name in _held(node)]
                yield from (Match(node.lineno, {"name": name, "first": str(outer.lineno)}) for node in inner[:1])


def _held(node: ast.With) -> set[str]:
    return {item.context_expr.id for item in node.items if isinstance(item.context_expr, ast.Name)}


@python_rule(
    "not-awaited", topic="async-programming",
    explains=("javascript-not-a-function", "javascript-undefined-property", "javascript-not-iterable", "python-not-iterable"),
    message="`{name}()` is an async function: the call gives {what}, not the result, and nothing waits for it.",
    fix="{change}",
    beneath="An async function runs as a task of the event loop; its result exists only once that has come to its end.",
    examples=[("async def go():\n    pass\ngo()", "import asyncio\nasync def go():\n    pass\nasyncio.run(go())")],
)  # fmt: skip
def not_awaited(tree: PythonTree) -> Iterator[Match]:
    coroutines = {name for name, node in tree.functions.items() if isinstance(node, ast.AsyncFunctionDef)}
    within = {id(part) for node in tree.of(ast.AsyncFunctionDef) for part in ast.walk(node)}
    for node in tree.nodes:
        match node:
            case (ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call)
                  | ast.Assign(value=ast.Call(func=ast.Name(id=name)) as call)) if name in coroutines:  # fmt: skip
                if isinstance(node, ast.Assign) and _handed_on(tree, stored(node.targets)):
                    continue
                text = one_line(ast.unparse(call), 60)
                change = f"Write `await {text}`." if id(call) in within else f"Run it: `asyncio.run({text})`."
                what = "a coroutine, which has not begun to run"
                yield Match(node.lineno, {"name": name, "what": what, "change": change})


def _handed_on(tree: PythonTree, names: set[str]) -> bool:
    """Say whether a coroutine is awaited, or goes to something else that may await it."""
    for node in tree.nodes:
        match node:
            case ast.Call(func=ast.Name(id="print")):
                continue
            case ast.Await(value=part) | ast.Return(value=part):
                parts = [part]
            case ast.Call(args=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
                pass
            case _:
                continue
        if names & loaded(*parts):
            return True
    return False
