"""The point that is nearest to a question which names none: most of what the question tells is in the point's words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import log
from typing import Final

from learnflow.domain.lexicon import words
from learnflow.domain.reading import Reading
from learnflow.domain.signs import spelled
from learnflow.domain.similarity import stem
from learnflow.models.taxonomy import TOPICS
from learnflow.tutor.offline.concepts import Point
from learnflow.tutor.offline.library import EXPLANATIONS
from learnflow.tutor.offline.named_points import Found, read_name, said_of
from learnflow.tutor.offline.roots import TELLS_NOTHING, root

_NAMED, _TOLD, _TOPIC = 1.0, 0.75, 0.5  # the weight of a word in a point's names, in its answer, in its topic's name
_ENOUGH: Final = 0.68  # the share of what a question tells that a point must have
_MOST: Final = 0.5  # the share of a name's words above which it may be meant
_LEAST: Final = 2  # words that question and point share at least
_AHEAD: Final = 1.05  # times the score of the next best, or both may be meant
_HEAVY: Final = 6.0  # the weight of what a question tells, below which it could be about anything
_ELSEWHERE: Final = 0.85  # of the score, where the point is not of the question's topic
_LONGEST: Final = 14  # telling words; who tells more asks no single thing
_UNSEEN: Final = 3.5  # the weight of a word that no point has: it may be what the question is about, or mere talk


@dataclass(frozen=True, slots=True)
class _Words:
    """What a point is made of: its stems, each with the weight that it has there, and those of each of its names."""

    topic: str
    point: Point
    weights: Mapping[str, float]
    names: tuple[frozenset[str], ...]

    def is_named_by(self, told: frozenset[str], topic: str) -> bool:
        """Say whether most words of one of its names are told; a single word is too little from another topic."""
        least = 1 if self.topic == topic else _LEAST
        return any(len(name) >= least and len(name & told) > _MOST * len(name) for name in self.names)


def nearest_point(reading: Reading, topic: str) -> Found | None:
    """Return the point that has most of what a question tells, None where none has enough or two are as near.

    Each word weighs as much as it is rare among the points. A wrong point is worse than none.
    """
    told = _stems(word for word in said_of(reading) if word not in TELLS_NOTHING)
    if reading.error or reading.code or not _asks_of_part(told, topic):
        return None
    scored = sorted(
        ((_score(told, one, topic), one) for one in _candidates(told, topic, reading)), key=lambda pair: -pair[0]
    )
    if not scored or scored[0][0] < _ENOUGH or (len(scored) > 1 and scored[0][0] < _AHEAD * scored[1][0]):
        return None
    best = scored[0][1]
    return Found(best.topic, best.point, 0)


def _asks_of_part(told: frozenset[str], topic: str) -> bool:
    """Say whether enough is told, and more than the name of the topic as a whole."""
    return _LEAST <= len(told) <= _LONGEST and sum(map(_rarity, told)) >= _HEAVY and not told <= _of_topic(topic)


def _candidates(told: frozenset[str], topic: str, reading: Reading) -> Iterable[_Words]:
    """Return the points that share enough words with a question, most of a name among them, and are in its language."""
    spoken = (None, reading.language) if reading.may_be_python else (reading.language,)
    shared = Counter(place for one in told for place in _places().get(one, ()))
    for place, count in shared.items():
        one = _points()[place]
        if count >= _LEAST and one.point.language in spoken and one.is_named_by(told, topic):
            yield one


def _score(told: frozenset[str], one: _Words, topic: str) -> float:
    """Return the share of what is told that a point has, by weight."""
    whole = sum(map(_rarity, told))
    share = sum(_rarity(word) * one.weights.get(word, 0.0) for word in told) / whole
    return share if one.topic == topic else _ELSEWHERE * share


@cache
def _rarity(word: str) -> float:
    """Return the weight of a word by how few points have it."""
    known = _places().get(word)
    return log(len(_points()) / (1 + len(known))) if known else _UNSEEN


def _stems(said: Iterable[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in said)


@cache
def _points() -> tuple[_Words, ...]:
    return tuple(_words(topic, point) for topic, found in EXPLANATIONS.items() for point in found.points)


def _words(topic: str, point: Point) -> _Words:
    weights = dict.fromkeys(_of_topic(topic), _TOPIC) | dict.fromkeys(_read(point.says), _TOLD)
    weights |= dict.fromkeys(_read(" ".join(point.about)), _NAMED)
    # two sides are named only where they are set against each other
    names = tuple(_read(about) for about in point.about if not read_name(about).sides)
    return _Words(topic, point, weights, tuple(filter(None, names)))


@cache
def _of_topic(topic: str) -> frozenset[str]:
    known = TOPICS.get(topic)
    return _read(" ".join((known.title, *known.aliases))) if known else frozenset()


def _read(text: str) -> frozenset[str]:
    return _stems(root(word) for word in words(spelled(text).lower()) if root(word) not in TELLS_NOTHING)


@cache
def _places() -> Mapping[str, tuple[int, ...]]:
    """Return the places of the points that have a stem."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(_points()):
        for word in one.weights:
            places[word].append(place)
    return {word: tuple(found) for word, found in places.items()}
