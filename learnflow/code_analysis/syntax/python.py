"""Python by compile(): as it stands, or as the body of a loop in a function. Nothing is run."""

import ast
from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.bounded_parsing import without_warnings
from learnflow.code_analysis.syntax.parser_errors import SyntaxFault

_NAME: Final = "<example>"
_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_TOO_DEEP: Final = SyntaxFault(1, 1, "the code is nested too deeply to be read")


def first_fault(code: str) -> SyntaxFault | None:
    """Return what Python's parser or compiler complains about first, wherever the code might stand."""
    with without_warnings():
        try:
            return _compiled(_body(code) if _is_indented(code) else ast.parse(code))
        except SyntaxError as error:
            return _fault(code, error)
        except (RecursionError, MemoryError, OverflowError):
            return _TOO_DEEP
        except ValueError as error:
            return SyntaxFault(1, 1, str(error))


def _is_indented(code: str) -> bool:
    first = next((line for line in code.split("\n") if line.strip() and not line.lstrip().startswith("#")), "")
    return first.startswith((" ", "\t"))


def _body(code: str) -> ast.Module:
    """Read code that is indented as a whole as the body that it is. Raises SyntaxError."""
    try:
        tree = ast.parse("if 1:\n" + code)
    except SyntaxError as error:
        error.lineno = (error.lineno or 2) - 1
        raise
    match tree.body:
        case [ast.If(body=body, orelse=[])]:
            return ast.Module([ast.increment_lineno(node, -1) for node in body], [])
        case _:
            return ast.parse(code)  # part of it is not indented: this raises


def _compiled(tree: ast.Module) -> SyntaxFault | None:
    """Compile a tree alone, then where `return`, `break`, `await` and `nonlocal` may stand. Raises SyntaxError."""
    for candidate in (tree, _in_function(tree, "def")):
        try:
            compile(candidate, _NAME, "exec", dont_inherit=True, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError:
            continue
        return None
    compile(_in_function(tree, "async def"), _NAME, "exec", dont_inherit=True)
    return None


def _in_function(tree: ast.Module, keyword: str) -> ast.Module:
    names = sorted({name for node in _own(tree) if isinstance(node, ast.Nonlocal) for name in node.names})
    frame = ast.parse(f"def _({', '.join(names)}):\n    {keyword} _():\n        while True:\n            pass")
    loop = next(node for node in ast.walk(frame) if isinstance(node, ast.While))
    loop.body = tree.body or loop.body
    return frame


def _own(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes of a tree that are in no function or class of its own."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, _SCOPES))


def _fault(code: str, error: SyntaxError) -> SyntaxFault:
    lines = code.split("\n")
    line = min(max(error.lineno or 1, 1), len(lines))
    column = min(max(error.offset or 1, 1), len(lines[line - 1]) + 1)
    return SyntaxFault(line, column, error.msg or "invalid syntax")
