"""What points are made of: their words, by how much each tells, and the share that they have of a question."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from math import log
from typing import Final

from learnflow.domain.question.lexicon import words
from learnflow.domain.question.operator_words import spelled
from learnflow.domain.question.similarity import stem
from learnflow.models.taxonomy import TOPICS
from learnflow.tutor.offline.content.explanation import Point
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.retrieval.stems import TELLS_NOTHING, root

_NAMED, _TOLD, _TOPIC = 1.0, 0.75, 0.5  # the weight of a word in a point's names, in its answer, in its topic's name
_UNSEEN: Final = 3.5  # the weight of a word that no point has: it may be what the question is about, or mere talk
_ELSEWHERE: Final = 0.85  # of the share, where the point is not of the question's topic


def telling(said: Iterable[str]) -> frozenset[str]:
    """Return the stems of what tells anything among words."""
    return frozenset(stem(word) for word in said if word not in TELLS_NOTHING)


def read(text: str) -> frozenset[str]:
    """Return the stems of a text of ours."""
    return telling(root(word) for word in words(spelled(text).lower()))


@cache
def of_topic(topic: str) -> frozenset[str]:
    """Return the stems of the names of a topic."""
    known = TOPICS.get(topic)
    return read(" ".join((known.title, *known.aliases))) if known else frozenset()


def share(told: frozenset[str], place: int, topic: str) -> float:
    """Return how much of what a question on a topic tells the point at a place has, by weight, 0.0 to 1.0."""
    own, _, weights = points()[place]
    whole = weight(told)
    has = sum(_rarity(word) * weights.get(word, 0.0) for word in told) / whole if whole else 0.0
    return has if own == topic else _ELSEWHERE * has


def weight(told: Iterable[str]) -> float:
    """Return how much stems tell: each as much as it is rare among the points."""
    return sum(map(_rarity, told))


@cache
def points() -> tuple[tuple[str, Point, Mapping[str, float]], ...]:
    """Return every point with its topic and the weights of its stems."""
    there = ((topic, point) for topic, found in EXPLANATIONS.items() for point in found.points)
    return tuple((topic, point, _weights(topic, point)) for topic, point in there)


@cache
def places() -> Mapping[str, tuple[int, ...]]:
    """Return the places of the points that have a stem."""
    having: defaultdict[str, list[int]] = defaultdict(list)
    for at, (*_, weights) in enumerate(points()):
        for word in weights:
            having[word].append(at)
    return {word: tuple(found) for word, found in having.items()}


def _weights(topic: str, point: Point) -> Mapping[str, float]:
    weights = dict.fromkeys(of_topic(topic), _TOPIC) | dict.fromkeys(read(point.says), _TOLD)
    return weights | dict.fromkeys(read(" ".join(point.about)), _NAMED)


@cache
def _rarity(word: str) -> float:
    known = places().get(word)
    return log(len(points()) / (1 + len(known))) if known else _UNSEEN
