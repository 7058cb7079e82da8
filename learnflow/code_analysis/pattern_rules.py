"""Rules whose condition is a regular expression, a query or a linter's, with message and examples in a TOML file.

A table a rule: its key, the fields of Rule, `patterns` by language, and `examples` as [language, bad, good]. Comments
and what stands in strings are blank before a pattern is searched, unless `in_strings` is set. Named groups are the
names of the message; a group `at` is the place of the finding where that is not the match's beginning. What depends on
the tree has `queries` of tree-sitter instead. Where a linter finds it, `linter` is its name, and the key is the
linter's code.

In a query `@at` is the place of a finding; other captures are names of the message, and `(#set! name "…")` makes one of
them. Beside tree-sitter's own predicates there are these, which `not-` turns round:

    (#has-ancestor? @node "kind" …)   a node of one of the kinds is around it
    (#kind-eq? @node "kind" …)        it is of one of the kinds
    (#has-type? @name "pattern")      what SyntaxTree.types has for the name matches
    (#in-loop? @node)                 it is run again in each round of a loop
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, partial
from importlib.resources import files
from types import ModuleType
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator
from tree_sitter import Node, Query, QueryCursor

from learnflow.code_analysis.bounded_parsing import tree_sitter_language
from learnflow.code_analysis.linters import ruff
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.code_analysis.rule import Certainty, Check, Example, Kind, Match, Rule
from learnflow.code_analysis.syntax_tree import SyntaxTree, around, is_in_loop, line, text
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language

_LONGEST = 4_000  # characters of code that are searched
_SHARED = ("topic", "message", "fix", "beneath", "kind", "explains", "certainty", "focus")


def _compiles(pattern: str) -> str:
    re.compile(pattern)
    return pattern


Words = Annotated[str, StringConstraints(min_length=8, pattern=r"([.?!]|^\{change\})$")]
Pattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(_compiles)]


class PatternRule(BaseModel):
    """One table of a file; fields as in Rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str
    message: Words
    fix: Words | None = None
    beneath: Words | None = None
    kind: Kind = Kind.BUG
    explains: tuple[str, ...] = ()
    certainty: Certainty = Certainty.LIKELY
    focus: str = ""
    in_strings: bool = False
    patterns: Mapping[Language, Pattern] = {}
    queries: Mapping[Language, str] = {}
    linter: Literal["", "ruff"] = ""
    examples: tuple[tuple[Language, str, str], ...] = ()

    @model_validator(mode="after")
    def _has_step(self) -> Self:
        if self.kind is Kind.BUG and not self.fix:
            raise ValueError("a bug needs a fix, the first step to mend it")
        return self


def read_pattern_rules(package: ModuleType) -> Iterator[Rule]:
    """Yield the rules of the TOML files in a package. Raises ValidationError for a table that is none."""
    for file in sorted(files(package).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            for key, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
                yield _rule(key, PatternRule.model_validate(table))


def _rule(key: str, table: PatternRule) -> Rule:
    fields: dict[str, Any] = {name: value for name in _SHARED if (value := getattr(table, name)) is not None}
    fields["examples"] = tuple(Example(*row) for row in table.examples)
    if table.linter:
        return Rule(key, (Language.PYTHON,), check=ruff(key), **fields)
    if table.queries:
        return Rule(key, tuple(table.queries), check=_query_check(table.queries), **fields)
    return Rule(key, tuple(table.patterns), check=_pattern_check(table), once=table.kind is Kind.BUG, **fields)


def _pattern_check(table: PatternRule) -> Check:
    patterns = {language: re.compile(pattern, re.MULTILINE) for language, pattern in table.patterns.items()}

    def check(tree: PythonTree | SyntaxTree) -> Iterator[Match]:
        language = tree.language if isinstance(tree, SyntaxTree) else Language.PYTHON
        code = tree.code if table.in_strings else tree.masked
        for match in patterns[language].finditer(code[:_LONGEST]):
            at = match.start("at") if match.groupdict().get("at") else match.start()
            values = {name: value or "" for name, value in match.groupdict().items()}
            yield Match(code.count("\n", 0, at) + 1, values)

    return check


def _query_check(sources: Mapping[Language, str]) -> Check:
    """Return the check that finds what matches the query of the code's language."""

    def check(tree: SyntaxTree) -> Iterator[Match]:
        query = _query(tree.language, sources[tree.language])
        for number, nodes in QueryCursor(query).matches(tree.root, partial(_holds, tree)):
            values = defaultdict(str, {name: one_line(text(captured[0])) for name, captured in nodes.items()})
            made = {
                name: one_line((form or "").format_map(values)) for name, form in query.pattern_settings(number).items()
            }
            yield Match(line(nodes["at"][0]), values | made)

    return check


@cache
def _query(language: Language, source: str) -> Query:
    return Query(tree_sitter_language(language), source)


def _holds(
    tree: SyntaxTree,
    predicate: str,
    arguments: list[tuple[str, Literal["capture", "string"]]],
    _pattern: int,
    captures: dict[str, list[Node]],
) -> bool:
    (name, _), *rest = arguments
    node, words = captures[name][0], [word for word, _ in rest]
    match predicate.removeprefix("not-"):
        case "has-ancestor?":
            holds = around(node, *words) is not None
        case "kind-eq?":
            holds = node.type in words
        case "has-type?":
            holds = re.search(words[0], tree.types.get(text(node), "")) is not None
        case "in-loop?":
            holds = is_in_loop(node)
        case _:
            raise ValueError(f"there is no predicate {predicate}")
    return holds != predicate.startswith("not-")
