"""What there is to remark on code, read once from the file beside this module, in the order of what matters."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from learnflow.models.vocabulary import Language


class Kind(StrEnum):
    """What a remark is about, what matters most to a learner first."""

    BUG = "bug"
    RISK = "risk"
    CLARITY = "clarity"
    STYLE = "style"


_KINDS: Final = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Remark:
    """What there is to say on a line, its rule if it came from the linter, and what it is `about`: speed, say.

    `if_asked` is for what is worth a remark only where somebody asks about that.
    """

    line: int
    text: str
    rule: str = ""
    kind: Kind = Kind.BUG
    about: str = ""
    if_asked: bool = False


def by_importance(remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    """Return the remarks, what matters most first; those of one kind stay in their order."""
    return tuple(sorted(remarks, key=lambda one: _KINDS.index(one.kind)))


def _compiles(pattern: str) -> str:
    re.compile(pattern)
    return pattern


Words = Annotated[str, StringConstraints(min_length=10, pattern=r"[.?!]$")]
Pattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(_compiles)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Praise(_Strict):
    """A pattern that earns praise, unless there is another."""

    pattern: Pattern
    unless: Pattern | None = None
    praise: Words


class Table(_Strict):
    """The file: the linter's rules by kind, and what is worth praise."""

    rules: dict[Kind, dict[str, Words]]
    praise: dict[Language, tuple[Praise, ...]]


TABLE: Final = Table.model_validate(
    tomllib.loads(files("learnflow.code_analysis").joinpath("review.toml").read_text(encoding="utf-8"))
)
RULES: Final[Mapping[str, tuple[Kind, str]]] = MappingProxyType({
    rule: (kind, words) for kind in Kind for rule, words in TABLE.rules[kind].items()
})
RANKS: Final[Mapping[str, int]] = MappingProxyType({rule: rank for rank, rule in enumerate(("", *RULES))})


def praised(code: str, language: Language | None, most: int = 1) -> tuple[str, ...]:
    """Return what the code earns praise for."""
    found = []
    for praise in TABLE.praise.get(language or Language.PYTHON, ()):
        spoilt = praise.unless is not None and re.search(praise.unless, code, re.MULTILINE)
        if not spoilt and re.search(praise.pattern, code, re.MULTILINE):
            found.append(praise.praise)
    return tuple(found[:most])
