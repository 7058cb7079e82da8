"""What can be known of Python code without running it: names with one plain value, and names that exist."""

import ast
import builtins
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_CHANGING: Final = frozenset({
    "append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault", "popitem", "add", "discard",
})  # fmt: skip
_ALWAYS_THERE: Final = frozenset({*dir(builtins), "__name__", "__file__", "__doc__", "self"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on a line: the key of its error, a sentence for the student, and mended code if there is any.

    `fix` and `topic` are those of the cause, where it is known and the error's own would lead astray.
    """

    error: str
    line: int
    says: str
    mended: tuple[str, ...] = ()
    fix: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Parsed code, its lines, and the expressions of names that are assigned once; `values`: and never changed."""

    tree: ast.Module
    lines: tuple[str, ...]
    values: Mapping[str, ast.expr]
    assigned_once: Mapping[str, ast.expr]
    defined: frozenset[str]

    def value(self, node: ast.expr) -> ast.expr:
        """Return the expression that a name stands for, or the expression itself."""
        return self.values.get(node.id, node) if isinstance(node, ast.Name) else node

    def replaced(self, node: ast.expr, text: str) -> str:
        """Return the code with one expression replaced by a text."""
        last = node.end_lineno or node.lineno
        first_line, last_line = self.lines[node.lineno - 1].encode(), self.lines[last - 1].encode()
        line = first_line[: node.col_offset] + text.encode() + last_line[node.end_col_offset :]
        return "\n".join((*self.lines[: node.lineno - 1], line.decode(), *self.lines[last:]))


def parse(code: str) -> ast.Module:
    """Parse code. Raises SyntaxError also for what the parser cannot hold."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape is no reason to stop
            return ast.parse(code)
    except (ValueError, RecursionError, MemoryError) as error:
        msg = "the code is nested too deeply to be read"
        raise SyntaxError(msg) from error


def gather(code: str) -> Facts:
    """Read code without running it. Raises SyntaxError when it is no Python."""
    tree = parse(code)
    assigned = Counter(_bound(tree))
    changed = set(_changed(tree))
    once = {name: value for name, value in _plain(tree) if assigned[name] == 1}
    values = {name: value for name, value in once.items() if name not in changed}
    return Facts(tree, tuple(code.split("\n")), values, once, frozenset(assigned) | _ALWAYS_THERE)


def _plain(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case _:
                pass


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.split(".")[0]
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names
            case _:
                pass


def _changed(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _CHANGING:
                yield name
            case ast.AugAssign(target=ast.Name(id=name)):
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Call(args=arguments):  # a function may change what it is given
                yield from (one.id for one in arguments if isinstance(one, ast.Name) and not _harmless(node))
            case _:
                pass


def _harmless(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in _ALWAYS_THERE
