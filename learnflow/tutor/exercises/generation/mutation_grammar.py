"""What a small mistake looks like in the grammar of each language."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Final

from tree_sitter import Language, Parser

from learnflow.models.vocabulary import ExerciseLanguage

_SWAPS: Final = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "===": "!==", "!==": "===",
    "+": "-", "-": "+", "*": "+", "/": "*", "//": "*", "%": "*", "**": "*", "&": "|", "|": "&", "<<": ">>", ">>": "<<",
    "+=": "-=", "-=": "+=", "*=": "+=", "/=": "*=", "//=": "*=", "%=": "*=", "&&": "||", "||": "&&",
    "and": "or", "or": "and", "in": "not in", "not in": "in", "is": "is not", "is not": "is",
}  # fmt: skip
SWAPS: Final[Mapping[str, str]] = MappingProxyType(_SWAPS)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The node types of one grammar that a mutation looks at, and the words it puts in their place."""

    operations: frozenset[str]  # nodes whose operator can be another one
    integers: frozenset[str]
    negations: frozenset[str]
    opposites: Mapping[str, str]
    values: frozenset[str]  # conditions that have no operator of their own
    effects: frozenset[str]  # expressions that are statements for what they do
    places: frozenset[str]  # parts of a value that an assignment can change
    skipped: frozenset[str]
    negated: str
    nothing: str
    neutral: str


_PYTHON: Final = Dialect(
    operations=frozenset({"comparison_operator", "binary_operator", "boolean_operator", "augmented_assignment"}),
    integers=frozenset({"integer"}),
    negations=frozenset({"not_operator", "unary_operator"}),
    opposites=MappingProxyType({"true": "False", "false": "True", "break": "continue", "continue": "break"}),
    values=frozenset({"identifier", "call", "attribute", "subscript"}),
    effects=frozenset({"call"}),
    places=frozenset({"attribute", "subscript"}),
    skipped=frozenset({"import_statement", "import_from_statement", "decorator", "type", "comment"}),
    negated="not ({})",
    nothing="pass",
    neutral="None",
)
_JAVASCRIPT: Final = Dialect(
    operations=frozenset({"binary_expression", "augmented_assignment_expression"}),
    integers=frozenset({"number"}),
    negations=frozenset({"unary_expression"}),
    opposites=MappingProxyType({"true": "false", "false": "true", "break": "continue", "continue": "break"}),
    values=frozenset({"identifier", "call_expression", "member_expression", "subscript_expression"}),
    effects=frozenset({"call_expression", "update_expression"}),
    places=frozenset({"member_expression", "subscript_expression"}),
    skipped=frozenset({"import_statement", "comment"}),
    negated="!({})",
    nothing=";",
    neutral="null",
)
_JAVA: Final = replace(
    _JAVASCRIPT,
    operations=frozenset({"binary_expression", "assignment_expression"}),
    integers=frozenset({"decimal_integer_literal"}),
    values=frozenset({"identifier", "method_invocation", "field_access", "array_access"}),
    effects=frozenset({"method_invocation", "update_expression"}),
    places=frozenset({"array_access", "field_access"}),
    skipped=frozenset({
        "import_declaration", "package_declaration", "annotation", "marker_annotation", "line_comment", "block_comment",
    }),
)  # fmt: skip
DIALECTS: Final[Mapping[ExerciseLanguage, Dialect]] = MappingProxyType({
    ExerciseLanguage.PYTHON: _PYTHON, ExerciseLanguage.JAVASCRIPT: _JAVASCRIPT, ExerciseLanguage.JAVA: _JAVA,
})  # fmt: skip


@cache
def parser(language: ExerciseLanguage) -> Parser:
    """Return the parser of a language, whose grammar is loaded when it is first needed."""
    return Parser(Language(importlib.import_module(f"tree_sitter_{language}").language()))
