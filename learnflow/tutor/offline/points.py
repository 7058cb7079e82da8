"""The point that a question is about, sought over all topics: a prepared answer to what is often asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from learnflow.domain.lexicon import words
from learnflow.domain.reading import Reading
from learnflow.models.vocabulary import Language
from learnflow.tutor.offline.concepts import Point
from learnflow.tutor.offline.library import EXPLANATIONS

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
_SHORTEST_PLURAL: Final = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A point, its topic, and how many words of the question name it."""

    topic: str
    point: Point
    named_by: int


@dataclass(frozen=True, slots=True)
class _Name:
    """A name of a point: parts that must all be said; two sides count only where they are set against each other."""

    parts: tuple[tuple[str, ...], ...]
    sides: bool

    @property
    def length(self) -> int:
        """How many words say what it is about: `why` can be asked of anything."""
        return sum(word not in _ASKING for part in self.parts for word in part)


def point_asked(reading: Reading, topic: str) -> Found | None:
    """Return the point that most words of a question name.

    Of two equally named ones the one in the question's language counts, then that of the question's own topic.
    Elsewhere a single word is too little: `get` and `step` are said of anything.
    """
    said = tuple(map(singular, (word for word in reading.words if word not in _ARTICLES)))
    compares = not _COMPARING.isdisjoint(said) or any(hit.meaning.kind == "difference" for hit in reading.signals)
    best = max(_matches(reading.language, said, topic, compares=compares), key=lambda one: one[0], default=None)
    return best[1] if best else None


def _matches(
    language: Language | None, said: tuple[str, ...], topic: str, *, compares: bool
) -> Iterator[tuple[tuple[int, ...], Found]]:
    there = frozenset(said)
    for key, point, name in _names():
        foreign = point.language not in (None, language)
        if (foreign and (language or name.length == 1)) or (key != topic and name.length == 1):
            continue
        if _is_said(name, said, there, compares=compares):
            letters = sum(len(word) for part in name.parts for word in part)
            rank = (name.length, bool(point.language) and not foreign, not foreign, key == topic, letters)
            yield rank, Found(key, point, name.length)


@cache
def _names() -> tuple[tuple[str, Point, _Name], ...]:
    return tuple(
        (topic, point, _name(about))
        for topic, found in EXPLANATIONS.items()
        for point in found.points
        for about in point.about
    )


def _name(about: str) -> _Name:
    for between in (_ALL_OF, *_BETWEEN):
        if between in about:
            return _Name(tuple(_normal(part) for part in about.split(between)), between != _ALL_OF)
    return _Name((_normal(about),), sides=False)


def _normal(part: str) -> tuple[str, ...]:
    return tuple(singular(word) for word in words(part.lower()) if word not in _ARTICLES)


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


@cache
def singular(word: str) -> str:
    """Return a word without the ending of its plural: names of points are said in both."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word[:-1]
