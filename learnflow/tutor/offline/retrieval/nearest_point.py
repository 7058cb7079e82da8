"""The point that is nearest to a question which names none: most of what the question tells is in the point's words."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.tutor.offline.retrieval.named_point import Found
from learnflow.tutor.offline.retrieval.point_names import read_name, said_of
from learnflow.tutor.offline.retrieval.term_weights import of_topic, places, points, read, share, telling, weight

_ENOUGH: Final = 0.68  # the share of what a question tells that a point must have
_MOST: Final = 0.5  # the share of a name's words above which it may be meant
_LEAST: Final = 2  # words that question and point share at least
_AHEAD: Final = 1.05  # times the share of the next best, or both may be meant
_HEAVY: Final = 6.0  # the weight of what a question tells, below which it could be about anything
_LONGEST: Final = 14  # telling words; who tells more asks no single thing


def nearest_point(question: ParsedQuestion, topic: str) -> Found | None:
    """Return the point that has most of what a question tells, None where none has enough or two are as near.

    A wrong point is worse than none.
    """
    told = telling(said_of(question))
    if question.error or question.code or not _asks_of_part(told, topic):
        return None
    best, *others = sorted(
        ((share(told, at, topic), at) for at in _candidates(told, topic, question)), reverse=True
    ) or [(0.0, 0)]  # fmt: skip
    if best[0] < _ENOUGH or (others and best[0] < _AHEAD * others[0][0]):
        return None
    own, point, _ = points()[best[1]]
    return Found(own, point, 0)


def _asks_of_part(told: frozenset[str], topic: str) -> bool:
    """Say whether enough is told, and more than the name of the topic as a whole."""
    return _LEAST <= len(told) <= _LONGEST and weight(told) >= _HEAVY and not told <= of_topic(topic)


def _candidates(told: frozenset[str], topic: str, question: ParsedQuestion) -> Iterable[int]:
    """Yield the places of the points in a question's language that share enough with it, most of a name among it."""
    spoken = (None, question.language) if question.may_be_python else (question.language,)
    shared = Counter(at for one in told for at in places().get(one, ()))
    for at, count in shared.items():
        own, point, _ = points()[at]
        least = 1 if own == topic else _LEAST  # a single word is too little from another topic
        if count >= _LEAST and point.language in spoken and _is_named(told, at, least):
            yield at


def _is_named(told: frozenset[str], at: int, least: int) -> bool:
    """Say whether most words of one of a point's names are told."""
    return any(len(name) >= least and len(name & told) > _MOST * len(name) for name in _names(at))


@cache
def _names(at: int) -> tuple[frozenset[str], ...]:
    """Return the names of the point at a place; two sides are named only where they are set against each other."""
    _, point, _ = points()[at]
    return tuple(name for about in point.about if not read_name(about).sides and (name := read(about)))
