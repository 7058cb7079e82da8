"""Results in Python that get lost: functions that give none or are not called, and values that are thrown away."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.linters import ruff
from learnflow.code_analysis.python_tree import TEXT, PythonTree, has, is_input
from learnflow.code_analysis.rule import Match, python_rule
from learnflow.code_analysis.rules.python.calls import is_iterator
from learnflow.domain.phrasing import one_line

_OF_TEX: Final = re.compile(r"\\\w+\{|\}\{")  # braces for the arguments of a command
_OF_TEXT_ONLY: Final = frozenset({"upper", "lower", "strip", "capitalize", "lstrip", "rstrip"})
_NEW_TEXT: Final = frozenset({*_OF_TEXT_ONLY, "replace", "title"})
_GIVING: Final = frozenset({"sorted", "reversed", "len", "str", "round", "abs"})
_METHODS: Final = frozenset({
    "upper", "lower", "strip", "capitalize", "isdigit", "isalpha", "isupper", "islower", "isnumeric", "lstrip",
    "rstrip", "append", "sort", "reverse", "pop",
})  # fmt: skip


@python_rule(
    "lost-result", ast.Expr, topic="strings",
    message="`.{name}()` does not change the text: it gives a new one, and here that is thrown away.",
    fix="Keep the result: `{change}`.",
    beneath="Texts cannot be changed, so that they can be shared and be keys; each method makes a new one.",
    examples=[
        ("s = 'a'\ns.upper()", "s = 'a'\ns = s.upper()"),
        ("def f(s):\n    s.strip()\n    return s", "import os\nos.replace('a', 'b')"),
    ],
)  # fmt: skip
def lost_result(tree: PythonTree, node: ast.Expr) -> Iterator[Match]:
    match node.value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name) as owner, attr=attr)) as call if attr in _NEW_TEXT:
            is_text = tree.kind(owner) == TEXT
            may_be = attr in _OF_TEXT_ONLY and attr not in tree.bindings and _may_be_text(tree, name)
            if (is_text or may_be) and not tree.is_tried(node.lineno):
                change = f"{name} = {ast.unparse(call)}"
                yield Match(node.lineno, {"name": attr, "change": change}, (tree.replaced(call, change),))


def _may_be_text(tree: PythonTree, name: str) -> bool:
    imported = {alias.asname or alias.name for alias in tree.of(ast.alias)}
    made = tree.assigned_once.get(name)
    return name not in imported and (not isinstance(made, ast.Call) or is_input(made))


@python_rule(
    "gives-nothing", topic="functions",
    explains=("python-none-attribute", "python-none-subscript", "python-not-iterable", "python-operand-types"),
    message="`{name}` has no `return`, so the call gives None, whatever it prints.",
    fix="Let `{name}` end with `return` and the value, and print it where it is called.",
    beneath="A function that runs to its end without `return` gives None; what is printed goes to the screen only.",
    examples=[("def f(x):\n    print(x)\ny = f(1)", "def f(x):\n    return x\ny = f(1)")],
)  # fmt: skip
def gives_nothing(tree: PythonTree) -> Iterator[Match]:
    for name, function in tree.functions.items():
        gives = has(function.body, ast.Return, ast.Yield, ast.YieldFrom, ast.Raise)
        if gives or isinstance(function, ast.AsyncFunctionDef) or function.decorator_list:
            continue
        for node in tree.nodes:
            match node:
                case ast.Assign(targets=[ast.Name(id="_")]):
                    continue
                case (ast.Assign(value=ast.Call(func=ast.Name(id=called)) as call)
                      | ast.Call(func=ast.Name(id="print"), args=[ast.Call(func=ast.Name(id=called)) as call, *_])
                      | ast.BinOp(left=ast.Call(func=ast.Name(id=called)) as call)) if called == name:  # fmt: skip
                    yield Match(call.lineno, {"name": name})
                    break


@python_rule(
    "not-called", topic="functions",
    message="without `()` this is only the function `{name}` itself; it is not called.",
    fix="Call it: `{change}`.",
    beneath="A function is an object like others: its name gives the object, and the parentheses call it. As a condition it is always true.",
    examples=[
        ("s = 'a'\nprint(s.upper)", "s = 'a'\nprint(s.upper())"),
        ("def f():\n    return 1\nif f == 1:\n    g()", "def f():\n    return 1\ndef h(f):\n    return f == 1"),
    ],
)  # fmt: skip
def not_called(tree: PythonTree) -> Iterator[Match]:
    called = {id(node.func) for node in tree.of(ast.Call)}
    own = {name for name in tree.functions if tree.bindings[name] == 1}
    attributes = {node.attr for node in tree.of(ast.Attribute) if isinstance(node.ctx, ast.Store)}
    attributes |= {node.target.id for node in tree.of(ast.AnnAssign) if isinstance(node.target, ast.Name)}
    for node in (result for part in tree.nodes for result in _results(part) if id(result) not in called):
        match node:
            case ast.Attribute(attr=name) if name in _METHODS - attributes:
                change = f"{ast.unparse(node)}()"
                yield Match(node.lineno, {"name": name, "change": one_line(change)}, (tree.replaced(node, change),))
            case ast.Name(id=name) if name in own:
                yield Match(node.lineno, {"name": name, "change": f"{name}()"})


def _results(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what stands where a value is wanted: by itself, in a condition, printed or compared with a value."""
    match node:
        case ast.Expr(value=value) | ast.If(test=value) | ast.While(test=value):
            yield value
        case ast.Call(func=ast.Name(id="print"), args=arguments):
            yield from arguments
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            ordered = isinstance(sign, ast.Lt | ast.LtE | ast.Gt | ast.GtE)
            if ordered or any(isinstance(side, ast.Constant) and side.value is not None for side in (left, right)):
                yield from (left, right)


