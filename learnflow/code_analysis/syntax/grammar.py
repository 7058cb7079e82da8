"""What is known of a language: its grammar, where a fragment may stand in it, and what its grammar lets pass."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from importlib.resources import files
from typing import Final

import tree_sitter
from tree_sitter import Node

from learnflow.models.vocabulary import Language

Rule = Callable[[Node, Sequence[Node]], str | None]
NeighbourRule = Callable[[Node, Node, Sequence[Node]], str | None]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a fragment, on lines of its own."""

    before: str = ""
    after: str = ""


BARE: Final = Frame()


def reserved(language: str) -> frozenset[str]:
    """Return the words of a language that are no names."""
    file = files("learnflow.code_analysis.syntax.grammars").joinpath("reserved.toml")
    return frozenset(tomllib.loads(file.read_text(encoding="utf-8"))[language])


@dataclass(frozen=True)
class Grammar:
    """A grammar's module, the frames in which a fragment may stand, and rules, which say what is wrong or None.

    `rules`: by the type of a node, of which each gets the node and what it stands in, the outermost first.
    `neighbours`: of two tokens that follow each other, and what the second stands in.
    `semicolons`: whether statements end with one, and not with their line.
    `reserved`: words that are no names. The grammars read them as names wherever no keyword may stand.
    """

    module: str
    frames: tuple[Frame, ...]
    rules: Mapping[str, Rule]
    reserved: frozenset[str]
    names: frozenset[str] = frozenset({"identifier", "type_identifier"})
    opaque: frozenset[str] = frozenset()
    neighbours: NeighbourRule | None = None
    semicolons: bool = True

    @cached_property
    def language(self) -> tree_sitter.Language:
        """The grammar itself, loaded: each costs some megabytes."""
        return tree_sitter.Language(import_module(self.module).language())


@cache
def grammar(language: Language) -> Grammar:
    """Return a language's grammar with its frames and rules."""
    loaded = import_module(f"learnflow.code_analysis.syntax.grammars.{language}").GRAMMAR
    if not isinstance(loaded, Grammar):
        msg = f"{language} has no grammar"
        raise TypeError(msg)
    return loaded
