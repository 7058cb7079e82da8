"""The prepared errors: what each means, its cause and mend, read once from the files beside this module."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from operator import methodcaller
from string import Formatter
from types import MappingProxyType
from typing import Annotated, Final, Self

from pydantic import AfterValidator, StringConstraints, ValidationError, model_validator

from learnflow.domain.phrasing import one_line
from learnflow.models.fields import explain
from learnflow.tutor.offline.content.library import Content, ContentInvalid, toml_files

_LONGEST_VALUE: Final = 60  # characters of a message that are woven into a sentence
_QUOTES: Final = str.maketrans({
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
})  # fmt: skip


Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, pattern=r"[.!?:)]$")]
Code = Annotated[str, AfterValidator(methodcaller("strip", "\n")), StringConstraints(min_length=3)]


class ErrorNote(Content):
    """One error explained, with the smallest code that shows it and the same code mended.

    `fix` is the first step to mend it, `look` how to find it oneself, `beneath` why the language is like that.
    `message` is a pattern whose named groups `told` puts into a sentence. A `slip` is one of the hand.
    """

    meaning: Sentence
    cause: Sentence
    fix: Sentence
    look: Sentence
    beneath: Sentence
    message: str | None = None
    told: Sentence | None = None
    slip: bool = False
    broken: Code
    mended: Code

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.message is None) != (self.told is None):
            raise ValueError("message and told: one needs the other")
        if self.message is not None and not set(_fields(self.told or "")) <= re.compile(self.message).groupindex.keys():
            raise ValueError("told names a value that message does not find")
        if self.broken == self.mended:
            raise ValueError("mended is the same as broken")
        return self

    def says(self, text: str) -> str | None:
        """Return a sentence with the names and values of an error's message, or None where the text has no such."""
        found = re.search(self.message, text.translate(_QUOTES)) if self.message else None
        if found is None or self.told is None:
            return None
        values = {name: one_line(value or "", _LONGEST_VALUE) for name, value in found.groupdict().items()}
        return self.told.format_map(values)


def _fields(template: str) -> Iterator[str]:
    return (name for _, name, _, _ in Formatter().parse(template) if name)


def read_notes(name: str, text: str) -> Mapping[str, ErrorNote]:
    """Return the errors of a file's text, by key. Raises ContentInvalid, which names file, error and field."""
    notes = {}
    for key, entry in tomllib.loads(text).items():
        try:
            notes[key] = ErrorNote.model_validate(entry)
        except ValidationError as error:
            raise ContentInvalid(f"{name}: [{key}] {explain(error)}") from None
    return MappingProxyType(notes)


def _all() -> Iterator[tuple[str, ErrorNote]]:
    for file in toml_files(files("learnflow.tutor.offline.content").joinpath("errors")):
        yield from read_notes(file.name, file.read_text(encoding="utf-8")).items()


ERROR_NOTES: Final[Mapping[str, ErrorNote]] = MappingProxyType(dict(_all()))
