"""Conditions in Python that are always true, never reached, or compare what can never be equal."""

import ast
from collections.abc import Iterator
from itertools import combinations, islice
from typing import Final

from learnflow.code_analysis.python_tree import NUMBER, PythonTree, is_input
from learnflow.code_analysis.rule import Certainty, Match, python_rule
from learnflow.domain.phrasing import one_line

_MOST_BRANCHES: Final = 20  # of an `if` that are compared with one another
_ORDERS: Final = {ast.Gt: (1, False), ast.GtE: (1, True), ast.Lt: (-1, False), ast.LtE: (-1, True)}


def _conditions(tree: PythonTree) -> Iterator[ast.expr]:
    """Yield what is asked for being true, and the parts of it that are."""
    waiting: list[ast.expr] = []
    for node in tree.nodes:
        match node:
            case (ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test)
                  | ast.UnaryOp(op=ast.Not(), operand=test)):  # fmt: skip
                waiting.append(test)
            case ast.comprehension(ifs=tests):
                waiting += tests
    while waiting:
        condition = waiting.pop()
        yield condition
        if isinstance(condition, ast.BoolOp):
            waiting += condition.values


def _is_stable(node: ast.expr) -> bool:
    """Say whether an expression surely has the same value when it is asked again."""
    return not any(isinstance(part, ast.Call | ast.Await | ast.NamedExpr) for part in ast.walk(node))


@python_rule(
    "always-true", topic="conditionals", certainty=Certainty.SURE,
    message="`{condition}` is always true: `or` joins two conditions, and the second is just `{value}`, which counts as true by itself.",
    fix="Compare with each value: `{change}`.",
    beneath="`or` binds looser than a comparison, and gives its first operand that counts as true; any text but an empty one does.",
    examples=[("if a == 'x' or 'y':\n    pass", "if a in ('x', 'y'):\n    pass")],
)  # fmt: skip
def always_true(tree: PythonTree) -> Iterator[Match]:
    for node in _conditions(tree):
        match node:
            case ast.BoolOp(op=ast.Or(), values=[
                ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[first]), *rest,
            ]):  # fmt: skip
                if all(isinstance(value, ast.Constant) and value.value for value in rest):
                    every = ", ".join(map(ast.unparse, (first, *rest)))
                    among = "in" if isinstance(op, ast.Eq) else "not in"
                    change = one_line(f"{ast.unparse(left)} {among} ({every})", 80)
                    values = {"value": ast.unparse(rest[0]), "condition": one_line(ast.unparse(node)), "change": change}
                    yield Match(node.lineno, values, (tree.replaced(node, change),))


@python_rule(
    "either-differs", ast.BoolOp, topic="conditionals", certainty=Certainty.SURE,
    message="`{condition}` is always true: whatever the value is, it differs from at least one of the two.",
    fix="Both must differ, so join them by `and`: `{change}`.",
    beneath="By De Morgan, not (a or b) is (not a) and (not b); with a negation, `or` and `and` change places.",
    examples=[("while a != 'x' or a != 'y':\n    a = f()", "while a != 'x' and a != 'y':\n    a = f()")],
)  # fmt: skip
def either_differs(tree: PythonTree, node: ast.BoolOp) -> Iterator[Match]:
    match node:
        case ast.BoolOp(op=ast.Or(), values=[
            ast.Compare(left=left, ops=[ast.NotEq()], comparators=[ast.Constant(value=first)]),
            ast.Compare(left=right, ops=[ast.NotEq()], comparators=[ast.Constant(value=second)]),
        ]) if first != second and ast.unparse(left) == ast.unparse(right) and _is_stable(left):  # fmt: skip
            change = " and ".join(map(ast.unparse, node.values))
            values = {"change": one_line(change), "condition": one_line(ast.unparse(node))}
            yield Match(node.lineno, values, (tree.replaced(node, change),))


@python_rule(
    "never-reached", ast.If, once=True, topic="conditionals",
    message="whatever fulfils `{second}` fulfils `{first}` (line {above}) too, and only the first branch that fits runs: so this one never does.",
    fix="Put the narrower condition first: `{second}` before `{first}`.",
    beneath="`elif` means: only if none before was true. The order of overlapping conditions is therefore part of their meaning.",
    examples=[
        ("if n > 1:\n    f()\nelif n > 5:\n    g()", "if n > 5:\n    g()\nelif n > 1:\n    f()"),
        ("if n < 9:\n    f()\nelif n <= 3:\n    g()", "if n < 3:\n    f()\nelif n > 1:\n    g()"),
        ("if n % 3 == 0:\n    f()\nelif n % 15 == 0:\n    g()", "if n % 15 == 0:\n    g()\nelif n % 3 == 0:\n    f()"),
    ],
)  # fmt: skip
def never_reached(_: PythonTree, node: ast.If) -> Iterator[Match]:
    for first, second in combinations(islice(_chain(node), _MOST_BRANCHES), 2):
        if _includes(first, second) and _is_stable(first.left):
            above, below = one_line(ast.unparse(first)), one_line(ast.unparse(second))
            yield Match(second.lineno, {"first": above, "second": below, "above": str(first.lineno)})


