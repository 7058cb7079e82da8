"""Conditions that are tree-sitter queries, with predicates beside tree-sitter's own.

`@at` is the place of a finding; other captures are names of the message, and `(#set! name "…")` makes one of them. The
predicates, which `not-` turns round:

    (#has-ancestor? @node "kind" …)   a node of one of the kinds is around it
    (#kind-eq? @node "kind" …)        it is of one of the kinds
    (#has-type? @name "pattern")      what SyntaxTree.types has for the name matches
    (#in-loop? @node)                 it is run again in each round of a loop
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Literal

from tree_sitter import Node, Query, QueryCursor

from learnflow.code_analysis.bounded_parsing import tree_sitter_language
from learnflow.code_analysis.rule import Check, Match
from learnflow.code_analysis.syntax_tree import SyntaxTree, around, is_in_loop, line, text
from learnflow.domain.phrasing import one_line
from learnflow.models.vocabulary import Language


def query_check(sources: Mapping[Language, str]) -> Check:
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
