"""Words as the one that stands for them: names of points are said in the plural, and in other words."""

from functools import cache
from typing import Final

from learnflow.domain.question.lexicon import data, word_set
from learnflow.tutor.offline.content.library import EMPTY, FOLLOW_UPS, SAME

_SHORTEST_PLURAL: Final = 4


@cache
def root(word: str) -> str:
    """Return the word that stands for a word and its like."""
    return SAME.get(word) or SAME.get(singular(word)) or singular(word)


@cache
def singular(word: str) -> str:
    """Return a word without the ending of its plural: names of points are said in both."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word[:-1]


# what tells nothing of what a question is about
TELLS_NOTHING: Final = frozenset(
    map(root, (*word_set(data("lexicon.toml")["words"], "stop"), *FOLLOW_UPS.all, *EMPTY, *".?!"))
)
