"""A slug of what is being asked, the same when the question is put in other words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from zlib import crc32

from learnflow.domain.question.lexicon import data
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.spelling import singular
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Intent

_LONGEST: Final = 100  # characters of a topic key
_CONTENT_WORDS: Final = 3
_DETAILS: Final = 2
_LONGEST_WORD: Final = 20
_ROOT: Final = 5  # letters; a word that begins as one of the topic's name tells nothing more
_STOP: Final = frozenset(data("lexicon.toml")["words"]["stop"])
_NO_LETTER_OR_DIGIT: Final = re.compile(r"[^a-z0-9]+")
_PLAIN: Final = re.compile(r"[a-z0-9_]+$")


def question_key(question: ParsedQuestion, intent: Intent, topic: str, telling: Sequence[str] = ()) -> str:
    """Return the key of a question, given its intent and topic.

    `telling` are English words that tell what of the topic is asked about; they count where none is read here.
    """
    parts: tuple[str, ...]
    subject = _subject(question, topic, telling)
    match intent:
        case Intent.DEBUG:
            parts = (question.error.name, topic) if question.error else ("debug", *subject)
        case Intent.CODE_REVIEW:
            parts = ("review", *subject)
        case Intent.EXERCISE:
            parts = ("exercise", topic)
        case Intent.PROGRESS:
            parts = ("progress",)
        case Intent.CONCEPTS:
            parts = _concept(question, topic, subject)
    return _slug(parts)


def _concept(question: ParsedQuestion, topic: str, subject: tuple[str, ...]) -> tuple[str, ...]:
    kind = _kind(question)
    if question.error:
        return (kind, question.error.name)
    return (kind, *(_compared(question, topic) or subject if kind == "difference" else subject))


def _kind(question: ParsedQuestion) -> str:
    signals = [hit.meaning for hit in question.signals if hit.meaning.kind]
    strongest = max(signals, key=lambda signal: signal.weight, default=None)
    return (strongest and strongest.kind) or "explain"


def _subject(question: ParsedQuestion, topic: str, telling: Sequence[str]) -> tuple[str, ...]:
    given = sorted(set(_first_words((phrase.lower().split() for phrase in telling), topic)))
    if topic == GENERAL:
        return tuple(given[:_DETAILS]) or content_words(question)
    details = (
        question.words[hit.start : hit.end]
        for hit in question.mentions
        if hit.meaning.detail and hit.meaning.topic == topic
    )
    special = sorted(set(_first_words(details, topic))) or given
    return (topic, *special[:_DETAILS])


def _first_words(phrases: Iterable[Iterable[str]], topic: str) -> Iterator[str]:
    """Yield of each phrase the first telling word: the words around it change with the phrasing."""
    for phrase in phrases:
        telling = [word for word in phrase if _PLAIN.match(word) and word not in _STOP]
        yield from (singular(word) for word in telling[:1] if topic == GENERAL or word[:_ROOT] not in topic)


def _compared(question: ParsedQuestion, topic: str) -> tuple[str, ...]:
    topics = sorted({topic, *(hit.meaning.topic for hit in question.mentions)})
    return tuple(topics) if len(topics) > 1 else ()


def content_words(question: ParsedQuestion) -> tuple[str, ...]:
    """Return the telling words of a question in alphabetical order, or a checksum where there are none."""
    telling = sorted({singular(word) for word in question.words if _PLAIN.match(word) and word not in _STOP})
    if telling:
        return tuple(sorted(telling, key=lambda word: (-len(word), word))[:_CONTENT_WORDS])
    return (f"unclear-{crc32(question.snippet.prose.encode()):08x}",)


def _slug(parts: tuple[str, ...]) -> str:
    cut = (_NO_LETTER_OR_DIGIT.sub("-", part.lower())[: 2 * _LONGEST_WORD].strip("-") for part in parts)
    return "-".join(part for part in cut if part)[:_LONGEST].strip("-") or "unclear"
