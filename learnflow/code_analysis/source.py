"""A student's code, parsed once for all rules, and the places where Python may raise an error on purpose."""

import ast
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Final

from learnflow.code_analysis import syntax_tree
from learnflow.code_analysis.python_tree import PythonTree, covers, loaded
from learnflow.code_analysis.rule import Kind, Match, Rule
from learnflow.models.vocabulary import Language

_MOST: Final = 50  # matches of a rule in a code; to look for more could take long
_LEAVING: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def is_guarded(tree: PythonTree, line: int) -> bool:
    """Say whether a line stands in a `try`, or behind a condition on one of its names."""
    names = {node.id for node in tree.of(ast.Name) if node.lineno == line}
    return tree.is_tried(line) or any(_is_behind(node, line, names) for node in tree.nodes)


def _is_behind(node: ast.AST, line: int, names: set[str]) -> bool:
    match node:
        case ast.If(test=test, body=body, orelse=orelse) if names & loaded(test):
            leaves = isinstance(body[-1], _LEAVING) and node.lineno < line
            return leaves or covers([*body, *orelse], line)
        case ast.While(test=test, body=body) if names & loaded(test):
            return covers(body, line)
        case ast.Assert(test=test):
            return node.lineno < line and bool(names & loaded(test))
        case ast.BoolOp() | ast.IfExp() | ast.Match():
            return node.lineno <= line <= (node.end_lineno or node.lineno)
    return False


class Source:
    """Code in a language, and what its parser makes of it."""

    def __init__(self, code: str, language: Language) -> None:
        self.code = code
        self.language = language

    def matches(self, rule: Rule, *, raised: bool) -> Iterator[Match]:
        """Yield where a rule matches; nothing in code that cannot be parsed.

        An error that was not raised is no fault where it may be raised on purpose.
        """
        tree = self.tree
        for match in islice(rule.check(tree), _MOST) if tree else ():
            unsure = rule.kind is Kind.ERROR and not raised
            if not (unsure and isinstance(tree, PythonTree) and is_guarded(tree, match.line)):
                yield match

    @property
    def tree(self) -> PythonTree | syntax_tree.SyntaxTree | None:
        """The tree of the code; None where it cannot be parsed, or only in too long a time."""
        return None if isinstance(self._parsed, SyntaxError) else self._parsed

    @property
    def problem(self) -> SyntaxError | None:
        """What Python's parser complains about."""
        return self._parsed if isinstance(self._parsed, SyntaxError) else None

    @cached_property
    def _parsed(self) -> PythonTree | syntax_tree.SyntaxTree | SyntaxError | None:
        if self.language is not Language.PYTHON:
            return syntax_tree.read(self.code, self.language)
        try:
            return PythonTree(self.code)
        except SyntaxError as problem:
            return problem.with_traceback(None)  # whose frames would be kept with it
