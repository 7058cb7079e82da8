"""Decide which topic a question is about, from what it mentions, the error it names, and its code."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from math import inf
from typing import Final

from learnflow.domain.question.lexicon import ONLY_NAMED, data
from learnflow.domain.question.parsed_question import NAME, ParsedQuestion
from learnflow.models.taxonomy import GENERAL, TOPICS, foundations, prerequisites
from learnflow.models.vocabulary import Intent

_ERROR: Final = 2.5
_ENOUGH: Final = 0.95  # less is a word of everyday English, which tells no topic
_LOOKED_AT: Final = 1_500  # characters of code
_DECISIVE: Final = 3.2  # of hints: the weight of a word that is used of nothing else, which is as good as a name
_BELOW: Final = 0.74  # of the score of a topic that is named: what is not named comes at most so near
_EXPLAINED: Final = 2.0  # the weight of a question on what code means, which no fault in it answers
_FAULTS: Final = tuple(
    (fault["topic"], re.compile(fault["pattern"], re.MULTILINE)) for fault in data("topic_words.toml")["faults"]
)
_TELLING: Final = 1.1  # more than the weight of a name that everyday English uses too
_NEARLY: Final = 0.75  # of the best score: then the topic that builds on the other is meant
_CONSTRUCTS: Final = tuple(
    (topic, re.compile(pattern, re.MULTILINE)) for topic, pattern in data("constructs.toml").items()
)


def topic_of(question: ParsedQuestion) -> str:
    """Return the taxonomy's key of what a question is about, or "general"."""
    fault = _fault_topic(question)
    if fault is not None:
        return fault
    scores = _named_first(question, _without_unnamed(question, topic_scores(question)))
    from_code = code_topic(question.code) if question.code else GENERAL
    if from_code != GENERAL and _is_about_code(question):
        scores = {topic: score for topic, score in scores.items() if topic in _named(question, _TELLING)}
    if max(scores.values(), default=0.0) < _ENOUGH:
        return from_code
    best = max(scores.values())
    return max((topic for topic, score in scores.items() if score >= _NEARLY * best), key=depth)


def _is_about_code(question: ParsedQuestion) -> bool:
    """Say whether code is complained of or to be looked over, so that only what the words name outright is meant.

    "It skips every second item" tells of the code, and "is there a better way to write it?" tells nothing at all.
    """
    if question.code is None or question.error is not None or question.asks_whether:
        return False
    return question.has(Intent.CODE_REVIEW) or (question.has(Intent.DEBUG) and not question.narrates)


def topic_scores(question: ParsedQuestion) -> Mapping[str, float]:
    """Return how much the words of a question, and the error it names, speak for each topic that they speak for."""
    scores: defaultdict[str, float] = defaultdict(float)
    for hit in question.mentions:
        scores[hit.meaning.topic] += hit.meaning.weight
    if question.error:
        scores[question.error.topic] += _ERROR
    for topic, weight in question.hints.items():
        scores[topic] += weight
    return scores


def _without_unnamed(question: ParsedQuestion, scores: Mapping[str, float]) -> Mapping[str, float]:
    """Return the scores without those topics that only a name tells and that nothing names."""
    names = {hit.meaning.topic for hit in question.mentions if hit.meaning.weight >= _TELLING}
    named = question.decided | names | ({question.error.topic} if question.error else set())
    return {topic: score for topic, score in scores.items() if topic not in ONLY_NAMED or topic in named}


def _named_first(question: ParsedQuestion, scores: Mapping[str, float]) -> Mapping[str, float]:
    """Return the scores so that what only hints at a topic, however often, stays below one that is named outright."""
    named = _named(question, NAME)
    if not named or question.narrates:
        return scores
    return {
        topic: score if topic in named else min(score, _cap(topic, named, scores)) for topic, score in scores.items()
    }


def _named(question: ParsedQuestion, at_least: float) -> frozenset[str]:
    """Return the topics that a question names, by names of a weight, by words used of nothing else, or by an error."""
    names = {hit.meaning.topic for hit in question.mentions if hit.meaning.weight >= at_least}
    decisive = {topic for topic, weight in question.hints.items() if weight >= _DECISIVE}
    return frozenset(names | decisive | ({question.error.topic} if question.error else set()))


def _cap(topic: str, named: Iterable[str], scores: Mapping[str, float]) -> float:
    """Return what a topic may have at most beside those that are named and build on it."""
    return min((_BELOW * scores[name] for name in named if topic in foundations(name)), default=inf)


def _fault_topic(question: ParsedQuestion) -> str | None:
    """Return the topic of the first usual fault in code that goes wrong or is to be reviewed, where it has one."""
    if not question.code or question.has(Intent.CONCEPTS, _EXPLAINED):
        return None
    start, error = question.code[:_LOOKED_AT], question.error
    topics = (topic for topic, pattern in _FAULTS if pattern.search(start))
    return next((topic for topic in topics if not (error and error.key) or error.topic in foundations(topic)), None)


def code_topic(code: str) -> str:
    """Return the topic of the most telling construct in code, or "general"."""
    start = code[:_LOOKED_AT]
    return next((topic for topic, pattern in _CONSTRUCTS if pattern.search(start)), GENERAL)


@cache
def depth(topic: str) -> int:
    """Return how many steps of prerequisites a topic builds on. Of two topics, the deeper one is the more special."""
    before = prerequisites(topic)
    return 1 + max(map(depth, before)) if before and topic in TOPICS else 0
