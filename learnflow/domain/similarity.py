"""Whether two questions on one topic ask the same, by their words. No clock, no I/O.

The measure is the Dice coefficient (Dice 1945) of character trigrams, after the words that say nothing are left out.

Measured on 987 pairs of programming questions, 300 of the negatives chosen to look alike: area under the curve 0.80
over all and 0.68 against those that look alike (tokens: 0.76 and 0.63; difflib: 0.72 and 0.58). At the threshold,
precision is 0.86 and recall 0.40; of those that look alike, 11 % pass. Precision comes first: a struggle that is none
costs a student more than one that shows a question later, and questions in other words share their question key.
The pairs are titles and what annotators made of them; how students ask again is not in them.
"""

from functools import lru_cache
from typing import Final

from learnflow.domain.lexicon import data, word_set, words

ALIKE: Final = 0.65  # of 1.0; lower values find more, and let more through that only looks alike
LONGEST: Final = 200  # characters that are compared
_GRAM: Final = 3  # characters
_STOP: Final = word_set(data("lexicon.toml")["words"], "stop") | frozenset(".?!")


def telling_words(text: str, topic: str = "") -> str:
    """Return the words that tell a question from others on its topic, in lower case, cut to `LONGEST`.

    The topic's own name is left out: all questions on a topic share it.
    """
    name = {_stem(part) for part in topic.split("-")}
    lower = (word.lower() for word in words(text))
    return " ".join(word for word in lower if word not in _STOP and _stem(word) not in name)[:LONGEST]


@lru_cache(maxsize=65_536)  # each question of a day is compared with the others again and again
def alike(one: str, other: str) -> bool:
    """Return whether two texts of telling words ask the same; without any such words, they do not."""
    return similarity(one, other) >= ALIKE


def similarity(one: str, other: str) -> float:
    """Return the Dice coefficient of two texts' trigrams, 0.0 to 1.0; 0.0 where one of them is empty."""
    if not one or not other:
        return 0.0
    left, right = _trigrams(one), _trigrams(other)
    return 2.0 * len(left & right) / (len(left) + len(right))


@lru_cache(maxsize=4096)
def _trigrams(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[start : start + _GRAM] for start in range(len(padded) - _GRAM + 1))


def _stem(word: str) -> str:
    """Plural and singular are one word here."""
    return word.removesuffix("s")
