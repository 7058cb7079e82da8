"""Words as they were meant and without their endings: misspelt, drawn out ("heyyy"), plural; operators such as `==`.

No clock, no I/O.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Final

from learnflow.domain.question.lexicon import data, words
from learnflow.models.taxonomy import TOPICS

_SHORTEST: Final = 5  # letters of a word that can be misspelt; in shorter ones another word is as near
_LONG: Final = 8  # letters from which two mistakes are forgiven
_CORRECTED: Final = 40  # words; who tells more tells enough
_CACHED: Final = 4_096  # words
_DRAWN_OUT: Final = re.compile(r"([a-z])\1+$")
_WORD_LISTS: Final = ("lexicon", "topics", "topic_words", "synonyms", "errors", "distress", "spelling")  # *.toml
_PATTERN: Final = "pattern"  # the key of a regular expression, which holds no words
_WORD: Final = re.compile(r"[a-z0-9_+#]+")

# Endings are cut by two functions, because they serve two ends: `singular` gives a word that people read, in question
# keys and in the names of points; `stem` gives a root that is only compared. On the pairs of similarity.py, a stem made
# on top of the singular finds 47.6 % of those that ask the same (Snowball's English stemmer: 47.8 %) in place of 46.6,
# at a precision of 88.6 in place of 88.7 %: too little for a second algorithm, or a package more.
_SHORTEST_PLURAL: Final = 4  # characters
_SINGULAR_ENDINGS: Final = ("ss", "us", "is")  # class, status, analysis
_ENDINGS: Final = ("ing", "ed", "es", "s", "ly")  # tense, plural, adverb; the first that fits is taken
_SHORTEST_ROOT: Final = 3  # characters that an ending leaves at least
_DOUBLED_IN_ROOT: Final = "ls"  # call and pass end so themselves; stopped is stop


@cache
def vocabulary() -> frozenset[str]:
    """Return every word that some word list has, and those of the names of topics."""
    listed = chain.from_iterable(words_listed(data(f"{name}.toml")) for name in _WORD_LISTS)
    return frozenset(chain(listed, _topic_words()))


def words_listed(entry: object) -> Iterator[str]:
    """Yield the words that a word list has as keys and values, in lower case."""
    match entry:
        case str():
            yield from _WORD.findall(entry.lower())
        case list():
            for item in entry:
                yield from words_listed(item)
        case dict():
            for key, value in entry.items():
                if key != _PATTERN:
                    yield from words_listed(key)
                    yield from words_listed(value)


@cache
def _correctable() -> Mapping[str, Sequence[tuple[str, frozenset[str]]]]:
    """Return the words that can be meant, with their letters, by the first of them, which is seldom wrong."""
    by_letter: defaultdict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for word in sorted({*_topic_words(), *data("spelling.toml")["meant"]}):
        if len(word) >= _SHORTEST and word.isalpha():
            by_letter[word[0]].append((word, frozenset(word)))
    return dict(by_letter)


def _topic_words() -> Iterator[str]:
    for topic in TOPICS.values():
        for name in (topic.title, *topic.aliases):
            yield from words(name.replace("-", " ").lower())


def corrected(lower: Sequence[str]) -> tuple[str, ...]:
    """Return lower-case words with those that nobody knows replaced by the one that is meant, where that is sure."""
    return tuple(_corrected(word) if place < _CORRECTED else word for place, word in enumerate(lower))


@lru_cache(_CACHED)
def _corrected(word: str) -> str:
    if word in vocabulary():
        return word
    short = next((shorter for shorter in _shortened(word) if shorter in vocabulary()), None)
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
        for meant, others in _correctable().get(word[0], ())
        if abs(len(meant) - len(word)) <= most
        and len(letters ^ others) <= 2 * most
        and (away := distance(word, meant)) <= most
    ]
    least = min((away for away, _ in near), default=0)
    nearest = [meant for away, meant in near if away == least]
    return nearest[0] if len(nearest) == 1 else None


def distance(word: str, other: str) -> int:
    """Return how many letters were changed, left out, added, or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(word):
        row = [i + 1]
        for j, b in enumerate(other):
            best = min(last[j] + (a != b), last[j + 1] + 1, row[j] + 1)
            if i and j and a == other[j - 1] and word[i - 1] == b:
                best = min(best, before[j - 1] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]


_OPERATORS: Final = {name: "|".join(patterns) for name, patterns in data("operators.toml").items()}
_NAMES: Final = tuple(_OPERATORS)
_OPERATOR: Final = re.compile("|".join(f"({pattern})" for pattern in _OPERATORS.values()))
_LONGEST: Final = 1_000  # characters; what is asked at length is told in words


def operators_in_words(text: str) -> str:
    """Return a text with its signs as words. The same text comes back where there are none."""
    start, rest = text[:_LONGEST], text[_LONGEST:]
    return _OPERATOR.sub(lambda sign: f" {_NAMES[(sign.lastindex or 1) - 1]} ", start) + rest


@cache
def singular(word: str) -> str:
    """Return a lower-case word without the ending of its plural: lists and list, queries and query are one word."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(_SINGULAR_ENDINGS):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word[:-1]


def stem(word: str) -> str:
    """Return a lower-case word without the endings of plural, tense and adverb: reversing and reversed are one word."""
    ending = next((end for end in _ENDINGS if word.endswith(end) and len(word) >= len(end) + _SHORTEST_ROOT), "")
    root = word.removesuffix(ending)
    if len(root) > _SHORTEST_ROOT and root[-1] == root[-2] and root[-1] not in _DOUBLED_IN_ROOT:
        root = root[:-1]
    return root.rstrip("e") if len(root) > _SHORTEST_ROOT + 1 else root
