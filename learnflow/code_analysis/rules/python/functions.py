"""What Python functions give back, keep, and change: results that get lost on the way, and names that are only local."""

import ast
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.linters import ruff
from learnflow.code_analysis.python_tree import Function, PythonTree, covers, has, inside, loaded, parts, stored
from learnflow.code_analysis.rule import Match, python_rule
from learnflow.code_analysis.rules.python.loops import added_to
from learnflow.domain.phrasing import one_line

_ENDS: Final = (ast.Return, ast.Raise, ast.Break, ast.Continue)


@python_rule(
    "returns-in-loop", ast.FunctionDef, ast.AsyncFunctionDef, topic="loops",
    message="`return` stands inside of the loop, so the function ends there, and the items of `{items}` that come after are never looked at.",
    fix="Move the `return` behind the loop, without the loop's indentation.",
    beneath="`return` leaves the function at once, however many loops are around it.",
    examples=[
        ("def f(b):\n    r = []\n    for x in b:\n        r.append(x)\n        return r", "def f(b):\n    r = []\n    for x in b:\n        r.append(x)\n    return r"),
        ("def f(a):\n    m = 0\n    for x in a:\n        if x > m:\n            m = x\n            return m", "def f(a):\n    m = 0\n    for x in a:\n        if x > m:\n            m = x\n    return m"),
    ],
)  # fmt: skip
def returns_in_loop(_: PythonTree, function: Function) -> Iterator[Match]:
    for loop in parts(function.body, ast.For):
        if has(loop.body, ast.Continue):
            continue
        items = one_line(ast.unparse(loop.iter))
        match loop.body:
            case [*before, ast.Return(value=ast.expr() as value) as last] if ast.unparse(value) in _grown(before):
                yield Match(last.lineno, {"items": items})
            case [*_, ast.If(test=test, body=[
                *_, ast.Assign(targets=[ast.Name(id=best)]), ast.Return(value=ast.Name(id=given)) as last,
            ], orelse=[])] if best == given and best in loaded(test):  # fmt: skip
                before_loop = (node for node in inside(function.body) if getattr(node, "lineno", 0) < loop.lineno)
                if best in stored(before_loop):
                    yield Match(last.lineno, {"items": items})


def _grown(nodes: list[ast.stmt]) -> set[str]:
    """Return what is added up or added to."""
    return added_to(nodes) | {ast.unparse(node.target) for node in nodes if isinstance(node, ast.AugAssign)}


@python_rule(
    "not-passed-on", ast.FunctionDef, ast.AsyncFunctionDef, topic="recursion",
    explains=("python-none-attribute", "python-none-subscript", "python-not-iterable", "python-operand-types"),
    message="`{name}` calls itself here, but the result of that call is thrown away, and this way through the function gives None.",
    fix="Pass it on: `{change}`.",
    beneath="Each call has its own frame; a result goes only to the caller right above, who must return it in turn.",
    examples=[
        ("def f(n):\n    if n:\n        f(n - 1)\n    else:\n        return 1", "def f(n):\n    if n:\n        return f(n - 1)\n    return 1"),
        ("def f(n):\n    if n == 0:\n        return 0\n    n + f(n - 1)", "def f(n):\n    if n == 0:\n        return 0\n    return n + f(n - 1)"),
    ],
)  # fmt: skip
def not_passed_on(tree: PythonTree, function: Function) -> Iterator[Match]:
    returns = [node.value for node in parts(function.body, ast.Return) if node.value]
    plain = all(isinstance(value, ast.Constant) and isinstance(value.value, bool | None) for value in returns)
    if plain or _only_run(tree, function):
        return
    for node in inside(function.body):
        match node:
            case ast.Expr(value=ast.Call() | ast.BinOp() as value) if function.name in _called(value):
                if _ends_there(function.body, node):
                    change = f"return {ast.unparse(value)}"
                    values = {"name": function.name, "change": one_line(change)}
                    yield Match(node.lineno, values, (tree.replaced(value, change),))


def _only_run(tree: PythonTree, function: Function) -> bool:
    """Say whether nobody outside of a function asks for its result."""
    own = {id(node) for node in ast.walk(function)}
    runs = {id(node.value) for node in tree.of(ast.Expr)}
    calls = [node for node in tree.of(ast.Call) if id(node) not in own and ast.unparse(node.func) == function.name]
    return bool(calls) and all(id(call) in runs for call in calls)


