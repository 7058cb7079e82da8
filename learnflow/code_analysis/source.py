"""A student's code, parsed once for all rules."""

from collections.abc import Iterator
from functools import cached_property

from learnflow.code_analysis import python_tree, syntax_tree
from learnflow.code_analysis.rule import Check, Match
from learnflow.models.vocabulary import Language


class Source:
    """Code in a language, and what its parser makes of it."""

    def __init__(self, code: str, language: Language) -> None:
        self.code = code
        self.language = language

    def matches(self, check: Check) -> Iterator[Match]:
        """Yield where a check matches; nothing in code that cannot be parsed."""
        return check(self.tree) if self.tree else iter(())

    @cached_property
    def tree(self) -> python_tree.PythonTree | syntax_tree.SyntaxTree | None:
        """The tree of the code; None where it cannot be parsed, or only in too long a time."""
        if self.language is not Language.PYTHON:
            return syntax_tree.read(self.code, self.language)
        try:
            return python_tree.gather(self.code)
        except SyntaxError:
            return None
