"""The point that a question names, sought over all topics: all words of one of its names are said."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from learnflow.domain.lexicon import words
from learnflow.domain.reading import Reading
from learnflow.domain.signs import spelled
from learnflow.domain.spelling import mended
from learnflow.models.taxonomy import GENERAL
from learnflow.tutor.offline.concepts import Point
from learnflow.tutor.offline.library import EXPLANATIONS
from learnflow.tutor.offline.roots import TELLS_NOTHING, root

_ARTICLES: Final = frozenset({"a", "an", "the"})
_COMPARING: Final = frozenset({
    "vs", "versus", "difference", "differ", "diff", "different", "compare", "compared", "than", "better", "instead",
    "between", "prefer", "rather",
})  # fmt: skip
_JOINING: Final = frozenset({"and", "or"})
_ASKING: Final = frozenset({"what", "when", "why", "not"})
_BETWEEN: Final = (" and ", " or ", " vs ")
_ALL_OF: Final = " + "
_ENDS: Final = frozenset(".?!")
_GAP: Final = 1  # a word may stand between two of a name: "log of n"


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
class _Name:
    """A name of a point: parts that must all be said; two sides count only where they are set against each other."""

    parts: tuple[tuple[str, ...], ...]
    sides: bool

    @property
    def length(self) -> int:
        """How many words say what it is about: `why` can be asked of anything."""
        return sum(word not in _ASKING for part in self.parts for word in part)


@dataclass(frozen=True, slots=True)
class _Said:
    """A question as it is sought in: its words, its language, its topic, and the words that tell anything."""

    words: tuple[str, ...]
    language: str | None
    topic: str
    compares: bool

    @property
    def telling(self) -> frozenset[str]:
        return frozenset(self.words) - TELLS_NOTHING


def named_point(reading: Reading, topic: str) -> Found | None:
    """Return the point that most words of a question name.

    One of the question's own language comes first where more than a word names it; of two equally named ones that of
    the question's own topic counts.
    Elsewhere a single word is too little, unless it is all that is told: `get` and `step` are said of anything.
    """
    words_said = said_of(reading)
    compares = not _COMPARING.isdisjoint(words_said) or any(hit.meaning.kind == "difference" for hit in reading.signals)
    said = _Said(words_said, reading.language or reading.foreign, topic, compares)
    best = max(_matches(said), key=lambda one: one[0], default=None)
    return best[1] if best else None


def said_of(reading: Reading) -> tuple[str, ...]:
    """Return the words of a question without articles, each as the one that stands for it; signs are words too."""
    prose = reading.snippet.prose
    told = spelled(prose)
    said = reading.words if told == prose else mended([word.lower() for word in words(told)])
    return tuple(root(word) for word in said if word not in _ARTICLES)


def _matches(said: _Said) -> Iterator[tuple[tuple[int, ...], Found]]:
    there, telling = frozenset(said.words), said.telling
    for key, point, name in _names():
        foreign = point.language not in (None, said.language)
        single = name.length == 1
        whole = single and said.topic == GENERAL and telling == {*name.parts[0]}
        if (foreign and (said.language or single)) or (single and key != said.topic and not whole):
            continue
        if _is_said(name, said.words, there, compares=said.compares):
            letters = sum(len(word) for part in name.parts for word in part)
            own = bool(point.language) and not foreign
            rank = (own and not single, name.length, own, not foreign, key == said.topic, letters)
            yield rank, Found(key, point, name.length, whole=whole)


@cache
def _names() -> tuple[tuple[str, Point, _Name], ...]:
    return tuple(
        (topic, point, read_name(about))
        for topic, found in EXPLANATIONS.items()
        for point in found.points
        for about in point.about
    )


def read_name(about: str) -> _Name:
    """Return a name of a point as its parts."""
    for between in (_ALL_OF, *_BETWEEN):
        if between in about:
            return _Name(tuple(_normal(part) for part in about.split(between)), between != _ALL_OF)
    return _Name((_normal(about),), sides=False)


def _normal(part: str) -> tuple[str, ...]:
    return tuple(root(word) for word in words(spelled(part).lower()) if word not in _ARTICLES)


def _is_said(name: _Name, said: tuple[str, ...], there: frozenset[str], *, compares: bool) -> bool:
    if not all(word in there for part in name.parts for word in part):
        return False
    places = [_place(part, said) for part in name.parts]
    found = [place for place in places if place is not None]
    if len(found) < len(places):
        return False
    between = said[min(found) : max(found)]
    return not name.sides or compares or not _JOINING.isdisjoint(between)


def _place(part: tuple[str, ...], said: tuple[str, ...]) -> int | None:
    """Return where the words of a part stand in order, with no more than a word between two of them."""
    for start, word in enumerate(said):
        if word == part[0] and _goes_on(part[1:], said, start + 1):
            return start
    return None


def _goes_on(rest: tuple[str, ...], said: tuple[str, ...], at: int) -> bool:
    for word in rest:
        near = said[at : at + 1 + _GAP]
        if word not in near or not _ENDS.isdisjoint(near[: near.index(word)]):
            return False
        at += near.index(word) + 1
    return True
