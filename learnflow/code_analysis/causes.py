"""Causes of wrong results, which raise no error: what is said on each, read once from the files beside this module."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter

from learnflow.models.vocabulary import Language, SkillLevel

Words = Annotated[str, StringConstraints(min_length=8, pattern=r"([.?!]|^\{change\})$")]


class CauseNote(BaseModel):
    """What there is to say on a cause; names in braces stand for those of the student's code.

    `explains` are errors that it can be behind; `patterns` find it in the code, and where only a complaint makes it
    likely, `said` is a pattern of that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str
    explains: tuple[str, ...] = ()
    patterns: dict[Language, str] = {}
    said: str | None = None
    says: Words
    fix: Words
    beneath: Words


def _notes(name: str) -> dict[str, CauseNote]:
    text = files("learnflow.code_analysis").joinpath(name).read_text(encoding="utf-8")
    return TypeAdapter(dict[str, CauseNote]).validate_python(tomllib.loads(text))


CAUSE_NOTES: Final[Mapping[str, CauseNote]] = MappingProxyType({**_notes("causes.toml"), **_notes("slips.toml")})


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause in the student's code: which, on what line, and the names that its words need."""

    key: str
    line: int
    values: tuple[tuple[str, str], ...] = ()
    mended: tuple[str, ...] = ()
    sure: bool = True

    @property
    def topic(self) -> str:
        """The topic that it belongs to."""
        return self._told(CAUSE_NOTES[self.key].topic)

    @property
    def says(self) -> str:
        """What goes wrong."""
        return self._told(CAUSE_NOTES[self.key].says)

    @property
    def fix(self) -> str:
        """The first step to mend it."""
        return self._told(CAUSE_NOTES[self.key].fix)

    @property
    def explains(self) -> tuple[str, ...]:
        """The errors that it can be behind."""
        return CAUSE_NOTES[self.key].explains

    def told(self, skill: SkillLevel) -> Iterator[str]:
        """Yield what to do, and for advanced students what lies beneath."""
        yield f"{'Your next step' if skill is SkillLevel.BEGINNER else 'What to do'}: {self.fix}"
        if skill is SkillLevel.ADVANCED:
            yield f"What lies beneath: {self._told(CAUSE_NOTES[self.key].beneath)}"

    def _told(self, words: str) -> str:
        return words.format_map(dict(self.values))


def cause(key: str, line: int, *mended: str, **values: str) -> Cause:
    """Return a cause with the names of the student's code."""
    return Cause(key, line, tuple(values.items()), mended)
