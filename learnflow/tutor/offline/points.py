"""The point that a question is about: a prepared answer to what is often asked. Named, or else the nearest."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.taxonomy import GENERAL
from learnflow.tutor.offline.content.library import LONGEST_ANSWER, Point
from learnflow.tutor.offline.point_index import (
    Name,
    is_named,
    names_among,
    parse_name,
    points,
    points_by_stem,
    position,
    question_terms,
    share,
    stems_of,
    text_stems,
    topic_stems,
    total_weight,
)

_COMPARING: Final = frozenset({
    "vs", "versus", "difference", "differ", "diff", "different", "compare", "compared", "than", "better", "instead",
    "between", "prefer", "rather",
})  # fmt: skip
_ASIDE: Final = 0.33  # the share of what is told below which a point of another topic is named only by the way
_FOREIGN: Final = 0.5  # the same, where the point is on a language and the question names none
_UNASKED: Final = 1.5  # how many words of a name it costs to be on a language that the question does not name
_WORDS: Final = 3.0  # how many words of a name it is worth to have all that a question tells
_ENOUGH: Final = 0.68  # the share of what a question tells that a point must have
_NAMED_SHARE: Final = 0.5  # the share of a name's words above which it may be meant
_LEAST_SHARED: Final = 2  # words that question and point share at least
_AHEAD: Final = 1.05  # times the share of the next best, or both may be meant
_HEAVY: Final = 6.0  # the weight of what a question tells, below which it could be about anything
_MOST_STEMS: Final = 14  # telling words; who tells more asks no single thing


@dataclass(frozen=True, slots=True)
class PointMatch:
    """A point, its topic, and how many words of the question name it: none where it is only the nearest.

    `whole` is whether the question has nothing else.
    """

    topic: str
    point: Point
    named_by: int
    whole: bool = False

    @property
    def is_decisive(self) -> bool:
        """Whether it may decide what a question is about: a single word is said of anything."""
        return self.named_by != 1 or self.whole


@dataclass(frozen=True, slots=True)
class _Search:
    """A question as it is looked up: its terms, their stems, its language and topic, and whether it compares."""

    terms: tuple[str, ...]
    stems: frozenset[str]
    language: str | None
    topic: str
    compares: bool


@dataclass(frozen=True, slots=True)
class _NameMatch:
    """A name that is said, by how much speaks for it."""

    rank: tuple[float, ...]
    start: int
    length: int
    match: PointMatch


def find_point(question: ParsedQuestion, topic: str) -> PointMatch | None:
    """Return the point that a question names, or else the one that has most of what it tells.

    A single word is often said beside the point, so that most of the words count for more.
    """
    named = named_point(question, topic)
    nearest = None if named and named.is_decisive else _nearest_point(question, topic)
    return nearest if nearest and not (named and named.point is nearest.point) else named


def named_point(question: ParsedQuestion, topic: str) -> PointMatch | None:
    """Return the point that most words of a question name, and that has most of what it tells.

    One of the question's own language comes first where more than a word names it. Elsewhere a single word is too
    little, unless it is all that is told: `get` and `step` are said of anything. Where two things are compared and
    each has a point of its own, both are told.
    """
    terms = question_terms(question)
    compares = not _COMPARING.isdisjoint(terms) or any(hit.meaning.kind == "difference" for hit in question.signals)
    search = _Search(terms, stems_of(terms), question.language or question.foreign, topic, compares)
    matches = sorted(_matches(search), key=lambda match: match.rank, reverse=True)
    if not matches:
        return None
    return (_both(matches) if compares else None) or matches[0].match


def _matches(search: _Search) -> Iterator[_NameMatch]:
    for index, name in names_among(frozenset(search.terms)):
        topic, point, _ = points()[index]
        if not _may_count(search, topic, point, name) or not is_named(name, search.terms, compares=search.compares):
            continue
        has = share(search.stems, index, search.topic)
        if has >= _least(search, topic, point, name):
            start, whole = position(name.parts[0], search.terms) or 0, _is_whole(search, point, name)
            match = PointMatch(topic, point, name.length, whole)
            yield _NameMatch(_rank(search, topic, point, name, has), start, name.length, match)


def _least(search: _Search, topic: str, point: Point, name: Name) -> float:
    """Return the share of what is told that a point must have: another topic or language may be named by the way."""
    if point.language not in (None, search.language):
        return _FOREIGN
    return 0.0 if topic == search.topic or name.sides else _ASIDE


def _may_count(search: _Search, topic: str, point: Point, name: Name) -> bool:
    """Say whether a name may count: it is in the language, a single word in its topic or all that is told."""
    single = name.length == 1
    if point.language not in (None, search.language) and (search.language or single):
        return False
    return not single or topic == search.topic or _is_whole(search, point, name)


def _is_whole(search: _Search, point: Point, name: Name) -> bool:
    """Say whether a single word is what a question without a topic is about: it is all, or of its language."""
    stems = stems_of(name.parts[0])
    own = point.language is not None and point.language == search.language
    return name.length == 1 and search.topic == GENERAL and bool(stems) and (own or search.stems == stems)


def _rank(search: _Search, topic: str, point: Point, name: Name, has: float) -> tuple[float, ...]:
    own = point.language is not None and point.language == search.language
    elsewhere = _UNASKED if point.language is not None and not own else 0.0
    score = name.length + _WORDS * has - elsewhere
    return (own and name.length > 1, score, own, topic == search.topic, name.letters)


def _both(names: Sequence[_NameMatch]) -> PointMatch | None:
    """Return two points of one topic as one, in the order in which the question names them."""
    best = names[0]
    others = (name for name in names if name.match.point is not best.match.point)
    other = next((name for name in others if _is_beside(name, best)), None)
    if best.length > 1 or other is None:
        return None
    first, second = sorted((best, other), key=lambda name: name.start)
    says = f"{first.match.point.says} {second.match.point.says}"
    if len(says) > LONGEST_ANSWER:
        return None
    both = best.match.point.model_copy(update={"says": says, "code": None})
    return replace(best.match, point=both, named_by=2)


def _is_beside(name: _NameMatch, best: _NameMatch) -> bool:
    """Say whether a point is named elsewhere in a question, in the same topic and for the same language."""
    this, that = name.match, best.match
    same = this.topic == that.topic and this.point.language == that.point.language
    return same and name.start != best.start and name.length == 1


def _nearest_point(question: ParsedQuestion, topic: str) -> PointMatch | None:
    """Return the point that has most of what a question tells, None where none has enough or two are as near."""
    stems = stems_of(question_terms(question))
    if question.error or question.code or not _asks_of_part(stems, topic):
        return None
    best, *others = sorted(
        ((share(stems, at, topic), at) for at in _candidates(stems, topic, question)), reverse=True
    ) or [(0.0, 0)]  # fmt: skip
    if best[0] < _ENOUGH or (others and best[0] < _AHEAD * others[0][0]):
        return None
    own, point, _ = points()[best[1]]
    return PointMatch(own, point, 0)


def _asks_of_part(stems: frozenset[str], topic: str) -> bool:
    """Say whether enough is told, and more than the name of the topic as a whole."""
    return (
        _LEAST_SHARED <= len(stems) <= _MOST_STEMS and total_weight(stems) >= _HEAVY and not stems <= topic_stems(topic)
    )


def _candidates(stems: frozenset[str], topic: str, question: ParsedQuestion) -> Iterable[int]:
    """Yield the places of the points in a question's language that share enough with it, most of a name among it."""
    spoken = (None, question.language) if question.may_be_python else (question.language,)
    shared = Counter(index for stem in stems for index in points_by_stem().get(stem, ()))
    for at, count in shared.items():
        own, point, _ = points()[at]
        least = 1 if own == topic else _LEAST_SHARED  # a single word is too little from another topic
        if count >= _LEAST_SHARED and point.language in spoken and _is_named(stems, at, least):
            yield at


def _is_named(stems: frozenset[str], at: int, least: int) -> bool:
    """Say whether most words of one of a point's names are told."""
    return any(len(name) >= least and len(name & stems) > _NAMED_SHARE * len(name) for name in _name_stems(at))


@cache
def _name_stems(at: int) -> tuple[frozenset[str], ...]:
    """Return the names of the point at a place; two sides are named only where they are set against each other."""
    _, point, _ = points()[at]
    return tuple(name for about in point.about if not parse_name(about).sides and (name := text_stems(about)))
