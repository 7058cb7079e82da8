"""Causes that a pattern of the code shows, sure ones and those that only a complaint makes likely."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from learnflow.code_analysis.causes import CAUSE_NOTES, Cause, CauseNote, cause
from learnflow.models.vocabulary import Language

_LOOKED_AT: Final = 4_000  # characters of code
_COMMENT: Final = {Language.PYTHON: "#"}  # the others begin a comment by two slashes


def sure_slips(code: str, language: Language) -> Iterator[Cause]:
    """Yield what patterns surely find."""
    return (
        found for key, note in CAUSE_NOTES.items() if note.said is None for found in _found(code, language, key, note)
    )


def likely_slips(code: str, language: Language, said: str) -> Iterator[Cause]:
    """Yield what patterns find that the complaint fits."""
    for key, note in CAUSE_NOTES.items():
        if note.said is not None and re.search(note.said, said):
            yield from _found(code, language, key, note)


def _found(code: str, language: Language, key: str, note: CauseNote) -> Iterator[Cause]:
    pattern = _pattern(note.patterns[language]) if language in note.patterns else None
    start = code[:_LOOKED_AT]
    for match in pattern.finditer(start) if pattern else ():
        at = match.start("at") if match.groupdict().get("at") else match.start()
        before = start[start.rfind("\n", 0, at) + 1 : at]
        if _COMMENT.get(language, "//") not in before:
            values = {name: value or "" for name, value in match.groupdict().items()}
            yield cause(key, start.count("\n", 0, at) + 1, **values)
            return


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.MULTILINE)
