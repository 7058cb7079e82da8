"""The prepared content: explanations and errors, read once from the files beside this module."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from learnflow.tutor.offline.concepts import Explanation, read_explanations

_CONTENT: Final = files("learnflow.tutor.offline").joinpath("content")


@dataclass(frozen=True, slots=True)
class ErrorNote:
    """One error explained, with the smallest code that shows it and the same code mended."""

    meaning: str
    cause: str
    fix: str
    broken: str
    mended: str


def _tables(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the content of each file in a folder, in the order of their names."""
    for file in sorted(_CONTENT.joinpath(folder).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            yield file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8"))


EXPLANATIONS: Final[Mapping[str, Explanation]] = read_explanations(_CONTENT.joinpath("concepts"))
ERROR_NOTES: Final[Mapping[str, ErrorNote]] = MappingProxyType({
    key: ErrorNote(**{name: text.strip("\n") for name, text in entry.items()})
    for _, table in _tables("errors")
    for key, entry in table.items()
})


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
