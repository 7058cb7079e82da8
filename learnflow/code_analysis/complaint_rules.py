"""Causes that only the complaint makes likely: the same code is right where another result was meant."""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from learnflow.code_analysis.causes import Cause, cause
from learnflow.code_analysis.engine import analyze
from learnflow.code_analysis.legacy import as_cause
from learnflow.code_analysis.legacy_patterns import likely_slips
from learnflow.code_analysis.python_nodes import is_input
from learnflow.code_analysis.python_tree import PythonTree, gather
from learnflow.code_analysis.rules.python.types import kind
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

INEXACT: Final = re.compile(r"\d\.\d{12,}|\b0\.1 ?\+ ?0\.2\b|\b0\.3\b.{0,40}\b0\.1\b.{0,20}\b0\.2\b")
_NUMBERS: Final = re.compile(r"\d|\bnumber|\badd|\bsum|\btotal|\bcalculat", re.IGNORECASE)
_TOO_FEW: Final = re.compile(
    r"\blast\b|missing|never (?:gets|reaches|prints|shows)|too (?:early|soon|few|low)|one (?:too )?(?:less|few|short)"
    r"|stops? (?:at|before)|skips?|off by|instead|should|shuold|expect|\bnot\b|\bup to\b", re.IGNORECASE,
)  # fmt: skip
_NOTHING: Final = re.compile(r"nothing|no output|\bblank\b|empty|n.?t (?:print|do|run|show|work|happen)", re.IGNORECASE)


def likely(code: str, language: Language | None, said: str) -> tuple[Cause, ...]:
    """Return what a complaint makes the likely cause in code, by line."""
    if INEXACT.search(said):
        return (cause("inexact-result", _line_of(code, re.compile(r"\d\.\d|double|float|/"))),)
    found = _in_python(code, said) if language in (Language.PYTHON, None) else ()
    new = (as_cause(finding) for finding in analyze(code, language, complaint=said))
    return tuple(chain(found, likely_slips(code, language or Language.PYTHON, said), new))[:1]


def _in_python(code: str, said: str) -> Iterator[Cause]:
    try:
        tree = gather(code)
    except SyntaxError:
        return
    yield from (one for pattern, check in _PYTHON if pattern.search(said) for one in check(tree))


def told_by_words(said: str) -> tuple[Cause, ...]:
    """Return the cause that the words alone tell, without any code."""
    return (cause("inexact-result", 1),) if INEXACT.search(said) else ()


def _line_of(code: str, pattern: re.Pattern[str]) -> int:
    return next((number for number, line in enumerate(code.splitlines(), 1) if pattern.search(line)), 1)


def _text_joined(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right) if _typed(tree, left) and _typed(tree, right):
                yield _as_number(tree, node, f"int({ast.unparse(left)}) + int({ast.unparse(right)})")
            case ast.BinOp(left=left, op=ast.Mult(), right=right) if _typed(tree, left) and _is_number(tree, right):
                yield _as_number(tree, node, f"int({ast.unparse(left)}) * {ast.unparse(right)}")
            case _:
                pass


def _as_number(tree: PythonTree, node: ast.BinOp, change: str) -> Cause:
    what = one_line(ast.unparse(node))
    return cause("text-joined", node.lineno, tree.replaced(node, change), what=what, change=one_line(change))


def _typed(tree: PythonTree, node: ast.expr) -> bool:
    """Say whether something is text that the user has typed."""
    return is_input(tree.assigned_once.get(node.id) if isinstance(node, ast.Name) else node)


def _is_number(tree: PythonTree, node: ast.expr) -> bool:
    return kind(tree.value(node)) == "a number"


def _ends_early(tree: PythonTree) -> Iterator[Cause]:
    for node in ast.walk(tree.module):
        match node:
            case ast.For(iter=ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=1), last]) as made):
                change = f"range(1, {ast.unparse(last)} + 1)"
                number = tree.value(last)
                if isinstance(last, ast.Constant) and isinstance(number, ast.Constant):
                    change = f"range(1, {int(last.value) + 1})" if isinstance(last.value, int) else change
                yield cause("ends-early", node.lineno, tree.replaced(made, change), call=one_line(ast.unparse(made)),
                            last=one_line(ast.unparse(last)), change=one_line(change))  # fmt: skip
            case _:
                pass


def _never_started(tree: PythonTree) -> Iterator[Cause]:
    body = tree.module.body
    made = [one for one in body if isinstance(one, ast.FunctionDef)]
    others = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.AsyncFunctionDef)
    if made and all(isinstance(one, others) or _is_text(one) for one in body):
        name = next((one.name for one in made if one.name == "main"), made[-1].name)
        yield cause("never-started", next(one.lineno for one in made if one.name == name), name=name)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


_PYTHON: Final[tuple[tuple[re.Pattern[str], Callable[[PythonTree], Iterator[Cause]]], ...]] = (
    (_NUMBERS, _text_joined), (_TOO_FEW, _ends_early), (_NOTHING, _never_started),
)  # fmt: skip
