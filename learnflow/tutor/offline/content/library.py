"""The prepared content: explanations and the words of follow-ups, read once from the files beside this module."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from learnflow.tutor.offline.content.explanation import Explanation, read_explanations

_CONTENT: Final = files("learnflow.tutor.offline.content")


EXPLANATIONS: Final[Mapping[str, Explanation]] = read_explanations(_CONTENT.joinpath("concepts"))


@dataclass(frozen=True, slots=True)
class FollowUps:
    """The words of which a follow-up is made; `telling` are those that refer to what was said before."""

    telling: frozenset[str]
    simpler: frozenset[str]
    deeper: frozenset[str]
    example: frozenset[str]
    around: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Every word that a follow-up may have."""
        return self.telling | self.simpler | self.deeper | self.example | self.around


FOLLOW_UPS: Final = FollowUps(**{
    name: frozenset(words)
    for name, words in tomllib.loads(_CONTENT.joinpath("follow_ups.toml").read_text(encoding="utf-8")).items()
})

_WORDS: Final = tomllib.loads(_CONTENT.joinpath("same_words.toml").read_text(encoding="utf-8"))

EMPTY: Final[frozenset[str]] = frozenset(_WORDS["empty"])  # words that tell nothing of what a question is about
SAME: Final[Mapping[str, str]] = MappingProxyType({word: group[0] for group in _WORDS["groups"] for word in group})


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of function to write: the words that tell it, and the steps to it."""

    words: frozenset[str]
    steps: tuple[str, ...]


HOMEWORK: Final = tuple(
    Task(frozenset(task["words"]), tuple(task["steps"]))
    for task in tomllib.loads(_CONTENT.joinpath("homework.toml").read_text(encoding="utf-8"))["tasks"]
)
