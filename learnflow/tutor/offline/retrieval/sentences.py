"""The sentence of an explanation that is about the very thing that a question names: `extend`, say, of lists."""

import re
from collections.abc import Iterator
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.vocabulary import SkillLevel
from learnflow.tutor.offline.answers.topic_question import Asked
from learnflow.tutor.offline.content.explanation import Explanation, Point
from learnflow.tutor.offline.content.library import FOLLOW_UPS

_CODE: Final = re.compile(r"`([^`\n]+)`")
_WORD: Final = re.compile(r"[a-z_]{2,}")
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?]) +(?=[A-Z`])")


def to_the_point(asked: Asked) -> str | None:
    """Return what the explanation says of the part of its topic that a question names.

    That is the point with the most words of the question; what the topic is good for, where it asks that; or else the
    sentence with most of the code words that it names. None where it names nothing of the kind, or where the sentence
    is in the telling for the level anyway.
    """
    found, level, question = asked.found, asked.level, asked.question
    if asked.point is not None:
        return pointed(asked, asked.point)
    if asks_when(question):
        return f"To the point first: {found.good_for}"
    named = frozenset(question.words) - FOLLOW_UPS.all
    best = max(_sentences(found, level), key=lambda sentence: len(named & code_words(sentence)))
    if named.isdisjoint(code_words(best)) or best in found.at(level).text:
        return None
    return f"To the point first: {best}"


def pointed(asked: Asked, point: Point) -> str:
    """Return what a point says, and that it is only the nearest where the question does not name it."""
    return f"{'To the point first' if asked.named else 'The nearest that I have prepared'}: {point.says}"


def asks_when(question: ParsedQuestion) -> bool:
    """Say whether a question asks what something is good for."""
    return any(hit.meaning.kind == "when-to-use" for hit in question.signals)


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
