"""Files and iterators in Python: emptied, read to the end, compared with their line ends, printed themselves."""

import ast
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.python_tree import PythonTree, inside, stored
from learnflow.code_analysis.rule import Match, python_rule
from learnflow.code_analysis.rules.python.loops import leaves
from learnflow.domain.phrasing import one_line

_LAZY: Final = frozenset({"map", "filter", "zip", "reversed", "enumerate"})


@python_rule(
    "opened-anew", ast.For, topic="file-io",
    message='each round opens the file `{name}` anew with mode "w", which empties it: only what the last round writes is left.',
    fix='Open it once, before the loop, and write inside; or open it with "a" to append.',
    beneath="Mode w truncates at opening; mode a puts each write at the end.",
    examples=[("for n in a:\n    with open('o.txt', 'w') as f:\n        f.write(n)", "with open('o.txt', 'w') as f:\n    for n in a:\n        f.write(n)")],
)  # fmt: skip
def opened_anew(_: PythonTree, loop: ast.For) -> Iterator[Match]:
    for node in inside(loop.body) if not leaves(loop) else ():
        match node:
            case ast.Call(func=ast.Name(id="open"), args=[
                ast.Constant() | ast.Name() as path, ast.Constant(value="w" | "wt"),
            ]) if ast.unparse(path) not in stored(ast.walk(loop)):  # fmt: skip
                yield Match(node.lineno, {"name": one_line(ast.unparse(path))})


@python_rule(
    "read-again", topic="file-io",
    message="line {first} has read `{name}` to its end, and there it stays: here nothing is left to read.",
    fix="Read the lines into a list once, `lines = {name}.readlines()`, or go back with `{name}.seek(0)`.",
    beneath="A file object keeps a position; reading moves it forward, and only `seek` or opening anew brings it back.",
    examples=[("f = open('a')\nx = f.read()\nfor line in f:\n    print(line)", "f = open('a')\nx = f.read()\nf.seek(0)\nfor line in f:\n    print(line)")],
)  # fmt: skip
def read_again(tree: PythonTree) -> Iterator[Match]:
    if any(node.attr == "seek" for node in tree.of(ast.Attribute)):
        return
    for name in (file for file in _opened(tree) if tree.bindings[file] == 1):
        for block in tree.blocks():
            reads = [statement.lineno for statement in block if _reads_all(statement, name)]
            if len(reads) > 1:
                yield Match(reads[1], {"name": name, "first": str(reads[0])})


def _opened(tree: PythonTree) -> Iterator[str]:
    """Yield the names of open files, each time that a file is opened."""
    for node in tree.nodes:
        match node:
            case (ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="open")))
                  | ast.withitem(ast.Call(func=ast.Name(id="open")), ast.Name(id=name))):  # fmt: skip
                yield name


def _reads_all(statement: ast.stmt, name: str) -> bool:
    """Say whether a statement reads a file to its end, whatever comes before it."""
    match statement:
        case ast.For(iter=ast.Name(id=file)) as loop if file == name:
            return not leaves(loop)
        case ast.Expr() | ast.Assign() | ast.Return() | ast.AugAssign():
            calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call) and not node.args]
            return any(ast.unparse(call.func) in {f"{name}.read", f"{name}.readlines"} for call in calls)
    return False


@python_rule(
    "line-end-kept", topic="input-output",
    message="a line that is read keeps its line end, so `{name}` is the text and a `\\n`, which never equals the text alone.",
    fix="Compare `{change}`.",
    beneath="The line end stays so that an empty line differs from the end of the input, and the last line may lack it.",
    examples=[("f = open('a')\nfor line in f:\n    if line == 'end':\n        print(1)", "f = open('a')\nfor line in f:\n    if line.strip() == 'end':\n        print(1)")],
)  # fmt: skip
def line_end_kept(tree: PythonTree) -> Iterator[Match]:
    files = {name for name in _opened(tree) if tree.bindings[name] == 1}
    for loop in tree.of(ast.For):
        match loop:
            case ast.For(target=ast.Name(id=name), iter=ast.Name(id=file), body=body) if file in files:
                for node in inside(body) if name not in stored(inside(body)) else ():
                    match node:
                        case ast.Compare(
                            left=ast.Name(id=left), ops=[ast.Eq()], comparators=[ast.Constant(value=str(text))]
                        ) if left == name and not text.endswith("\n"):
                            yield Match(node.lineno, {"name": name, "change": f"{name}.strip()"})


@python_rule(
    "iterator-printed", ast.Call, topic="iterators-generators",
    message="this prints the iterator itself (`<... object at 0x...>`), not its items: it works them out only when something asks.",
    fix="Make a list of it: `{change}`.",
    beneath="Lazy iterators hold no items; their text form can only say what they are.",
    examples=[("print(map(str, a))", "print(list(map(str, a)))")],
)  # fmt: skip
def iterator_printed(tree: PythonTree, node: ast.Call) -> Iterator[Match]:
    match node:
        case ast.Call(func=ast.Name(id="print"), args=[shown]):
            made = tree.made(shown)
            lazy = isinstance(made, ast.Call) and ast.unparse(made.func) in _LAZY - tree.bindings.keys()
            if lazy or isinstance(made, ast.GeneratorExp):
                change = f"list({ast.unparse(shown)})"
                yield Match(node.lineno, {"change": one_line(change)}, (tree.replaced(shown, change),))
