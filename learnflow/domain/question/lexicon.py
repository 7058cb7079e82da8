"""Phrases and where they stand in a text, the matcher behind every word list of triage; and words that tell a topic."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from tomllib import loads
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

Meaning = TypeVar("Meaning")

_WORD: Final = re.compile(r"[A-Za-z0-9_]+(?:\+\+|#(?![A-Za-z0-9_]))?|[.?!](?=\s|$)")
_ENDS: Final = frozenset(".?!")
_GAP: Final = "*"
_NOTHING: Final = "_"
_LONGEST_GAP: Final = 3
_STRENGTHS: Final[Mapping[str, float]] = MappingProxyType({"decisive": 3.2, "strong": 1.6, "plain": 0.6})
_PART: Final = 1.2  # of a name that has a topic's word in it
_FADING: Final = 0.7  # what each further word for one topic adds, of its weight
_LOOKED_AT: Final = 500  # characters


@dataclass(frozen=True, slots=True)
class Hit(Generic[Meaning]):
    """A phrase that was found: the words from `start` up to, not including, `end`, and what they mean."""

    start: int
    end: int
    meaning: Meaning


def words(text: str) -> list[str]:
    """Return the words of a text as written, without apostrophes; the ends of sentences are words too."""
    return _WORD.findall(text.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))


def data(name: str, package: str = "learnflow.domain.question") -> dict[str, Any]:
    """Return the content of a data file of a package. What reads it gives it types."""
    return loads(files(package).joinpath(name).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class _Phrase(Generic[Meaning]):
    parts: tuple[frozenset[str], ...]  # alternatives
    meaning: Meaning


class _Node(Generic[Meaning]):
    """A node of the tree of phrases: what phrases that end here mean, and the words that may follow.

    The tree grows where texts go: with every choice of alternatives it would have some 100,000 places from the start.
    """

    __slots__ = ("_following", "_phrases", "_reached", "meanings")

    def __init__(self, phrases: Sequence[_Phrase[Meaning]], reached: Iterable[tuple[int, int]]) -> None:
        """`reached` is how many parts of which phrases the way to here has taken; optional ones may be left out."""
        self._phrases = phrases
        self._reached = sorted({
            (number, further) for number, at in reached for further in _onwards(phrases[number].parts, at)
        })
        self._following: dict[str, list[tuple[int, int]] | _Node[Meaning]] | None = None
        self.meanings = [phrases[number].meaning for number, at in self._reached if at == len(phrases[number].parts)]

    def after(self, word: str) -> "_Node[Meaning] | None":
        """Return the node after a word or a gap, if phrases go on that way."""
        if self._following is None:
            self._following = self._branches()
        following = self._following.get(word)
        if isinstance(following, list):
            following = self._following[word] = _Node(self._phrases, following)
        return following

    def _branches(self) -> "dict[str, list[tuple[int, int]] | _Node[Meaning]]":
        branches: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, at in self._reached:
            parts = self._phrases[number].parts
            for word in parts[at] - {_NOTHING} if at < len(parts) else ():
                branches[word].append((number, at + 1))
        return dict(branches)


def _onwards(parts: Sequence[frozenset[str]], at: int) -> Iterator[int]:
    """Yield a place in a phrase, and those behind the optional parts that follow."""
    yield at
    while at < len(parts) and _NOTHING in parts[at]:
        at += 1
        yield at


class Phrases(Generic[Meaning]):
    """Phrases as a tree of words: most words of a text cost one look-up, and no regex is needed."""

    def __init__(self, entries: Iterable[tuple[str, Meaning]]) -> None:
        read = [
            _Phrase(tuple(frozenset(part.split("|")) for part in phrase.split()), meaning)
            for phrase, meaning in entries
        ]
        self._root = _Node(read, ((number, 0) for number in range(len(read))))

    def find(self, text: Sequence[str]) -> Iterator[Hit[Meaning]]:
        """Yield what is found in lower-case words, in order of the text; of equal phrases, the first."""
        for start, end, meanings in self._ends(text):
            yield Hit(start, end, meanings[0])

    def find_all(self, text: Sequence[str]) -> Iterator[Hit[Meaning]]:
        """Yield what is found in lower-case words; equal phrases each with their own meaning."""
        for start, end, meanings in self._ends(text):
            yield from (Hit(start, end, meaning) for meaning in meanings)

    def _ends(self, text: Sequence[str]) -> Iterator[tuple[int, int, Sequence[Meaning]]]:
        for start, word in enumerate(text):
            node = self._root.after(word)
            if node is not None:
                yield from ((start, end, meanings) for end, meanings in _walk(node, text, start + 1))


def _walk(node: _Node[Meaning], text: Sequence[str], at: int) -> Iterator[tuple[int, Sequence[Meaning]]]:
    if node.meanings:
        yield at, node.meanings
    if at == len(text):
        return
    if (following := node.after(text[at])) is not None:
        yield from _walk(following, text, at + 1)
    if (gap := node.after(_GAP)) is not None:
        yield from _leap(gap, text, at)


def _leap(gap: _Node[Meaning], text: Sequence[str], at: int) -> Iterator[tuple[int, Sequence[Meaning]]]:
    for skipped in range(at, min(at + _LONGEST_GAP + 1, len(text))):
        if (following := gap.after(text[skipped])) is not None:
            yield from _walk(following, text, skipped + 1)
        if text[skipped] in _ENDS:
            return


def strongest(hits: Iterable[Hit[Meaning]], weight: Callable[[Meaning], float]) -> list[Hit[Meaning]]:
    """Return the hits without those that a weightier, or else a longer one overlaps; in order of the text."""
    taken: set[int] = set()
    kept = []
    for hit in sorted(hits, key=lambda hit: (-weight(hit.meaning), hit.start - hit.end, hit.start)):
        if taken.isdisjoint(range(hit.start, hit.end)):
            taken.update(range(hit.start, hit.end))
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


@dataclass(frozen=True, slots=True)
class Mention:
    """What a phrase says of the topic; a detail is a part of the topic that a question can be about."""

    topic: str
    weight: float
    detail: str | None = None


_WORDS: Final = data("topic_words.toml")
_PARTS: Final = tuple((part, topic) for topic, parts in _WORDS["parts"].items() for part in parts)
_SIGNS: Final = tuple((Mention(sign["topic"], sign["weight"]), re.compile(sign["pattern"])) for sign in _WORDS["signs"])
_DECIDING_SIGNS: Final = tuple(
    (sign["topic"], re.compile(sign["pattern"])) for sign in _WORDS["signs"] if sign.get("decides")
)
ONLY_NAMED: Final = frozenset(_WORDS["only_named"])  # topics of which everyday words tell nothing

_HOLLOW: Final = Phrases((phrase, None) for phrase in _WORDS["hollow"])
_HINTS: Final = Phrases(
    (phrase, Mention(topic, weight))
    for strength, weight in _STRENGTHS.items()
    for topic, phrases in _WORDS[strength].items()
    for phrase in phrases
)

_DECISIVE: Final = Phrases((phrase, topic) for topic, phrases in _WORDS["decisive"].items() for phrase in phrases)


def decided(lower: Sequence[str], prose: str) -> frozenset[str]:
    """Return the topics that a text names by a word, a part of a word or a sign that is used of nothing else."""
    by_word = {hit.meaning for hit in _DECISIVE.find_all(lower)}
    by_part = {topic for word in lower for part, topic in _PARTS if topic in ONLY_NAMED and part in word}
    start = prose[:_LOOKED_AT]
    return frozenset(by_word | by_part | {topic for topic, pattern in _DECIDING_SIGNS if pattern.search(start)})


def without_hollow_words(lower: Sequence[str]) -> tuple[str, ...]:
    """Return lower-case words with those that tell no topic as empty ones, so that all keep their places."""
    left = list(lower)
    for hit in _HOLLOW.find(lower):
        left[hit.start : hit.end] = [""] * (hit.end - hit.start)
    return tuple(left)


def hints(lower: Sequence[str], prose: str) -> Mapping[str, float]:
    """Return how much a text speaks for each topic that it speaks for, by its lower-case words and how it looks."""
    by_topic: defaultdict[str, list[Hit[Mention]]] = defaultdict(list)
    in_names = (
        Hit(place, place + 1, Mention(topic, _PART))
        for place, word in enumerate(lower)
        for part, topic in _PARTS
        if part in word
    )
    for hit in (*_HINTS.find_all(lower), *in_names):
        by_topic[hit.meaning.topic].append(hit)
    scores = defaultdict(float, {topic: _sum(hits) for topic, hits in by_topic.items()})
    start = prose[:_LOOKED_AT]
    for mention, pattern in _SIGNS:
        if pattern.search(start):
            scores[mention.topic] += mention.weight
    return scores


def _sum(hits: Iterable[Hit[Mention]]) -> float:
    """Add up what does not overlap; the strongest counts in full, each further one less."""
    weights = sorted((hit.meaning.weight for hit in strongest(hits, lambda mention: mention.weight)), reverse=True)
    return sum(weight * _FADING**place for place, weight in enumerate(weights))
