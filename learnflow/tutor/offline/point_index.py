"""The prepared points by their names and by their terms: what a question is looked up in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from typing import Final

from learnflow.domain.question.lexicon import data, words
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.spelling import corrected, operators_in_words, singular, stem
from learnflow.models.taxonomy import TOPICS
from learnflow.tutor.offline.content.library import EMPTY, EXPLANATIONS, FOLLOW_UPS, SAME, Point

_ARTICLES: Final = frozenset({"a", "an", "the"})
_ASKING: Final = frozenset({"what", "when", "why", "not"})
_BETWEEN: Final = (" and ", " or ", " vs ")
_ALL_OF: Final = " + "
_ENDS: Final = frozenset(".?!")
_GAP: Final = 1  # a word may stand between two of a name: "log of n"
# the weight of a word in a point's names, in its answer, in its topic's name
_IN_NAME, _IN_ANSWER, _IN_TOPIC = 1.0, 0.75, 0.5
_UNKNOWN_WORD: Final = 3.5  # the weight of a word that no point has: it may be what the question is about, or mere talk
_ELSEWHERE: Final = 0.85  # of the share, where the point is not of the question's topic


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


@cache
def canonical(word: str) -> str:
    """Return the word that stands for a word, its plural and its synonyms."""
    return SAME.get(word) or SAME.get(singular(word)) or singular(word)


_EMPTY_WORDS: Final = frozenset(
    map(canonical, (*data("lexicon.toml")["words"]["stop"], *FOLLOW_UPS.all, *EMPTY, *".?!"))
)


def question_terms(question: ParsedQuestion) -> tuple[str, ...]:
    """Return the words of a question without articles, each as the one that stands for it; signs are words too."""
    prose = question.snippet.prose
    in_words = operators_in_words(prose)
    own = question.words if in_words == prose else corrected([word.lower() for word in words(in_words)])
    return tuple(canonical(word) for word in own if word not in _ARTICLES)


def parse_name(about: str) -> Name:
    """Return a name of a point as its parts."""
    for between in (_ALL_OF, *_BETWEEN):
        if between in about:
            return Name(tuple(_terms(part) for part in about.split(between)), between != _ALL_OF)
    return Name((_terms(about),), sides=False)


def _terms(part: str) -> tuple[str, ...]:
    return tuple(canonical(word) for word in words(operators_in_words(part).lower()) if word not in _ARTICLES)


def names_among(terms: frozenset[str]) -> Iterator[tuple[int, Name]]:
    """Yield every name of a point that terms may contain, with the index of the point."""
    for word in sorted(terms):
        yield from _names_by_longest_word().get(word, ())


@cache
def _names_by_longest_word() -> Mapping[str, Sequence[tuple[int, Name]]]:
    """Return the names by their longest word, which is seldom said: few need a closer look."""
    names: defaultdict[str, list[tuple[int, Name]]] = defaultdict(list)
    for index, (_, point, _) in enumerate(points()):
        for name in map(parse_name, point.about):
            names[max((word for part in name.parts for word in part), key=len)].append((index, name))
    return names


def is_named(name: Name, terms: tuple[str, ...], *, compares: bool) -> bool:
    """Say whether the terms of a question have a name; `compares` is whether it sets two things against each other."""
    if not all(word in terms for part in name.parts for word in part):
        return False
    starts = [position(part, terms) for part in name.parts]
    present = [start for start in starts if start is not None]
    if len(present) < len(starts):
        return False
    between = terms[min(present) : max(present)]
    return not name.sides or compares or not {"and", "or"}.isdisjoint(between)


def position(part: tuple[str, ...], terms: tuple[str, ...]) -> int | None:
    """Return where the words of a part stand in order, with no more than a word between two of them."""
    for start, word in enumerate(terms):
        if word == part[0] and _follows(part[1:], terms, start + 1):
            return start
    return None


def _follows(rest: tuple[str, ...], terms: tuple[str, ...], at: int) -> bool:
    for word in rest:
        near = terms[at : at + 1 + _GAP]
        if word not in near or not _ENDS.isdisjoint(near[: near.index(word)]):
            return False
        at += near.index(word) + 1
    return True


def stems_of(terms: Iterable[str]) -> frozenset[str]:
    """Return the stems of terms, without those that tell nothing of what a question is about."""
    return frozenset(stem(word) for word in terms if word not in _EMPTY_WORDS)


def text_stems(text: str) -> frozenset[str]:
    """Return the stems of a text of ours."""
    return stems_of(canonical(word) for word in words(operators_in_words(text).lower()))


@cache
def topic_stems(topic: str) -> frozenset[str]:
    """Return the stems of the names of a topic."""
    entry = TOPICS.get(topic)
    return text_stems(" ".join((entry.title, *entry.aliases))) if entry else frozenset()


def share(stems: frozenset[str], index: int, topic: str) -> float:
    """Return how much of the stems of a question on a topic the point at an index has, by weight, 0.0 to 1.0."""
    own, _, weights = points()[index]
    whole = total_weight(stems)
    has = sum(_rarity(word) * weights.get(word, 0.0) for word in stems) / whole if whole else 0.0
    return has if own == topic else _ELSEWHERE * has


def total_weight(stems: Iterable[str]) -> float:
    """Return how much stems tell: each as much as it is rare among the points."""
    return sum(map(_rarity, stems))


@cache
def points() -> tuple[tuple[str, Point, Mapping[str, float]], ...]:
    """Return every point with its topic and the weights of its stems."""
    every = ((topic, point) for topic, explanation in EXPLANATIONS.items() for point in explanation.points)
    return tuple((topic, point, _weights(topic, point)) for topic, point in every)


@cache
def points_by_stem() -> Mapping[str, Sequence[int]]:
    """Return the indexes of the points that have a stem."""
    indexes: defaultdict[str, list[int]] = defaultdict(list)
    for index, (*_, weights) in enumerate(points()):
        for word in weights:
            indexes[word].append(index)
    return indexes


def _weights(topic: str, point: Point) -> Mapping[str, float]:
    weights = dict.fromkeys(topic_stems(topic), _IN_TOPIC) | dict.fromkeys(text_stems(point.says), _IN_ANSWER)
    return weights | dict.fromkeys(text_stems(" ".join(point.about)), _IN_NAME)


@cache
def _rarity(word: str) -> float:
    having = points_by_stem().get(word)
    return log(len(points()) / (1 + len(having))) if having else _UNKNOWN_WORD
