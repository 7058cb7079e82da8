"""Whether two questions ask the same, by their words. No clock, no I/O.

`similarity` is how much of two texts is the same. Each word of one looks for its like in the other: the same word, a
synonym (synonyms.toml), or one whose character trigrams are mostly the same, by the Dice coefficient (Dice 1945). What
has found its like, by weight, is the share of both questions together (Dice again) and of the question of which more is
found (the overlap coefficient): asked again, a question is often longer or shorter. Names in quotes are the student's
own and count little.

Students ask in few words, and all questions of a topic share its name. So what is decided is whether both ask for the
same task, by a logistic regression (`SAME`) on the similarity of what is left when the names of topics weigh little, on
how much there is that both share, and on whether they name different actions ("merge", "delete"). It is fitted to one
half of benchmarks/data/repeated_questions.toml by `python -m benchmarks.struggle --fit`, which says how good it is on
the other half.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from learnflow.domain.question.lexicon import Phrases, data, words
from learnflow.domain.question.spelling import stem
from learnflow.models.taxonomy import TOPICS

Alike = Callable[[str, str], bool]  # of two texts of telling words: whether they ask the same
Features = tuple[float, float, float]  # how alike, the weight of what is shared, and whether the actions differ

LONGEST: Final = 200  # characters that are compared
QUOTED: Final = "`"  # before a word that is quoted

_GRAM: Final = 3  # characters
_LIKE: Final = 0.5  # from which share of trigrams on two words may be forms of one
_SYNONYM: Final = 0.9  # of one word for another; of two commands, the difference may be what is asked
_NAME: Final = 0.15  # weight of a quoted word, of 1.0
_FILLER: Final = 0.4  # weight of a word that tells little
_TOPIC: Final = 0.2  # weight of a topic's name in a task
_ENOUGH: Final = 2.0  # weight from which on it does not matter how much is shared
_OVERLAP: Final = 0.5  # weight of the overlap coefficient beside the Dice coefficient's 1.0
_STOP: Final = frozenset(data("lexicon.toml")["words"]["stop"]) | frozenset(".?!")
_QUOTES: Final = re.compile(r"`([^`\n]{1,80})`|(?<!\w)'([^'\n]{1,80})'(?!\w)|\"([^\"\n]{1,80})\"")


def telling_words(text: str) -> str:
    """Return the words that tell a question from others, in lower case, cut to `LONGEST`.

    Words in quotes are marked with `QUOTED`.
    """
    quoted = {word.lower() for parts in _QUOTES.findall(text) for part in parts for word in words(part)}
    lower = (word.lower() for word in words(text))
    telling = (word for word in lower if word not in _STOP)
    return " ".join(f"{QUOTED}{word}" if word in quoted else word for word in telling)[:LONGEST]


def asks_again(text: str) -> bool:
    """Return whether a text says only that the answer before was no help, so that it is about the turn before it."""
    said = [word.lower() for word in words(text)]
    return _AGAIN_WORDS.issuperset(said) and any(True for _ in _AGAIN.find(said))


@lru_cache(maxsize=65_536)  # each question of a day is compared with the others again and again
def alike(left: str, right: str) -> bool:
    """Return whether two texts of telling words ask the same; without any such words, they do not."""
    return log_odds(features(left, right), SAME["words"]) >= 0.0


def features(left: str, right: str) -> Features:
    """Return what tells whether two texts of telling words ask for the same task."""
    left_task, right_task = _task(left), _task(right)
    alike_words = min(_shared_weight(left_task, right_task), _shared_weight(right_task, left_task))
    left_does, right_does = _actions(left_task), _actions(right_task)
    others = bool(left_does and right_does) and left_does.isdisjoint(right_does)
    return _similarity(left_task, right_task), min(alike_words, _ENOUGH), float(others)


def log_odds(of: Features, weights: Mapping[str, float]) -> float:
    """Return the log-odds, less what it takes to be sure enough, that two questions with these features are one."""
    return weights["bias"] + sum(
        weights[name] * value for name, value in zip(("similarity", "shared", "other-action"), of, strict=True)
    )


@lru_cache(maxsize=65_536)
def similarity(left: str, right: str) -> float:
    """Return how much of two texts of telling words is the same, 0.0 to 1.0; 0.0 where one of them is empty."""
    return _similarity(_weights(left), _weights(right))


def _similarity(left_weights: Mapping[str, float], right_weights: Mapping[str, float]) -> float:
    if not left_weights or not right_weights:
        return 0.0
    shared, shared_back = _shared_weight(left_weights, right_weights), _shared_weight(right_weights, left_weights)
    whole, whole_back = sum(left_weights.values()), sum(right_weights.values())
    dice = (shared + shared_back) / (whole + whole_back)
    overlap = max(shared / whole, shared_back / whole_back)
    return (dice + _OVERLAP * overlap) / (1.0 + _OVERLAP)


def _shared_weight(words_of: Mapping[str, float], among: Mapping[str, float]) -> float:
    """Return the weight of the words that have their like among others, each by how like that is."""
    return sum(weight * _best(word, among) for word, weight in words_of.items())


def _best(word: str, among: Mapping[str, float]) -> float:
    return 1.0 if word in among else max((_likeness(*sorted((word, other))) for other in among), default=0.0)


@lru_cache(maxsize=65_536)
def _likeness(left: str, right: str) -> float:
    """Return how much two different words are one: for synonyms, or by their trigrams; 0.0 for most."""
    if left in _GROUPS and _GROUPS[left] == _GROUPS.get(right):
        return _SYNONYM
    left_grams, right_grams = _trigrams(left), _trigrams(right)
    dice = 2.0 * len(left_grams & right_grams) / (len(left_grams) + len(right_grams))
    return dice if dice > _LIKE else 0.0


@lru_cache(maxsize=8_192)
def _trigrams(word: str) -> frozenset[str]:
    padded = f" {word} "
    return frozenset(padded[start : start + _GRAM] for start in range(len(padded) - _GRAM + 1))


@lru_cache(maxsize=8_192)
def _weights(text: str) -> Mapping[str, float]:
    """Return the stems of a text's words, each with its weight."""
    weights: dict[str, float] = {}
    for word in text.split():
        root = stem(word.removeprefix(QUOTED))
        weight = _NAME if word.startswith(QUOTED) else _FILLER if root in _FILLERS else 1.0
        weights[root] = max(weight, weights.get(root, 0.0))
    return MappingProxyType(weights)


