"""The names of points: how they are written, and whether a question says one."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from learnflow.domain.question.lexicon import words
from learnflow.domain.question.operator_words import spelled
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.spelling import mended
from learnflow.tutor.offline.content.explanation import Point
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.retrieval.stems import root

_ARTICLES: Final = frozenset({"a", "an", "the"})
_JOINING: Final = frozenset({"and", "or"})
_ASKING: Final = frozenset({"what", "when", "why", "not"})
_BETWEEN: Final = (" and ", " or ", " vs ")
_ALL_OF: Final = " + "
_ENDS: Final = frozenset(".?!")
_GAP: Final = 1  # a word may stand between two of a name: "log of n"


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a point: parts that must all be said; two sides count only where they are set against each other."""

    parts: tuple[tuple[str, ...], ...]
    sides: bool

    @property
    def length(self) -> int:
        """How many words say what it is about: `why` can be asked of anything."""
        return sum(word not in _ASKING for part in self.parts for word in part)

    @property
    def letters(self) -> int:
        """How long it is: of two names with as many words, the longer says more."""
        return sum(len(word) for part in self.parts for word in part)


def names(there: frozenset[str]) -> Iterator[tuple[str, Point, Name]]:
    """Yield every name that words may say, with its topic and point."""
    for word in sorted(there):
        yield from _by_word().get(word, ())


@cache
def _by_word() -> Mapping[str, tuple[tuple[str, Point, Name], ...]]:
    """Return the names by their longest word, which is seldom said: few need a closer look."""
    found: defaultdict[str, list[tuple[str, Point, Name]]] = defaultdict(list)
    for topic, explanation in EXPLANATIONS.items():
        for point in explanation.points:
            for name in map(read_name, point.about):
                found[max((word for part in name.parts for word in part), key=len)].append((topic, point, name))
    return {word: tuple(having) for word, having in found.items()}


def said_of(question: ParsedQuestion) -> tuple[str, ...]:
    """Return the words of a question without articles, each as the one that stands for it; signs are words too."""
    prose = question.snippet.prose
    told = spelled(prose)
    said = question.words if told == prose else mended([word.lower() for word in words(told)])
    return tuple(root(word) for word in said if word not in _ARTICLES)


def read_name(about: str) -> Name:
    """Return a name of a point as its parts."""
    for between in (_ALL_OF, *_BETWEEN):
        if between in about:
            return Name(tuple(_normal(part) for part in about.split(between)), between != _ALL_OF)
    return Name((_normal(about),), sides=False)


def is_said(name: Name, said: tuple[str, ...], there: frozenset[str], *, compares: bool) -> bool:
    """Say whether words have a name; `there` are the same words, `compares` whether two things are compared."""
    if not all(word in there for part in name.parts for word in part):
        return False
    places = [place(part, said) for part in name.parts]
    found = [place for place in places if place is not None]
    if len(found) < len(places):
        return False
    between = said[min(found) : max(found)]
    return not name.sides or compares or not _JOINING.isdisjoint(between)


def place(part: tuple[str, ...], said: tuple[str, ...]) -> int | None:
    """Return where the words of a part stand in order, with no more than a word between two of them."""
    for start, word in enumerate(said):
        if word == part[0] and _goes_on(part[1:], said, start + 1):
            return start
    return None


def _normal(part: str) -> tuple[str, ...]:
    return tuple(root(word) for word in words(spelled(part).lower()) if word not in _ARTICLES)


def _goes_on(rest: tuple[str, ...], said: tuple[str, ...], at: int) -> bool:
    for word in rest:
        near = said[at : at + 1 + _GAP]
        if word not in near or not _ENDS.isdisjoint(near[: near.index(word)]):
            return False
        at += near.index(word) + 1
    return True
