"""What a complaint makes likely in Python: the same code is right where another result was meant."""

import ast
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.python_tree import NUMBER, PythonTree, is_input, range_of
from learnflow.code_analysis.rule import Match, python_rule
from learnflow.domain.phrasing import one_line

_DEFINITIONS: Final = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.AsyncFunctionDef)


@python_rule(
    "text-joined", ast.BinOp, topic="data-types",
    complaint=r"(?i)\d|\bnumber|\badd|\bsum|\btotal|\bcalculat",
    message="`input()` always gives text, and `{what}` works on texts: it puts them one behind the other instead of calculating.",
    fix="Turn them into numbers first: `{change}`; take `float(...)` for fractions.",
    beneath="`+` and `*` are chosen by the types of their operands; for texts they mean joining and repeating.",
    examples=[("a = input()\nb = input()\nprint(a + b)", "a = int(input())\nb = int(input())\nprint(a + b)", "12 and 3 give 123")],
)  # fmt: skip
def text_joined(tree: PythonTree, node: ast.BinOp) -> Iterator[Match]:
    left, right = ast.unparse(node.left), ast.unparse(node.right)
    match node:
        case ast.BinOp(op=ast.Add()) if is_input(tree.made(node.left)) and is_input(tree.made(node.right)):
            change = f"int({left}) + int({right})"
        case ast.BinOp(op=ast.Mult()) if is_input(tree.made(node.left)) and tree.kind(node.right) == NUMBER:
            change = f"int({left}) * {right}"
        case _:
            return
    values = {"what": one_line(ast.unparse(node)), "change": one_line(change)}
    yield Match(node.lineno, values, (tree.replaced(node, change),))


@python_rule(
    "ends-early", ast.For, topic="loops",
    complaint=r"(?i)\blast\b|missing|never (?:gets|reaches|prints|shows)|too (?:early|soon|few|low)|one (?:too )?(?:less|few|short)|stops? (?:at|before)|skips?|off by|instead|should|shuold|expect|\bnot\b|\bup to\b",
    message="`{call}` stops before `{last}`: the end itself is not part of it, so the last round that you may expect is missing.",
    fix="If `{last}` should be included, write `{change}`.",
    beneath="Half-open ranges have as many items as the difference of their ends, and two of them join without an overlap.",
    examples=[("for i in range(1, n):\n    print(i)", "for i in range(1, n + 1):\n    print(i)", "the last one is missing")],
)  # fmt: skip
def ends_early(tree: PythonTree, loop: ast.For) -> Iterator[Match]:
    match range_of(loop.iter):
        case [ast.Constant(value=1), ast.BinOp(op=ast.Add())]:
            return
        case [ast.Constant(value=1), last]:
            number = last.value if isinstance(last, ast.Constant) and isinstance(last.value, int) else None
            change = f"range(1, {f'{ast.unparse(last)} + 1' if number is None else number + 1})"
            values = {"call": ast.unparse(loop.iter), "last": ast.unparse(last), "change": change}
            fix = tree.replaced(loop.iter, change)
            yield Match(loop.lineno, {name: one_line(text) for name, text in values.items()}, (fix,))


@python_rule(
    "never-started", topic="functions",
    complaint=r"(?i)nothing|no output|\bblank\b|empty|n.?t (?:print|do|run|show|work|happen)",
    message="your code only defines functions, and nothing calls them: a `def` prepares a function, and its body runs only when it is called.",
    fix="Call it below, without indentation: `{name}(...)`.",
    beneath="`def` is a statement that makes a function object and binds it to the name; the body is compiled, not run.",
    examples=[("def main():\n    print(1)", "def main():\n    print(1)\n\nmain()", "nothing is printed")],
)  # fmt: skip
def never_started(tree: PythonTree) -> Iterator[Match]:
    texts = {id(node) for node in tree.of(ast.Expr) if isinstance(node.value, ast.Constant)}
    functions = [node for node in tree.module.body if isinstance(node, ast.FunctionDef)]
    if functions and all(isinstance(node, _DEFINITIONS) or id(node) in texts for node in tree.module.body):
        start = next((node for node in functions if node.name == "main"), functions[-1])
        yield Match(start.lineno, {"name": start.name})
