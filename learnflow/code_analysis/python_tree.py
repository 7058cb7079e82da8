"""What can be read from Python code without running it: its names, their values, and small readings of its tree."""

import ast
import builtins
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from io import StringIO
from token import COMMENT, STRING
from tokenize import TokenError, generate_tokens
from typing import Final, TypeVar, overload

from learnflow.code_analysis.bounded_parsing import parse_python

_CHANGING: Final = frozenset({
    "append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault", "popitem", "add", "discard",
})  # fmt: skip
_LEAVE_ALONE: Final = frozenset(dir(builtins)) - {"exec", "eval", "setattr", "delattr"}
CONTAINERS: Final = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_MAKE_CONTAINERS: Final = frozenset({"list", "sorted", "set", "dict", "split", "splitlines", "copy", "readlines"})

Function = ast.FunctionDef | ast.AsyncFunctionDef
Node = TypeVar("Node", bound=ast.AST)
Other = TypeVar("Other", bound=ast.AST)
TEXT, NUMBER, NONE = "text", "a number", "None"


class PythonTree:
    """Parsed code, its lines and nodes (the outer ones first), its functions, and what is known of its names.

    `bindings`: how often each name gets a value; `assigned_once`: the expressions of those that get only one;
    `values`: the same without those that are changed afterwards.
    """

    def __init__(self, code: str) -> None:
        """Read code without running it. Raises SyntaxError when it is no Python."""
        self.code = code
        self.lines = tuple(code.split("\n"))
        self.module = parse_python(code)
        self.nodes = tuple(ast.walk(self.module))
        self.functions = {node.name: node for node in self.module.body if isinstance(node, Function)}
        self.bindings: Mapping[str, int] = Counter(bound(self.nodes))
        self.assigned_once = {
            node.targets[0].id: node.value
            for node in self.of(ast.Assign)
            if isinstance(node.targets[0], ast.Name) and self.bindings[node.targets[0].id] == 1
        }
        changed = set(_changed(self.nodes))
        self.values = {name: value for name, value in self.assigned_once.items() if name not in changed}

    @cached_property
    def masked(self) -> str:
        """The code with blanks for its comments and for what stands in strings."""
        lines = list(self.lines)
        try:
            tokens = list(generate_tokens(StringIO(self.code).readline))
        except (TokenError, SyntaxError):
            return self.code
        for token in (token for token in tokens if token.type in {COMMENT, STRING}):
            (first, start), (last, end) = token.start, token.end
            for number in range(first, last + 1):
                line = lines[number - 1]
                left, right = (start if number == first else 0), (end if number == last else len(line))
                blank = " " * (right - left)
                if token.type == STRING and first == last and right - left > 1:
                    blank = f"{line[left]}{' ' * (right - left - 2)}{line[right - 1]}"
                lines[number - 1] = f"{line[:left]}{blank}{line[right:]}"
        return "\n".join(lines)

    @cached_property
    def imports_only_standard_library(self) -> bool:
        """Whether nothing that is imported can have methods of its own on what looks like a list."""
        modules = [node.module or "" for node in self.of(ast.ImportFrom)]
        modules += [alias.name for node in self.of(ast.Import) for alias in node.names]
        return all(module.split(".")[0] in sys.stdlib_module_names for module in modules)

    @overload
    def of(self, kind: type[Node], /) -> Iterator[Node]: ...
    @overload
    def of(self, kind: type[Node], other: type[Other], /) -> Iterator[Node | Other]: ...
    def of(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """Yield the nodes of some kinds."""
        return (node for node in self.nodes if isinstance(node, kinds))

    def statements(self) -> Iterator[tuple[ast.stmt, list[ast.stmt]]]:
        """Yield each statement with those that run after it in the same block."""
        for block in self.blocks():
            yield from ((statement, block[place:]) for place, statement in enumerate(block, start=1))

    def blocks(self) -> Iterator[list[ast.stmt]]:
        """Yield each list of statements that run one after the other."""
        for node in self.nodes:
            for part in ("body", "orelse", "finalbody"):
                block = getattr(node, part, None)
                if isinstance(block, list):
                    yield block

    def value(self, node: ast.expr) -> ast.expr:
        """Return the expression that a name stands for, or the expression itself."""
        return self.values.get(node.id, node) if isinstance(node, ast.Name) else node

    def made(self, node: ast.expr) -> ast.expr | None:
        """Return what a name that gets only one value got (it may be changed later), or the expression itself."""
        return self.assigned_once.get(node.id) if isinstance(node, ast.Name) else node

    def kind(self, node: ast.expr) -> str | None:
        """Return what an expression or the value of a name surely is: text, a number or None; None where not sure."""
        match self.value(node):
            case ast.Constant(value=str()) | ast.JoinedStr() | ast.Call(func=ast.Name(id="input" | "str")):
                return TEXT
            case ast.Constant(value=bool()):
                return None
            case (
                ast.Constant(value=int() | float())
                | ast.Call(func=ast.Name(id="int" | "float" | "len"))
                | ast.Call(func=ast.Attribute(value=ast.Name(id="random"), attr="randint" | "randrange"))
            ):
                return NUMBER
            case ast.Constant(value=None):
                return NONE
        return None

    def is_tried(self, line: int) -> bool:
        """Say whether a line stands in a `try` that has handlers."""
        return any(node.handlers and covers(node.body, line) for node in self.of(ast.Try))

    def holds_container(self, name: str) -> bool:
        """Say whether a name visibly stands for a list, a dict or a set, or is a parameter that can be no other."""
        values = [node.value for node in self.of(ast.Assign) if name in stored(node.targets)]
        given = any(argument.arg == name for argument in self.of(ast.arg)) and self.imports_only_standard_library
        return given or any(map(_makes_container, values))

    def replaced(self, node: ast.expr, text: str) -> str:
        """Return the code with one expression replaced by a text."""
        last = node.end_lineno or node.lineno
        first_line, last_line = self.lines[node.lineno - 1].encode(), self.lines[last - 1].encode()
        line = first_line[: node.col_offset] + text.encode() + last_line[node.end_col_offset :]
        return "\n".join((*self.lines[: node.lineno - 1], line.decode(), *self.lines[last:]))


def inside(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Yield all nodes of some statements."""
    for statement in body:
        yield from ast.walk(statement)


def parts(body: Iterable[ast.stmt], kind: type[Node]) -> Iterator[Node]:
    """Yield the nodes of a kind in some statements."""
    return (node for node in inside(body) if isinstance(node, kind))


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, without those of the functions in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def covers(body: Iterable[ast.stmt], line: int) -> bool:
    """Say whether a line stands in some statements."""
    return any(node.lineno <= line <= (node.end_lineno or node.lineno) for node in body)


def has(body: Iterable[ast.stmt], *kinds: type[ast.AST]) -> bool:
    """Say whether a node of some kinds stands in some statements."""
    return any(isinstance(node, kinds) for node in inside(body))


def range_of(node: ast.expr) -> list[ast.expr]:
    """Return what `range` is given; nothing for another expression."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=arguments):
            return arguments
    return []


def measured(node: ast.AST) -> str:
    """Return the name in `len(name)`; "" for another expression."""
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
            return name
    return ""


def loaded(*nodes: ast.AST | None) -> set[str]:
    """Return the names that expressions or statements read."""
    return {
        name.id
        for node in nodes if node for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Load)
    }  # fmt: skip


def stored(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that get a value, or may get one where a function says `global`."""
    return {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}


def is_input(node: ast.expr | None) -> bool:
    """Say whether an expression is what somebody types in."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "input"


def bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield each name that nodes give a value, as often as they do."""
    for node in nodes:
        match node:
            case (ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name) | ast.FunctionDef(name=name)
                  | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name)
                  | ast.MatchMapping(rest=str(name))):  # fmt: skip
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.split(".")[0]
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names


def _changed(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _CHANGING:
                yield name
            case ast.AugAssign(target=ast.Name(id=name)):
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Call(func=called, args=arguments):  # a function may change what it is given
                harmless = isinstance(called, ast.Name) and called.id in _LEAVE_ALONE
                yield from (argument.id for argument in arguments if isinstance(argument, ast.Name) and not harmless)


def _makes_container(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).rpartition(".")[2] in _MAKE_CONTAINERS
    return isinstance(node, CONTAINERS) or (isinstance(node, ast.BinOp) and _makes_container(node.left))
