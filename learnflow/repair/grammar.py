"""What small edits of a program look at, in the grammar of each language; mutations and repairs share it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from tomllib import loads
from typing import Final

from pydantic import TypeAdapter
from tree_sitter import Node

from learnflow.code_analysis.bounded_parsing import parse, tree_sitter_language
from learnflow.code_analysis.syntax_tree import text
from learnflow.models.vocabulary import ExerciseLanguage

_GRAMMAR: Final = loads(files(__package__).joinpath("grammar.toml").read_text(encoding="utf-8"))
SWAPS: Final[Mapping[str, str]] = _GRAMMAR["swaps"]
WORDS: Final[Mapping[str, tuple[str, ...]]] = {name: tuple(others) for name, others in _GRAMMAR["words"].items()}
WEIGHTS: Final[Mapping[str, float]] = _GRAMMAR["weights"]
REASONS: Final[Mapping[str, str]] = _GRAMMAR["reasons"]
INTEGER: Final = re.compile(r"([0-9]{1,18})([lLn]?)")


@dataclass(frozen=True, slots=True)
class Dialect:
    """The node types of one grammar that an edit looks at, and the words it puts in their place."""

    operations: frozenset[str]
    integers: frozenset[str]
    negations: frozenset[str]
    opposites: Mapping[str, str]
    values: frozenset[str]
    effects: frozenset[str]
    places: frozenset[str]
    skipped: frozenset[str]
    negated: str
    nothing: str
    neutral: str
    groups: tuple[tuple[str, ...], ...]
    calls: frozenset[str]
    loops: frozenset[str]
    functions: frozenset[str]
    blocks: frozenset[str]
    bounds: frozenset[str]
    indexes: frozenset[str]
    assignments: frozenset[str]
    wrappers: tuple[str, ...]
    firsts: tuple[str, ...]


DIALECTS: Final = TypeAdapter(dict[ExerciseLanguage, Dialect]).validate_python(_GRAMMAR["dialects"])


def parsed(language: ExerciseLanguage, source: bytes) -> Node | None:
    """Return the root of a program's syntax tree, or None where it takes too long to parse."""
    tree = parse(tree_sitter_language(language), source)
    return tree.root_node if tree else None


def replaced(language: ExerciseLanguage, source: bytes, start: int, end: int, words: str) -> str | None:
    """Return a program with other words in a place, or None where it is the same or no program any more."""
    changed = source[:start] + words.encode() + source[end:]
    if changed == source:
        return None
    root = parsed(language, changed)
    return None if root is None or root.has_error else changed.decode(errors="replace")


def relevant_nodes(root: Node, dialect: Dialect) -> Iterator[Node]:
    """Yield all nodes whose change can matter, a node before its parts."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type not in dialect.skipped and not _main_guard(node):
            yield node
            waiting.extend(reversed(node.children))


def integers(language: ExerciseLanguage, code: str) -> tuple[int, ...]:
    """Return the integer constants of a program, each once, in the order of the code."""
    dialect, root = DIALECTS[language], parsed(language, code.encode())
    found = relevant_nodes(root, dialect) if root else ()
    matches = (INTEGER.fullmatch(text(node)) for node in found if node.type in dialect.integers)
    return tuple(dict.fromkeys(int(match[1]) for match in matches if match))


def one_line(node: Node) -> str:
    """Return the source of a node without its line breaks."""
    return " ".join(text(node).split())


def _main_guard(node: Node) -> bool:
    condition = node.child_by_field_name("condition") if node.type == "if_statement" else None
    return condition is not None and "__name__" in text(condition)
