"""Errors of six languages: recognised by name, message and trace, and the line that a trace points to."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from learnflow.domain.question.lexicon import Phrases, data, words
from learnflow.models.vocabulary import Language

_TELLING: Final = 3  # words of a message that tell more than a name that nobody has prepared
_TRACES: Final = data("traces.toml")
_TRACE, _PYTHON, _PLACE, _NOT_OWN = (
    re.compile("|".join(_TRACES[key]), re.MULTILINE) for key in ("traces", "python_places", "places", "not_own")
)
_LINE_NAMED: Final = re.compile(r"\b[Ll]ine (?P<line>\d{1,6})\b")
_NAMED: Final = ("Error", "Exception")


@dataclass(frozen=True, slots=True)
class ErrorSign:
    """A kind of error: `key` among those prepared ("" for others), its name, language and missing concept."""

    key: str
    name: str
    language: Language | None
    topic: str


_ENTRIES: Final = data("errors.toml")
ERRORS: Final[Mapping[str, ErrorSign]] = MappingProxyType({
    key: ErrorSign(key, entry["name"], Language(entry["language"]), entry["topic"]) for key, entry in _ENTRIES.items()
})
_MESSAGES: Final = Phrases((phrase, ERRORS[key]) for key, entry in _ENTRIES.items() for phrase in entry["phrases"])
# some names are plain words ("missing return"): they count only in the error's own language
_NAMES: Final = Phrases((" ".join(name), sign) for sign in ERRORS.values() if len(name := words(sign.name.lower())) > 1)
_BY_NAME: Final[Mapping[str, tuple[ErrorSign, ...]]] = MappingProxyType({
    name: tuple(sign for sign in ERRORS.values() if sign.name.lower() == name)
    for name in {sign.name.lower() for sign in ERRORS.values()}
})


def find_error(prose: Sequence[str], language: Language | None) -> ErrorSign | None:
    """Return the error that the words of a question name: by its name first, else by its message.

    The last name counts, because a trace ends with what happened.
    """
    lower = [word.lower() for word in prose]
    lengths = _message_lengths(lower, language)
    named = list(_named(prose, lower))
    candidates = _BY_NAME.get(named[-1].lower(), ()) if named else ()
    if candidates:
        return _closest(candidates, lengths, language)
    by_message = _closest(lengths, lengths, language)
    if named and (by_message is None or lengths[by_message] < _TELLING):
        return ErrorSign("", named[-1], language, "exceptions")
    return by_message


def _message_lengths(lower: Sequence[str], language: Language | None) -> Mapping[ErrorSign, int]:
    """Return the errors whose message is there, and how many words of it; a short one of another language is chance."""
    lengths: dict[ErrorSign, int] = {}
    names = [hit for hit in _NAMES.find(lower) if hit.meaning.language is language]
    for hit in (*_MESSAGES.find(lower), *names):
        sign, length = hit.meaning, hit.end - hit.start
        if language in (None, sign.language) or length >= _TELLING:
            lengths[sign] = max(lengths.get(sign, 0), length)
    return lengths


def has_trace(text: str) -> bool:
    """Return whether a text holds a traceback, a stack trace or a compiler's error."""
    return _TRACE.search(text) is not None


def _named(prose: Sequence[str], lower: Sequence[str]) -> Iterator[str]:
    for word, small in zip(prose, lower, strict=True):
        if small in _BY_NAME:
            yield word
        elif word.endswith(_NAMED) and word not in _NAMED and word[0].isupper():
            yield word[:80]


def _closest(
    candidates: Iterable[ErrorSign], lengths: Mapping[ErrorSign, int], language: Language | None
) -> ErrorSign | None:
    """Return the one in the student's language of whose message the most words are there; of equals the first."""
    return max(candidates, key=lambda sign: (sign.language is language, lengths.get(sign, 0)), default=None)


def traced_line(text: str) -> int | None:
    """Return the line, counted from 1, that a trace in a text names as the place of the error; None without one.

    Python's trace ends with the innermost call; the others begin with it, and compilers with the first fault.
    """
    if python := list(_places(_PYTHON, text)):
        return python[-1]
    if (other := next(_places(_PLACE, text), None)) is not None:
        return other
    named = [int(match["line"]) for match in _LINE_NAMED.finditer(text)]
    return named[-1] if named else None


def _places(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    """Yield the lines of places in the student's own files, in order of the text."""
    for line in text.splitlines():
        if not _NOT_OWN.search(line) and (match := pattern.search(line)):
            yield int(match["line"])
