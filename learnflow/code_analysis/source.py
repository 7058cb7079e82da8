"""A student's code, parsed once for all rules."""

from collections.abc import Iterator
from functools import cached_property

from learnflow.code_analysis import python_tree, syntax_tree
from learnflow.code_analysis.guards import is_guarded
from learnflow.code_analysis.rule import Kind, Match, Rule
from learnflow.models.vocabulary import Language


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
        for match in rule.check(tree) if tree else ():
            unsure = rule.kind is Kind.ERROR and not raised
            if not (unsure and isinstance(tree, python_tree.PythonTree) and is_guarded(tree, match.line)):
                yield match

    @property
    def tree(self) -> python_tree.PythonTree | syntax_tree.SyntaxTree | None:
        """The tree of the code; None where it cannot be parsed, or only in too long a time."""
        return None if isinstance(self._parsed, SyntaxError) else self._parsed

    @property
    def problem(self) -> SyntaxError | None:
        """What Python's parser complains about."""
        return self._parsed if isinstance(self._parsed, SyntaxError) else None

    @cached_property
    def _parsed(self) -> python_tree.PythonTree | syntax_tree.SyntaxTree | SyntaxError | None:
        if self.language is not Language.PYTHON:
            return syntax_tree.read(self.code, self.language)
        try:
            return python_tree.gather(self.code)
        except SyntaxError as problem:
            return problem