def _called(value: ast.expr) -> set[str]:
    """Return the names of the functions whose result a value is made of."""
    sides = (value.left, value.right) if isinstance(value, ast.BinOp) else (value,)
    return {ast.unparse(side.func) for side in sides if isinstance(side, ast.Call)}


def _ends_there(body: list[ast.stmt], node: ast.stmt) -> bool:
    """Say whether a statement is the last of a function, or of a branch that is."""
    last = body[-1]
    if isinstance(last, ast.If):
        return any(_ends_there(branch, node) for branch in (last.body, last.orelse) if branch)
    return last is node


@python_rule(
    "zero-times", ast.FunctionDef, ast.AsyncFunctionDef, topic="recursion",
    message="the base case gives 0, and each call above multiplies with what it gets: so the result of `{name}` is always 0.",
    fix="Let the base case give 1, which changes nothing when it is multiplied.",
    beneath="The base case has to be the neutral element of the operation: 1 for a product, 0 for a sum.",
    examples=[("def f(n):\n    if n == 0:\n        return 0\n    return n * f(n - 1)", "def f(n):\n    if n == 0:\n        return 1\n    return n * f(n - 1)")],
)  # fmt: skip
def zero_times(_: PythonTree, function: Function) -> Iterator[Match]:
    returns = list(parts(function.body, ast.Return))
    zeros = [node for node in returns if _is_zero(node.value)]
    products = [node for node in returns if _is_product_with(node.value, function.name)]
    if zeros and products and len(zeros) + len(products) == len(returns):
        yield Match(zeros[0].lineno, {"name": function.name})


def _is_zero(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0 and not isinstance(node.value, bool)


def _is_product_with(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and name in _called(node)


@python_rule(
    "begins-anew", topic="scope",
    message="`{name}` is made anew in each call of `{function}`, so it begins at the same value each time and keeps nothing of the calls before.",
    fix="Keep it outside: give the value in as a parameter and return the new one, or make it an attribute of an object.",
    beneath="Local variables live in the frame of one call, which goes when the call ends; a closure with `nonlocal` can keep one longer.",
    examples=[("def f():\n    n = 0\n    n += 1\n    return n", "def f(n):\n    n += 1\n    return n")],
)  # fmt: skip
def begins_anew(tree: PythonTree) -> Iterator[Match]:
    for function in tree.functions.values():
        match function.body:
            case [
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int())) as start,
                ast.AugAssign(target=ast.Name(id=grown), value=ast.Constant()),
                *rest,
            ] if name == grown and not any(isinstance(node, ast.arg) for node in ast.walk(function.args)):
                given = (node.value for node in rest if isinstance(node, ast.Return) and node.value)
                if name in map(ast.unparse, given) and name not in stored(inside(rest)):
                    yield Match(start.lineno, {"name": name, "function": function.name})


@python_rule(
    "only-local", topic="scope",
    message="inside of `{function}`, `{name}` is a new, local variable: this line does not change the `{name}` outside.",
    fix="Let `{function}` return the value and assign it where it is called: `{name} = {function}(...)`. `global {name}` works too, but hides what the function does.",
    beneath="A name that is assigned anywhere in a function is local in all of it, unless `global` or `nonlocal` says otherwise.",
    examples=[("n = 0\ndef f():\n    n = 1", "n = 0\ndef f():\n    global n\n    n = 1")],
)  # fmt: skip
def only_local(tree: PythonTree) -> Iterator[Match]:
    outside = stored(inside(node for node in tree.module.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)))
    for name, function in tree.functions.items():
        declared = {other for node in parts(function.body, ast.Global) for other in node.names}
        hidden = outside - declared - loaded(*function.body)
        for node in function.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=local)]) if local in hidden and not local.startswith("_"):
                    yield Match(node.lineno, {"name": local, "function": name})


