"""Python that stops with an error at a call or a loop: too few values, too many, and what cannot be called at all."""

import ast
from collections.abc import Iterator

from learnflow.code_analysis.python_tree import NUMBER, PythonTree
from learnflow.code_analysis.rule import Match, python_error
from learnflow.domain.phrasing import many


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
    "python-not-callable", topic="functions",
    message="`{name}` is a value that you made yourself (`{name} = …`), and no function any more.",
    examples=[("n = 5\nn()", "n = 5\nprint(n)")],
)  # fmt: skip
def not_callable(tree: PythonTree) -> Iterator[Match]:
    for node in tree.of(ast.Call):
        value = tree.assigned_once.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if isinstance(value, ast.List | ast.Tuple | ast.Dict | ast.Set | ast.JoinedStr | ast.Constant):
            yield Match(node.lineno, {"name": ast.unparse(node.func)})


@python_error(
    "python-not-iterable", topic="loops",
    message="`{name}` is a number, and a loop needs something with items: `range(…)`.",
    examples=[("n = 5\nfor i in n:\n    print(i)", "n = 5\nfor i in range(n):\n    print(i)")],
)  # fmt: skip
def not_iterable(tree: PythonTree) -> Iterator[Match]:
    for loop in tree.of(ast.For):
        if tree.kind(loop.iter) == NUMBER:
            source = ast.unparse(loop.iter)
            yield Match(loop.lineno, {"name": source}, (tree.replaced(loop.iter, f"range({source})"),))
