"""Decide which topic a question is about, from what it mentions, the error it names, and its code."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Final

from learnflow.domain.reading import Reading
from learnflow.models.taxonomy import GENERAL, TOPICS, prerequisites

_ERROR: Final = 2.5
_ENOUGH: Final = 0.95  # less is a word of everyday English, which tells no topic
_LOOKED_AT: Final = 1_500  # characters of code
_NEARLY: Final = 0.75  # of the best score: then the topic that builds on the other is meant

# what code is about, the most telling first
_CONSTRUCTS: Final = tuple(
    (topic, re.compile(pattern, re.MULTILINE))
    for topic, pattern in (
        ("inheritance", r"\bclass \w{1,40}\((?!object\b|\))|\bextends \w|super\("),
        ("object-oriented-programming", r"\bclass \w|\bself\.|\bthis\."),
        ("async-programming", r"\basync |\bawait |\bPromise\b"),
        ("concurrency", r"\bgo func\b|\bthreading\.|\bThread\b|\bchan "),
        ("recursion", r"\bdef (\w{1,40})\([^)\n]{0,80}\)[^\n]{0,40}:\n(?:[ \t][^\n]{0,99}\n){0,8}[ \t].{0,99}\b\1\("),
        ("exceptions", r"\bexcept\b|\bcatch ?\("),
        ("file-io", r"\bopen\("),
        ("comprehensions", r"\[[^\[\]\n]{1,80} for \w"),
        ("sorting", r"\bsort(?:ed)?\("),
        ("dictionaries", r"= ?\{\s*[\"']|\bdict\(|\bmap\[|HashMap"),
        ("loops", r"^\s{0,40}(?:for|while)\b"),
        ("conditionals", r"^\s{0,40}if\b"),
        ("functions", r"\bdef \w|\bfunction\b|\bfunc \w|\bfn \w|=>"),
        ("lists", r"= ?\[|\blist\(|\bvector<|\bvec!\["),
        ("strings", r"[\"'][^\"'\n]{0,200}[\"'] ?[+\[.]|\bf[\"']"),
        ("variables", r"^\s{0,40}\w{1,40} ?= ?\S"),
    )
)


def topic_of(reading: Reading) -> str:
    """Return the taxonomy's key of what a question is about, or "general"."""
    scores = topic_scores(reading)
    if max(scores.values(), default=0.0) < _ENOUGH:
        return code_topic(reading.code) if reading.code else GENERAL
    best = max(scores.values())
    return max((topic for topic, score in scores.items() if score >= _NEARLY * best), key=depth)


def topic_scores(reading: Reading) -> Mapping[str, float]:
    """Return how much the words of a question, and the error it names, speak for each topic that they speak for."""
    scores: defaultdict[str, float] = defaultdict(float)
    for hit in reading.mentions:
        scores[hit.meaning.topic] += hit.meaning.weight
    if reading.error:
        scores[reading.error.topic] += _ERROR
    for topic, weight in reading.hints.items():
        scores[topic] += weight
    return scores


def code_topic(code: str) -> str:
    """Return the topic of the most telling construct in code, or "general"."""
    start = code[:_LOOKED_AT]
    return next((topic for topic, pattern in _CONSTRUCTS if pattern.search(start)), GENERAL)


@cache
def depth(topic: str) -> int:
    """Return how many steps of prerequisites a topic builds on. Of two topics, the deeper one is the more special."""
    before = prerequisites(topic)
    return 1 + max(map(depth, before)) if before and topic in TOPICS else 0
