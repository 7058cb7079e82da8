"""What can be read from Python code without running it: its names, their values, and small readings of its tree."""

import ast
import builtins
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from token import COMMENT, STRING
from tokenize import TokenError, generate_tokens
from typing import Final, TypeVar, overload

from learnflow.code_analysis.bounded_parsing import without_warnings

_CHANGING: Final = frozenset({
    "append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault", "popitem", "add", "discard",
})  # fmt: skip
_ALWAYS_THERE: Final = frozenset({*dir(builtins), "__name__", "__file__", "__doc__", "self"})
CONTAINERS: Final = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_MAKE_CONTAINERS: Final = frozenset({"list", "sorted", "set", "dict", "split", "splitlines", "copy", "readlines"})

Function = ast.FunctionDef | ast.AsyncFunctionDef
Node = TypeVar("Node", bound=ast.AST)
Other = TypeVar("Other", bound=ast.AST)
TEXT, NUMBER, NONE = "text", "a number", "None"


@dataclass(frozen=True, slots=True)
class PythonTree:
    """Parsed code, its lines, and the expressions of names that are assigned once; `values`: and never changed.

    `bindings` says how often each name gets a value; `nodes` are all nodes, the outer ones first.
    """

    module: ast.Module
    lines: tuple[str, ...]
    values: Mapping[str, ast.expr]
    assigned_once: Mapping[str, ast.expr]
    bindings: Mapping[str, int]
    nodes: tuple[ast.AST, ...]

    @property
    def code(self) -> str:
        """The code itself."""
        return "\n".join(self.lines)

    @property
    def masked(self) -> str:
        """The code with blanks for its comments and for what stands in strings."""
        return masked(self.code)

    @property
    def functions(self) -> dict[str, Function]:
        """The functions that stand by themselves, by name."""
        return {node.name: node for node in self.module.body if isinstance(node, Function)}

    @property
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

    def kind(self, node: ast.expr) -> str | None:
        """Return what an expression, or the value of a name, surely is."""
        return value_kind(self.value(node))

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


def parse(code: str) -> ast.Module:
    """Parse code. Raises SyntaxError also for what the parser cannot hold."""
    try:
        with without_warnings():
            return ast.parse(code)
    except (ValueError, RecursionError, MemoryError) as error:
        msg = "the code is nested too deeply to be read"
        raise SyntaxError(msg) from error


def gather(code: str) -> PythonTree:
    """Read code without running it. Raises SyntaxError when it is no Python."""
    module = parse(code)
    nodes = tuple(ast.walk(module))
    bindings = Counter(bound(nodes))
    changed = set(_changed(nodes))
    assigned = ((node.targets[0], node.value) for node in nodes if isinstance(node, ast.Assign))
    once = {name.id: value for name, value in assigned if isinstance(name, ast.Name) and bindings[name.id] == 1}
    values = {name: value for name, value in once.items() if name not in changed}
    return PythonTree(module, tuple(code.split("\n")), values, once, bindings, nodes)


def masked(code: str) -> str:
    """Return code with blanks for its comments and for what stands in strings; as it is where it is no Python."""
    lines = code.split("\n")
    try:
        hidden = [token for token in generate_tokens(StringIO(code).readline) if token.type in {COMMENT, STRING}]
    except (TokenError, SyntaxError):
        return code
    for token in hidden:
        (first, start), (last, end) = token.start, token.end
        for number in range(first, last + 1):
            line = lines[number - 1]
            left, right = (start if number == first else 0), (end if number == last else len(line))
            blank = " " * (right - left)
            if token.type == STRING and first == last and right - left > 1:
                blank = f"{line[left]}{' ' * (right - left - 2)}{line[right - 1]}"
            lines[number - 1] = f"{line[:left]}{blank}{line[right:]}"
    return "\n".join(lines)


def inside(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Yield all nodes of some statements."""
    for statement in body:
        yield from ast.walk(statement)


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


def read_next(block: list[ast.stmt], name: str) -> bool:
    """Say whether the first of some statements that has a name reads it."""
    for statement in block:
        gets_value = name in stored(ast.walk(statement))
        if gets_value or name in loaded(statement):
            return not gets_value
    return False


def is_input(node: ast.expr | None) -> bool:
    """Say whether an expression is what somebody types in."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "input"


def value_kind(node: ast.expr | None) -> str | None:
    """Return what an expression surely gives: text, a number or None; None where that is not sure."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.Call(func=ast.Name(id="input" | "str")):
            return TEXT
        case ast.Constant(value=bool()):
            return None
        case (ast.Constant(value=int() | float()) | ast.Call(func=ast.Name(id="int" | "float" | "len"))
              | ast.Call(func=ast.Attribute(value=ast.Name(id="random"), attr="randint" | "randrange"))):  # fmt: skip
            return NUMBER
        case ast.Constant(value=None):
            return NONE
    return None


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
                harmless = isinstance(called, ast.Name) and called.id in _ALWAYS_THERE
                yield from (argument.id for argument in arguments if isinstance(argument, ast.Name) and not harmless)


def _makes_container(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).rpartition(".")[2] in _MAKE_CONTAINERS
    return isinstance(node, CONTAINERS) or (isinstance(node, ast.BinOp) and _makes_container(node.left))
