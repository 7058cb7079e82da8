"""What can be known of Python code without running it: names with one plain value, and names that exist."""

import ast
import builtins
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from token import COMMENT, STRING
from tokenize import TokenError, generate_tokens
from typing import Final

_CHANGING: Final = frozenset({
    "append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault", "popitem", "add", "discard",
})  # fmt: skip
_NO_CODE: Final = (COMMENT, STRING)
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
class PythonTree:
    """Parsed code, its lines, and the expressions of names that are assigned once; `values`: and never changed.

    `defined` are the names that get a value somewhere or are always there, `nodes` all nodes, the outer ones first.
    """

    module: ast.Module
    lines: tuple[str, ...]
    values: Mapping[str, ast.expr]
    assigned_once: Mapping[str, ast.expr]
    defined: frozenset[str]
    nodes: tuple[ast.AST, ...]

    @property
    def code(self) -> str:
        """The code itself."""
        return "\n".join(self.lines)

    @property
    def masked(self) -> str:
        """The code with blanks for its comments and for what stands in strings."""
        return masked(self.code)

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


def gather(code: str) -> PythonTree:
    """Read code without running it. Raises SyntaxError when it is no Python."""
    tree = parse(code)
    assigned = Counter(_bound(tree))
    changed = set(_changed(tree))
    once = {name: value for name, value in _plain(tree) if assigned[name] == 1}
    values = {name: value for name, value in once.items() if name not in changed}
    return PythonTree(
        tree, tuple(code.split("\n")), values, once, frozenset(assigned) | _ALWAYS_THERE, tuple(ast.walk(tree))
    )


def masked(code: str) -> str:
    """Return code with blanks for its comments and for what stands in strings; as it is where it is no Python."""
    lines = code.split("\n")
    try:
        hidden = [token for token in generate_tokens(StringIO(code).readline) if token.type in _NO_CODE]
    except (TokenError, SyntaxError):
        return code
    for token in hidden:
        (first, start), (last, end) = token.start, token.end
        for number in range(first, last + 1):
            line = lines[number - 1]
            left, right = (start if number == first else 0), (end if number == last else len(line))
            keep = token.type == STRING
            blank = " " * (right - left)
            if keep and first == last and right - left > 1:
                blank = f"{line[left]}{' ' * (right - left - 2)}{line[right - 1]}"
            lines[number - 1] = f"{line[:left]}{blank}{line[right:]}"
    return "\n".join(lines)


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