@lru_cache(maxsize=8_192)
def _task(text: str) -> Mapping[str, float]:
    """Return the stems of a text's words, each with its weight for what is to be done.

    All questions on a topic share its name. Where two names are all that is said, as in "loop over a dictionary", they
    are the task.
    """
    weights = {root: min(weight, _FILLER) if root in _LINKS else weight for root, weight in _weights(text).items()}
    names = {root for root in weights if root in _TOPICS or _GROUPS.get(root) in _TOPICS}
    is_named = len(names) > 1 and all(weight < 1.0 for root, weight in weights.items() if root not in names)
    return MappingProxyType({
        root: (1.0 if is_named else min(weight, _TOPIC)) if root in names else weight
        for root, weight in weights.items()
    })


def _actions(task: Iterable[str]) -> frozenset[int]:
    return frozenset(_GROUPS[root] for root in task if _GROUPS.get(root) in _ACTIONS)


_WORDS: Final = data("synonyms.toml")
_GROUPS: Final = {  # of two groups, the first counts
    stem(word): place for place, group in reversed(list(enumerate(_WORDS["groups"]))) for word in group
}
_FILLERS, _LINKS = (frozenset(map(stem, _WORDS[key])) for key in ("filler", "links"))
_ACTIONS: Final = frozenset(_GROUPS[stem(word)] for word in _WORDS["actions"])
_NAMES: Final = frozenset(
    stem(word) for topic in TOPICS.values() for word in re.findall("[a-z]+", f"{topic.key} {topic.title}".lower())
)
_TOPICS: Final = _NAMES | {_GROUPS[stem(word)] for word in _WORDS["topics"]}
_AGAIN: Final = Phrases((phrase, True) for phrase in _WORDS["again"])
_AGAIN_WORDS: Final = frozenset(_WORDS["again_words"]) | frozenset(".?!")
SAME: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(_WORDS["same"])