@python_rule(
    "swapped-away", topic="variables",
    message="the line before has already given `{name}` the value of `{other}`, so its first value is lost, and after this line both are the same.",
    fix="Swap both at once: `{change}`.",
    beneath="The right side is worked out as a whole before anything is assigned, so no third variable is needed.",
    examples=[("a = b\nb = a", "a, b = b, a")],
)  # fmt: skip
def swapped_away(tree: PythonTree) -> Iterator[Match]:
    for statement, following in tree.statements():
        match statement, following:
            case (ast.Assign(targets=[ast.Name(id=left)], value=ast.Name(id=right)),
                  [ast.Assign(targets=[ast.Name(id=target)], value=ast.Name(id=source)) as second, *_]):  # fmt: skip
                if (left, right) == (source, target) and left != right:
                    change = one_line(f"{left}, {right} = {right}, {left}")
                    yield Match(second.lineno, {"name": left, "other": right, "change": change})


@python_rule(
    "overwritten", topic="conditionals",
    message="this line runs in any case, so it overwrites what the `if` of line {first} has just given to `{name}`.",
    fix="Put it into an `else`, or before the `if`.",
    beneath="Statements run one after the other; what follows an `if` on its own level does not depend on it.",
    examples=[("if a < 9:\n    p = 3\np = 5", "if a < 9:\n    p = 3\nelse:\n    p = 5")],
)  # fmt: skip
def overwritten(tree: PythonTree) -> Iterator[Match]:
    for statement, following in tree.statements():
        match statement, following:
            case (ast.If(body=[ast.Assign(targets=[ast.Name(id=name)])], orelse=[]),
                  [ast.Assign(targets=[ast.Name(id=again)], value=ast.Constant()) as second, *_]):  # fmt: skip
                if name == again:
                    yield Match(second.lineno, {"name": name, "first": str(statement.lineno)})


@python_rule(
    "never-runs", topic="functions",
    message="this line is never reached: `{name}` in line {first} leaves the block before it.",
    fix="Move it before the `{name}`, or out of the block.",
    beneath="What follows a jump in the same block is dead code; Python does not complain about it.",
    examples=[("def f():\n    return 1\n    print(2)", "def f():\n    print(2)\n    return 1")],
)  # fmt: skip
def never_runs(tree: PythonTree) -> Iterator[Match]:
    for statement, following in tree.statements():
        if following and isinstance(statement, _ENDS) and not has(following, ast.Yield, ast.YieldFrom):
            word = ast.unparse(statement).split()[0]
            yield Match(following[0].lineno, {"name": word, "first": str(statement.lineno)})


@python_rule(
    "B023", topic="closures",
    message="each of these functions uses the variable `{name}` itself, not the value that it had: where they are called after the loop, it has its last value.",
    fix="Bind the value at once, by a default: `{name}={name}` among the parameters.",
    beneath="A closure captures the variable, and looks its value up when it is called.",
    examples=[
        ("for k in range(3):\n    def g():\n        return k\n    f.append(g)", "for k in range(3):\n    def g(k=k):\n        return k\n    f.append(g)"),
        ("f = [lambda: k for k in range(3)]", "f = [lambda k=k: k for k in range(3)]"),
        ("for k in range(3):\n    f[k] = lambda: k", "for k in range(3):\n    def g():\n        return k\n    print(g())"),
    ],
)  # fmt: skip
def late_binding(tree: PythonTree) -> Iterator[Match]:
    kept = list(_kept(tree))
    names = {function.id for function in kept if isinstance(function, ast.Name)}
    made = [node for node in tree.of(ast.FunctionDef) if node.name in names]
    lambdas = [ast.Expr(function) for function in kept if isinstance(function, ast.Lambda)]
    statements = [*made, *(ast.copy_location(statement, statement.value) for statement in lambdas)]
    yield from (match for match in ruff("B023")(tree) if covers(statements, match.line))


def _kept(tree: PythonTree) -> Iterator[ast.expr]:
    """Yield what is put into something that outlives the round of a loop."""
    for node in tree.nodes:
        match node:
            case (ast.Call(func=ast.Attribute(attr="append"), args=[value])
                  | ast.Assign(targets=[ast.Subscript()], value=value)
                  | ast.ListComp(elt=value) | ast.DictComp(value=value)):  # fmt: skip
                yield value
            case ast.Call(keywords=keywords):
                yield from (keyword.value for keyword in keywords if keyword.arg == "command")  # of a button
