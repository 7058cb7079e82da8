"""Words that speak for a topic: its names, its details, its vocabulary, and the names that libraries give to it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from learnflow.domain.question.lexicon import Hit, Phrases, data, strongest


@dataclass(frozen=True, slots=True)
class Mention:
    """What a phrase says of the topic; a detail is a part of the topic that a question can be about."""

    topic: str
    weight: float
    detail: str | None = None


_WORDS: Final = data("topic_words.toml")
_STRENGTHS: Final[Mapping[str, float]] = MappingProxyType({"decisive": 3.2, "strong": 1.6, "plain": 0.6})
_PART: Final = 1.2  # of a name that has a topic's word in it
_FADING: Final = 0.7  # what each further word for one topic adds, of its weight
_PARTS: Final = tuple((part, topic) for topic, parts in _WORDS["parts"].items() for part in parts)
_SIGNS: Final = tuple((Mention(sign["topic"], sign["weight"]), re.compile(sign["pattern"])) for sign in _WORDS["signs"])
_LOOKED_AT: Final = 500  # characters

_HOLLOW: Final = Phrases((phrase, None) for phrase in _WORDS["hollow"])
_HINTS: Final = Phrases(
    (phrase, Mention(topic, weight))
    for strength, weight in _STRENGTHS.items()
    for topic, phrases in _WORDS[strength].items()
    for phrase in phrases
)


def without_hollow_words(lower: Sequence[str]) -> tuple[str, ...]:
    """Return lower-case words with those that tell no topic as empty ones, so that all keep their places."""
    left = list(lower)
    for hit in _HOLLOW.find(lower):
        left[hit.start : hit.end] = [""] * (hit.end - hit.start)
    return tuple(left)


def hints(lower: Sequence[str], prose: str) -> Mapping[str, float]:
    """Return how much a text speaks for each topic that it speaks for, by its lower-case words and how it looks."""
    by_topic: defaultdict[str, list[Hit[Mention]]] = defaultdict(list)
    for hit in (*_HINTS.find_all(lower), *_in_names(lower)):
        by_topic[hit.meaning.topic].append(hit)
    scores = defaultdict(float, {topic: _sum(hits) for topic, hits in by_topic.items()})
    start = prose[:_LOOKED_AT]
    for mention, pattern in _SIGNS:
        if pattern.search(start):
            scores[mention.topic] += mention.weight
    return scores


def _in_names(lower: Sequence[str]) -> Iterator[Hit[Mention]]:
    for place, word in enumerate(lower):
        for part, topic in _PARTS:
            if part in word:
                yield Hit(place, place + 1, Mention(topic, _PART))


def _sum(hits: Iterable[Hit[Mention]]) -> float:
    """Add up what does not overlap; the strongest counts in full, each further one less."""
    weights = sorted((hit.meaning.weight for hit in strongest(hits, lambda mention: mention.weight)), reverse=True)
    return sum(weight * _FADING**place for place, weight in enumerate(weights))
