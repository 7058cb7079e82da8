"""The point that a question names, sought over all topics: all words of one of its names are said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.taxonomy import GENERAL
from learnflow.tutor.offline.content.explanation import LONGEST_ANSWER, Point
from learnflow.tutor.offline.retrieval.point_names import Name, is_said, names, place, said_of
from learnflow.tutor.offline.retrieval.term_weights import points, share, telling

_COMPARING: Final = frozenset({
    "vs", "versus", "difference", "differ", "diff", "different", "compare", "compared", "than", "better", "instead",
    "between", "prefer", "rather",
})  # fmt: skip
_ASIDE: Final = 0.33  # the share of what is told below which a point of another topic is named only by the way
_FOREIGN: Final = 0.5  # the same, where the point is on a language and the question names none
_UNASKED: Final = 1.5  # how many words of a name it costs to be on a language that the question does not name
_WORDS: Final = 3.0  # how many words of a name it is worth to have all that a question tells


@dataclass(frozen=True, slots=True)
class Found:
    """A point, its topic, and how many words of the question name it: none where it is only the nearest.

    `whole` is whether nothing else is told in the question.
    """

    topic: str
    point: Point
    named_by: int
    whole: bool = False

    @property
    def plain(self) -> bool:
        """Whether it may decide what a question is about: a single word is said of anything."""
        return self.named_by != 1 or self.whole


@dataclass(frozen=True, slots=True)
class _Said:
    """A question as it is sought in: its words, their stems that tell anything, its language and topic."""

    words: tuple[str, ...]
    told: frozenset[str]
    language: str | None
    topic: str
    compares: bool


@dataclass(frozen=True, slots=True, order=True)
class _Match:
    """A name that is said, by how much speaks for it."""

    rank: tuple[float, ...]
    start: int
    length: int
    found: Found


def named_point(question: ParsedQuestion, topic: str) -> Found | None:
    """Return the point that most words of a question name, and that has most of what it tells.

    One of the question's own language comes first where more than a word names it. Elsewhere a single word is too
    little, unless it is all that is told: `get` and `step` are said of anything. Where two things are compared and
    each has a point of its own, both are told.
    """
    words = said_of(question)
    compares = not _COMPARING.isdisjoint(words) or any(hit.meaning.kind == "difference" for hit in question.signals)
    said = _Said(words, telling(words), question.language or question.foreign, topic, compares)
    matches = sorted(_matches(said), key=lambda one: one.rank, reverse=True)
    if not matches:
        return None
    return (_both(matches) if compares else None) or matches[0].found


def _matches(said: _Said) -> Iterator[_Match]:
    there = frozenset(said.words)
    for topic, point, name in names(there):
        if not _may_count(said, topic, point, name) or not is_said(name, said.words, there, compares=said.compares):
            continue
        has = share(said.told, _places()[topic, id(point)], said.topic)
        if has >= _least(said, topic, point, name):
            start, whole = place(name.parts[0], said.words) or 0, _is_whole(said, point, name)
            found = Found(topic, point, name.length, whole)
            yield _Match(_rank(said, topic, point, name, has), start, name.length, found)


def _least(said: _Said, topic: str, point: Point, name: Name) -> float:
    """Return the share of what is told that a point must have: another topic or language may be named by the way."""
    if point.language not in (None, said.language):
        return _FOREIGN
    return 0.0 if topic == said.topic or name.sides else _ASIDE


def _may_count(said: _Said, topic: str, point: Point, name: Name) -> bool:
    """Say whether a name may count: it is in the language, a single word in its topic or all that is told."""
    single = name.length == 1
    if point.language not in (None, said.language) and (said.language or single):
        return False
    return not single or topic == said.topic or _is_whole(said, point, name)


def _is_whole(said: _Said, point: Point, name: Name) -> bool:
    """Say whether a single word is what a question without a topic is about: it is all, or of its language."""
    told = telling(name.parts[0])
    own = point.language is not None and point.language == said.language
    return name.length == 1 and said.topic == GENERAL and bool(told) and (own or said.told == told)


def _rank(said: _Said, topic: str, point: Point, name: Name, has: float) -> tuple[float, ...]:
    own = point.language is not None and point.language == said.language
    elsewhere = _UNASKED if point.language is not None and not own else 0.0
    score = name.length + _WORDS * has - elsewhere
    return (own and name.length > 1, score, own, topic == said.topic, name.letters)


@cache
def _places() -> Mapping[tuple[str, int], int]:
    return {(topic, id(point)): at for at, (topic, point, _) in enumerate(points())}


def _both(matches: Sequence[_Match]) -> Found | None:
    """Return two points of one topic as one, in the order in which the question names them."""
    best = matches[0]
    other = next((one for one in matches if one.found.point is not best.found.point and _is_beside(one, best)), None)
    if best.length > 1 or other is None:
        return None
    first, second = sorted((best, other), key=lambda one: one.start)
    says = f"{first.found.point.says} {second.found.point.says}"
    if len(says) > LONGEST_ANSWER:
        return None
    return replace(best.found, point=best.found.point.model_copy(update={"says": says, "code": None}), named_by=2)


def _is_beside(one: _Match, best: _Match) -> bool:
    """Say whether a point is named elsewhere in a question, in the same topic and for the same language."""
    same = one.found.topic == best.found.topic and one.found.point.language == best.found.point.language
    return same and one.start != best.start and one.length == 1
