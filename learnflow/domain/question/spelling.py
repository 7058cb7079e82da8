"""Words that are misspelt by a letter, or drawn out ("heyyy"), as the words that were meant. No clock, no I/O."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from learnflow.domain.question.lexicon import data, words
from learnflow.models.taxonomy import TOPICS

_SHORTEST: Final = 5  # letters of a word that can be misspelt; in shorter ones another word is as near
_LONG: Final = 8  # letters from which two mistakes are forgiven
_LOOKED_AT: Final = 40  # words; who tells more tells enough
_KEPT: Final = 4_096  # words whose mending is remembered
_DRAWN_OUT: Final = re.compile(r"([a-z])\1+$")
_LISTS: Final = (
    "lexicon.toml", "topics.toml", "topic_words.toml", "synonyms.toml", "errors.toml", "distress.toml", "spelling.toml",
)  # fmt: skip
_ENTRY: Final = re.compile(r"[a-z0-9_+#]+")


@cache
def known() -> frozenset[str]:
    """Return every word that some word list has, with the plain English of their comments."""
    lists = (files("learnflow.domain.question").joinpath(name).read_text(encoding="utf-8").lower() for name in _LISTS)
    return frozenset((*(word for text in lists for word in _ENTRY.findall(text)), *_names()))


@cache
def _meant() -> Mapping[str, Sequence[tuple[str, frozenset[str]]]]:
    """Return the words that can be meant, with their letters, by the first of them, which is seldom wrong."""
    found: defaultdict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for word in sorted({*_names(), *data("spelling.toml")["meant"]}):
        if len(word) >= _SHORTEST and word.isalpha():
            found[word[0]].append((word, frozenset(word)))
    return dict(found)


def _names() -> Iterable[str]:
    for topic in TOPICS.values():
        for name in (topic.title, *topic.aliases):
            yield from words(name.replace("-", " ").lower())


def mended(lower: Sequence[str]) -> tuple[str, ...]:
    """Return lower-case words with those that nobody knows replaced by the one that is meant, where that is sure."""
    return tuple(_mended(word) if place < _LOOKED_AT else word for place, word in enumerate(lower))


@lru_cache(_KEPT)
def _mended(word: str) -> str:
    if word in known():
        return word
    short = next((one for one in _shortened(word) if one in known()), None)
    return short or _nearest(word) or word


def _shortened(word: str) -> Iterable[str]:
    """Yield a word that is drawn out at its end with that letter twice, and once."""
    if drawn := _DRAWN_OUT.search(word):
        yield word[: drawn.start() + 2]
        if drawn.start():
            yield word[: drawn.start() + 1]


def _nearest(word: str) -> str | None:
    """Return the one word that is nearest, or None where there is none or more than one."""
    if len(word) < _SHORTEST or not word.isalpha():
        return None
    most = 2 if len(word) >= _LONG else 1
    letters = frozenset(word)
    near = [
        (away, meant)
        for meant, others in _meant().get(word[0], ())
        if abs(len(meant) - len(word)) <= most
        and len(letters ^ others) <= 2 * most
        and (away := distance(word, meant)) <= most
    ]
    least = min((away for away, _ in near), default=0)
    nearest = [meant for away, meant in near if away == least]
    return nearest[0] if len(nearest) == 1 else None


def distance(one: str, other: str) -> int:
    """Return how many letters were changed, left out, added, or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one):
        row = [i + 1]
        for j, b in enumerate(other):
            best = min(last[j] + (a != b), last[j + 1] + 1, row[j] + 1)
            if i and j and a == other[j - 1] and one[i - 1] == b:
                best = min(best, before[j - 1] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