def _chain(node: ast.If) -> Iterator[ast.Compare]:
    """Yield the conditions of an `if` and its `elif`s that are comparisons."""
    following: ast.stmt = node
    while isinstance(following, ast.If):
        if isinstance(following.test, ast.Compare):
            yield following.test
        if len(following.orelse) != 1:
            return
        following = following.orelse[0]


def _includes(first: ast.Compare, second: ast.Compare) -> bool:
    """Say whether all that fulfils the second condition fulfils the first as well."""
    match first, second:
        case (
            ast.Compare(left=ast.BinOp(left=left, op=ast.Mod(), right=ast.Constant(value=int(divisor))),
                        ops=[ast.Eq()], comparators=[ast.Constant(value=0)]),
            ast.Compare(left=ast.BinOp(left=right, op=ast.Mod(), right=ast.Constant(value=int(multiple))),
                        ops=[ast.Eq()], comparators=[ast.Constant(value=0)]),
        ) if divisor:  # fmt: skip
            return ast.unparse(left) == ast.unparse(right) and multiple % divisor == 0
        case (
            ast.Compare(left=left, ops=[op], comparators=[ast.Constant(value=int() | float() as bound)]),
            ast.Compare(left=right, ops=[other], comparators=[ast.Constant(value=int() | float() as limit)]),
        ) if ast.unparse(left) == ast.unparse(right) and type(op) in _ORDERS and type(other) in _ORDERS:
            (way, equal), (again, also) = _ORDERS[type(op)], _ORDERS[type(other)]
            return way == again and (way * limit > way * bound or (limit == bound and (equal or not also)))
    return False


@python_rule(
    "chained-with-true", ast.Compare, topic="conditionals",
    message="`{condition}` is a chain of two comparisons: it asks also whether `{middle}` equals the last, which it does not, so it is false.",
    fix="A condition needs no `== True`: write `{change}`.",
    beneath="`a > b == c` means `a > b and b == c`.",
    examples=[("if a > 2 == True:\n    f()", "if a > 2:\n    f()")],
)  # fmt: skip
def chained_with_true(tree: PythonTree, node: ast.Compare) -> Iterator[Match]:
    match node:
        case ast.Compare(left=left, ops=[first, ast.Eq() | ast.Is()], comparators=[middle, ast.Constant(value=bool())]):
            if type(first) not in _ORDERS or (isinstance(middle, ast.Constant) and isinstance(middle.value, bool)):
                return
            change = ast.unparse(ast.Compare(left, [first], [middle]))
            condition, last = one_line(ast.unparse(node)), one_line(ast.unparse(middle))
            values = {"condition": condition, "change": one_line(change), "middle": last}
            yield Match(node.lineno, values, (tree.replaced(node, change),))


@python_rule(
    "case-never-fits", ast.Compare, topic="strings", certainty=Certainty.SURE,
    message="the left side has only small letters, and the text on the right has a capital one: they are never equal.",
    fix="Write the text on the right in small letters too.",
    beneath="Comparison is by characters, and `A` and `a` are two.",
    examples=[("if a.lower() == 'Yes':\n    f()", "if a.lower() == 'yes':\n    f()")],
)  # fmt: skip
def case_never_fits(_: PythonTree, node: ast.Compare) -> Iterator[Match]:
    match node:
        case ast.Compare(
            left=ast.Call(func=ast.Attribute(attr="lower"), args=[]), ops=[ast.Eq() | ast.NotEq()],
            comparators=[ast.Constant(value=str(text))],
        ) if text != text.lower():  # fmt: skip
            yield Match(node.lineno)


