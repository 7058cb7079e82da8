"""What is known of a language: its grammar, where a fragment may stand in it, and what its grammar lets pass."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict
from tree_sitter import Node

from learnflow.code_analysis.syntax.language_rules import NEIGHBOURS, RULES, Rule
from learnflow.models.vocabulary import Language


class Grammar(BaseModel):
    """A language, the frames in which a fragment may stand, and rules, which say what is wrong or None.

    `frames`: what stands on the lines before and behind the fragment.
    `rules`: by the type of a node, of which each gets the node and what it stands in, the outermost first.
    `neighbours`: of two tokens that follow each other, and what the second stands in.
    `semicolons`: whether statements end with one, and not with their line.
    `reserved`: words that are no names. The grammars read them as names wherever no keyword may stand.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Language
    frames: tuple[tuple[str, str], ...]
    reserved: frozenset[str]
    names: frozenset[str] = frozenset({"identifier", "type_identifier"})
    opaque: frozenset[str] = frozenset()
    semicolons: bool = True
    rules: Mapping[str, Rule]
    neighbours: Callable[[Node, Node, Sequence[Node]], str | None] | None


@cache
def grammar(language: Language) -> Grammar:
    """Return a language's grammar with its frames and rules."""
    table = tomllib.loads(files(__package__).joinpath("grammars.toml").read_text(encoding="utf-8"))[language]
    return Grammar(key=language, rules=RULES.get(language, {}), neighbours=NEIGHBOURS.get(language), **table)
