"""What code earns praise for, by patterns that are read once from the file beside this module."""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from learnflow.code_analysis.pattern_rules import Pattern, Words
from learnflow.models.vocabulary import Language


class Praise(BaseModel):
    """A pattern that earns praise, unless there is another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: Pattern
    unless: Pattern | None = None
    praise: Words


_TABLE: Final[Mapping[Language, tuple[Praise, ...]]] = TypeAdapter(dict[Language, tuple[Praise, ...]]).validate_python(
    tomllib.loads(files("learnflow.code_analysis").joinpath("praise.toml").read_text(encoding="utf-8"))
)


def praised(code: str, language: Language | None, most: int = 1) -> tuple[str, ...]:
    """Return what the code earns praise for."""
    earned = (
        praise.praise for praise in _TABLE.get(language or Language.PYTHON, ())
        if not (praise.unless and re.search(praise.unless, code, re.MULTILINE))
        and re.search(praise.pattern, code, re.MULTILINE)
    )  # fmt: skip
    return tuple(earned)[:most]