@python_rule(
    "text-and-number", topic="data-types", certainty=Certainty.SURE,
    message="`{name}` is text (`input` always gives text), and text never equals a number, so this is {result} true.",
    fix="Turn what is typed into a number at once: `{name} = int(input(...))`.",
    beneath="`==` between two types that know nothing of each other is False, and no error.",
    examples=[
        ("n = input()\nif n == 5:\n    pass", "n = int(input())\nif n == 5:\n    pass"),
        ("p = 12\ng = input()\nwhile g != p:\n    g = input()", "p = '12'\ng = input()\nwhile g != p:\n    g = input()"),
        ("import random\nn = random.randint(1, 9)\ng = input()\nif g == n:\n    f()", "import random\nn = random.randint(1, 9)\ng = int(input())\nif g == n:\n    f()"),
    ],
)  # fmt: skip
def text_and_number(tree: PythonTree) -> Iterator[Match]:
    calls = [(node, node.value) for node in tree.of(ast.Assign) if is_input(node.value)]
    for node in tree.of(ast.Compare):
        match node:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq() | ast.NotEq() as sign], comparators=[other]):
                typed = [call for assigned, call in calls if ast.unparse(assigned.targets[0]) == name]
                if typed and len(typed) == tree.bindings[name] and tree.kind(other) == NUMBER:
                    fixes = tuple(tree.replaced(call, f"int({ast.unparse(call)})") for call in typed)
                    result = "never" if isinstance(sign, ast.Eq) else "always"
                    yield Match(node.lineno, {"name": name, "result": result}, fixes if len(fixes) == 1 else ())


@python_rule(
    "texts-compared", ast.Compare, topic="data-types",
    message='`{name}` is text (`input` always gives text), and in `{condition}` texts are compared letter by letter, as in a dictionary: "10" comes before "9".',
    fix="Compare numbers: `int({name})` on one side, and the number itself on the other.",
    beneath="The order of strings is that of their code points; digits as text know nothing of place values.",
    examples=[("a = input()\nif a > '18':\n    f()", "a = int(input())\nif a > 18:\n    f()")],
)  # fmt: skip
def texts_compared(tree: PythonTree, node: ast.Compare) -> Iterator[Match]:
    match node:
        case (ast.Compare(left=ast.Name(id=name), ops=[sign], comparators=[ast.Constant(value=str(text))])
              | ast.Compare(left=ast.Constant(value=str(text)), ops=[sign], comparators=[ast.Name(id=name)])
              ) if type(sign) in _ORDERS and text.isdecimal():  # fmt: skip
            if is_input(tree.assigned_once.get(name)):
                yield Match(node.lineno, {"name": name, "condition": one_line(ast.unparse(node))})


@python_rule(
    "texts-ordered", ast.Call, topic="sorting", certainty=Certainty.SURE,
    message='what `{name}` is ordered by is text, and texts are compared letter by letter: "10" comes before "9".',
    fix="Order by the number: `{change}`.",
    beneath="Strings compare by the code points of their first difference; the length does not matter before that.",
    examples=[
        ("a = ['10', '9']\na.sort()", "a = ['10', '9']\na.sort(key=int)"),
        ("p = [('A', '10'), ('B', '9')]\np.sort(key=lambda x: x[1])", "p = [('A', 10)]\np.sort(key=lambda x: x[1])"),
    ],
)  # fmt: skip
def texts_ordered(tree: PythonTree, call: ast.Call) -> Iterator[Match]:
    match call:
        case (ast.Call(func=ast.Name(id="sorted" | "max" | "min"), args=[items])
              | ast.Call(func=ast.Attribute(value=ast.Name() as items, attr="sort"), args=[])):  # fmt: skip
            made = tree.made(items)
            key = next((keyword.value for keyword in call.keywords if keyword.arg == "key"), None)
            texts = [_ordered_by(key, item) for item in made.elts] if isinstance(made, ast.List) else []
            if all(text.isdecimal() for text in texts) and sorted(texts) != sorted(texts, key=int):
                change = "key=int"
                if isinstance(key, ast.Lambda):
                    change = f"key={ast.unparse(ast.Lambda(key.args, ast.Call(ast.Name('int'), [key.body], [])))}"
                yield Match(call.lineno, {"name": one_line(ast.unparse(items), 30), "change": one_line(change)})


def _ordered_by(key: ast.expr | None, item: ast.expr) -> str:
    """Return the text that an item is ordered by; "" where that is not plain to see."""
    match key, item:
        case None, ast.Constant(value=str(text)):
            return text
        case (ast.Lambda(body=ast.Subscript(value=ast.Name(), slice=ast.Constant(value=int(at)))),
              ast.Tuple(elts=parts) | ast.List(elts=parts)):  # fmt: skip
            return _ordered_by(None, parts[at]) if -len(parts) <= at < len(parts) else ""
    return ""