@python_rule(
    "result-unused", ast.Expr, topic="functions",
    message="`{name}(...)` changes nothing: it gives a new value, and here that is thrown away.",
    fix="Keep the result: `{change}`.",
    beneath="A function that gives a value and leaves its arguments alone has an effect only by what you do with the value.",
    examples=[("sorted(a)", "a = sorted(a)")],
)  # fmt: skip
def result_unused(tree: PythonTree, node: ast.Expr) -> Iterator[Match]:
    match node.value:
        case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=given), *_]) as call if name in _GIVING:
            iterated = is_iterator(tree.assigned_once.get(given, call), set())
            if name not in tree.bindings and not iterated and not tree.is_tried(node.lineno):
                change = one_line(f"{given} = {ast.unparse(call)}")
                yield Match(node.lineno, {"name": name, "change": change}, (tree.replaced(call, change),))


@python_rule(
    "printed-pattern", ast.Call, topic="input-output",
    message="this prints its arguments as they are: the `%` in the text is not filled in by it.",
    fix='Use what formats: `Printf` in Go, an f-string (`f"{{x}}"`) in Python.',
    beneath="Formatting is another function (Go) or an operation on the text before it is printed (Python).",
    examples=[("print('n is %d', n)", "print('n is %d' % n)")],
)  # fmt: skip
def printed_pattern(_: PythonTree, call: ast.Call) -> Iterator[Match]:
    match call:
        case ast.Call(func=ast.Name(id="print"), args=[ast.Constant(value=str(text)), *given]) if given:
            if sum(text.count(pattern) for pattern in ("%d", "%s", "%f")) == len(given):
                yield Match(call.lineno)


@python_rule(
    "RUF027", topic="strings",
    message="without an `f` before the quotes, what stands in braces is plain text and is not filled in.",
    fix='Write the f before the quotes: `f"..."`.',
    beneath="An f-string is a syntax of its own, which is worked out where it stands.",
    examples=[("n = 1\nprint('n is {n}')", "n = 1\nprint(f'n is {n}')")],
)  # fmt: skip
def f_missing(tree: PythonTree) -> Iterator[Match]:
    yield from (match for match in ruff("RUF027")(tree) if not _OF_TEX.search(tree.lines[match.line - 1]))
