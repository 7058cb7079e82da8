"""Causes of wrong results in how a student's Python reads, writes and prints."""

import ast
from collections.abc import Callable, Iterator
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.python_nodes import inside, loaded, stored
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.domain.phrasing import one_line

_LAZY: Final = frozenset({"map", "filter", "zip", "reversed", "enumerate"})
_READS: Final = frozenset({"read", "readlines"})


def _opened_anew(tree: PythonTree) -> Iterator[Cause]:
    for loop in ast.walk(tree.module):
        if not isinstance(loop, ast.For | ast.While):
            continue
        changing = stored(ast.walk(loop))
        for node in inside(loop.body):
            match node:
                case ast.Call(func=ast.Name(id="open"), args=[path, ast.Constant(value="w" | "wt")]):
                    if not loaded(path) & changing:
                        yield cause("opened-anew", node.lineno, name=one_line(ast.unparse(path)))
                case _:
                    pass


def _read_again(tree: PythonTree) -> Iterator[Cause]:
    if any(isinstance(one, ast.Attribute) and one.attr == "seek" for one in ast.walk(tree.module)):
        return
    for name in sorted(set(_files(tree.module))):
        reads = sorted(_reads(tree.module, name))
        opened = sum(one == name for one in _files(tree.module))
        if len(reads) > 1 and opened == 1:
            yield cause("read-again", reads[1], name=name, first=str(reads[0]))


def _files(tree: ast.AST) -> Iterator[str]:
    """Yield the names of open files, each time that one is opened."""
    for node in ast.walk(tree):
        match node:
            case (ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="open")))
                  | ast.withitem(ast.Call(func=ast.Name(id="open")), ast.Name(id=name))):  # fmt: skip
                yield name
            case _:
                pass


def _reads(tree: ast.AST, name: str) -> Iterator[int]:
    """Yield the lines on which a file is read to its end."""
    for node in ast.walk(tree):
        match node:
            case ast.For(iter=ast.Name(id=read), body=body) if read == name:
                if not any(isinstance(one, ast.Break | ast.Return) for one in inside(body)):
                    yield node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Name(id=read), attr=attr), args=[]) if attr in _READS:
                if read == name:
                    yield node.lineno
            case _:
                pass


def _line_end_kept(tree: PythonTree) -> Iterator[Cause]:
    files = set(_files(tree.module))
    for loop in ast.walk(tree.module):
        match loop:
            case ast.For(target=ast.Name(id=name), iter=ast.Name(id=file), body=body) if file in files:
                nodes = list(inside(body))
                for node in nodes if name not in stored(nodes) else ():
                    match node:
                        case ast.Compare(
                            left=ast.Name(id=left), ops=[ast.Eq()], comparators=[ast.Constant(value=str(t))]
                        ):
                            if left == name and not t.endswith("\n"):
                                yield cause("line-end-kept", node.lineno, name=name, change=f"{name}.strip()")
                        case _:
                            pass
            case _:
                pass


def _iterator_printed(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.Call(func=ast.Name(id="print"), args=[shown]):
                made = tree.assigned_once.get(shown.id) if isinstance(shown, ast.Name) else shown
                if _is_lazy(made):
                    change = f"list({ast.unparse(shown)})"
                    yield cause("iterator-printed", node.lineno, tree.replaced(shown, change), change=one_line(change))
            case _:
                pass


def _is_lazy(node: ast.expr | None) -> bool:
    match node:
        case ast.GeneratorExp():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _LAZY
        case _:
            return False


def _template_missing(tree: PythonTree) -> Iterator[Cause]:
    formatted = any(
        isinstance(one, ast.Attribute) and one.attr in {"format", "format_map"} for one in ast.walk(tree.module)
    )
    within = {id(part) for one in ast.walk(tree.module) if isinstance(one, ast.JoinedStr) for part in ast.walk(one)}
    for node in ast.walk(tree.module) if not formatted else ():
        match node:
            case ast.Call(func=ast.Name(id="print" | "input"), args=arguments):
                for text in arguments:
                    named = _named_in_braces(text) if id(text) not in within else set()
                    if isinstance(text, ast.Constant) and named & tree.defined:
                        change = f"f{ast.unparse(text)}"
                        yield cause("f-missing", text.lineno, tree.replaced(text, change), name=min(named),
                                    change=one_line(change))  # fmt: skip
            case _:
                pass


def _named_in_braces(node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {part.partition("}")[0] for part in text.split("{")[1:] if "}" in part}
        case _:
            return set()


FILES: Final[tuple[Callable[[PythonTree], Iterator[Cause]], ...]] = (
    _opened_anew, _read_again, _line_end_kept, _iterator_printed, _template_missing,
)  # fmt: skip
