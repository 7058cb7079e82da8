"""The sentence of an explanation that speaks of what a question names: `extend`, say, of the topic lists."""

import re
from collections.abc import Iterator
from typing import Final

from learnflow.domain.reading import Reading
from learnflow.models.vocabulary import SkillLevel
from learnflow.tutor.offline.concepts import Explanation
from learnflow.tutor.offline.library import FOLLOW_UPS

_CODE: Final = re.compile(r"`([^`\n]+)`")
_WORD: Final = re.compile(r"[a-z_]{2,}")
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?]) +(?=[A-Z`])")


def to_the_point(found: Explanation, level: SkillLevel, reading: Reading) -> str | None:
    """Return the sentence that has most of the code words that a question names.

    None where it names none, or where the sentence is in the telling for the level anyway.
    """
    named = frozenset(reading.words) - FOLLOW_UPS.all
    best = max(_sentences(found, level), key=lambda sentence: len(named & code_words(sentence)))
    if named.isdisjoint(code_words(best)) or best in found.at(level).text:
        return None
    return f"To the point first: {best}"


def code_words(sentence: str) -> frozenset[str]:
    """Return the words that stand as code in a sentence, in lower case."""
    return frozenset(word for code in _CODE.findall(sentence) for word in _WORD.findall(code.lower()))


def _sentences(found: Explanation, level: SkillLevel) -> Iterator[str]:
    """Yield the sentences of an explanation, those for the level first: of two equally good ones the first counts."""
    for text in (
        found.at(level).text, found.beginner.text, found.intermediate.text, found.watch_out,
        *(one.truth for one in found.misconceptions), found.further, found.advanced.text,
    ):  # fmt: skip
        yield from _BETWEEN_SENTENCES.split(text)
