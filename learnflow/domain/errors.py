"""Errors of six languages, recognised by their names, their messages and their traces."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from learnflow.domain.lexicon import Phrases, data, words
from learnflow.models.vocabulary import Language

_TRACE: Final = re.compile(
    r"Traceback \(most recent|File \"[^\"\n]{1,300}\", line \d+|Exception in thread |goroutine \d+ \[|panic: "
    r"|error\[E\d{4}\]|thread '[^'\n]{1,80}' panicked|Segmentation fault \(core|^[ \t]{0,20}at [^\n]{1,200}:\d+"
    r"|:\d+: error: |Caused by: |^[A-Z]\w{1,60}(?:Error|Exception): ",
    re.MULTILINE,
)
_LINE: Final = re.compile(r"(?:\bline |\.(?:py|js|java|cpp|go|rs):)(\d{1,5})")
_NAMED: Final = ("Error", "Exception")
_NO_NAMES: Final = frozenset(_NAMED)


@dataclass(frozen=True, slots=True)
class ErrorSign:
    """A kind of error: `key` among those prepared ("" for others), its name, language and missing concept."""

    key: str
    name: str
    language: Language | None
    topic: str


def _read() -> Mapping[str, tuple[ErrorSign, tuple[str, ...]]]:
    return MappingProxyType({
        key: (ErrorSign(key, entry["name"], Language(entry["language"]), entry["topic"]), tuple(entry["phrases"]))
        for key, entry in data("errors.toml").items()
    })


_SIGNS: Final = _read()
ERRORS: Final[Mapping[str, ErrorSign]] = MappingProxyType({key: sign for key, (sign, _) in _SIGNS.items()})
_MESSAGES: Final = Phrases(
    (phrase, sign) for sign, phrases in _SIGNS.values() for phrase in (*phrases, " ".join(words(sign.name.lower())))
)
_BY_NAME: Final[Mapping[str, tuple[ErrorSign, ...]]] = MappingProxyType({
    name: tuple(sign for sign in ERRORS.values() if sign.name.lower() == name)
    for name in {sign.name.lower() for sign in ERRORS.values()}
})


def find_error(said: Sequence[str], language: Language | None) -> ErrorSign | None:
    """Return the error that the words of a question name: by its name first, else by its message.

    The last name counts, because a trace ends with what happened.
    """
    lower = [word.lower() for word in said]
    by_message = [hit.meaning for hit in _MESSAGES.find(lower)]
    named = list(_named(said, lower))
    if named:
        candidates = _BY_NAME.get(named[-1].lower(), ())
        return _fitting(candidates, by_message, language) or ErrorSign("", named[-1], language, "exceptions")
    fitting = [sign for sign in by_message if language in (None, sign.language)]
    return next(iter(fitting or by_message), None)


def has_trace(text: str) -> bool:
    """Return whether a text holds a traceback, a stack trace or a compiler's error."""
    return _TRACE.search(text) is not None


def last_line(text: str) -> int | None:
    """Return the line number that a trace in the text names last, or None."""
    lines = _LINE.findall(text)
    return int(lines[-1]) if lines else None


def _named(said: Sequence[str], lower: Sequence[str]) -> Iterator[str]:
    for word, small in zip(said, lower, strict=True):
        if small in _BY_NAME:
            yield word
        elif word.endswith(_NAMED) and word not in _NO_NAMES and word[0].isupper():
            yield word[:80]


def _fitting(
    candidates: Sequence[ErrorSign], by_message: Sequence[ErrorSign], language: Language | None
) -> ErrorSign | None:
    """Of errors with one name: the one in the student's language whose message is there, else the first."""
    return max(candidates, key=lambda sign: (sign.language is language, sign in by_message), default=None)
