"""Phrases and where they stand in a text: the matcher behind every word list of triage."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from tomllib import loads
from typing import Any, Final, Generic, TypeVar

Meaning = TypeVar("Meaning")

_WORD: Final = re.compile(r"[A-Za-z0-9_]+(?:\+\+|#(?![A-Za-z0-9_]))?|[.?!](?=\s|$)")
_ENDS: Final = frozenset(".?!")
_GAP: Final = "*"
_LONGEST_GAP: Final = 3


@dataclass(frozen=True, slots=True)
class Hit(Generic[Meaning]):
    """A phrase that was found: the words from `start` up to, not including, `end`, and what they mean."""

    start: int
    end: int
    meaning: Meaning


def words(text: str) -> list[str]:
    """Return the words of a text as written, without apostrophes; the ends of sentences are words too."""
    return _WORD.findall(text.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))


def data(name: str) -> dict[str, Any]:
    """Return the content of a data file beside this module. What reads it gives it types."""
    return loads(files("learnflow.domain").joinpath(name).read_text(encoding="utf-8"))


def variants(phrase: str) -> Iterator[tuple[str, ...]]:
    """Yield every sequence of words and gaps that a phrase with alternatives stands for."""
    alternatives = (part.split("|") for part in phrase.split())
    for choice in product(*alternatives):
        yield tuple(word for word in choice if word != "_")


class _Node(Generic[Meaning]):
    """One place in the tree of phrases: the words that may follow, and what a phrase that ends here means."""

    __slots__ = ("gap", "meaning", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node[Meaning]] = {}
        self.gap: _Node[Meaning] | None = None
        self.meaning: Meaning | None = None

    def after(self, word: str) -> "_Node[Meaning]":
        """Return the place after a word or a gap; make it where it is missing."""
        if word == _GAP:
            self.gap = self.gap or _Node()
            return self.gap
        return self.words.setdefault(word, _Node())


class Phrases(Generic[Meaning]):
    """Phrases as a tree of words: most words of a text cost one look-up, and no regex is needed."""

    def __init__(self, entries: Iterable[tuple[str, Meaning]]) -> None:
        self._root: _Node[Meaning] = _Node()
        for phrase, meaning in entries:
            for variant in filter(None, variants(phrase)):
                node = self._root
                for word in variant:
                    node = node.after(word)
                node.meaning = node.meaning or meaning

    def find(self, text: Sequence[str]) -> Iterator[Hit[Meaning]]:
        """Yield what is found in lower-case words, in order of the text."""
        for start, word in enumerate(text):
            node = self._root.words.get(word)
            if node is not None:
                yield from _walk(node, text, start, start + 1)


def _walk(node: _Node[Meaning], text: Sequence[str], start: int, at: int) -> Iterator[Hit[Meaning]]:
    if node.meaning is not None:
        yield Hit(start, at, node.meaning)
    if at == len(text):
        return
    if node.words and (following := node.words.get(text[at])) is not None:
        yield from _walk(following, text, start, at + 1)
    if node.gap is not None:
        yield from _leap(node.gap, text, start, at)


def _leap(node: _Node[Meaning], text: Sequence[str], start: int, at: int) -> Iterator[Hit[Meaning]]:
    for place in range(at, min(at + _LONGEST_GAP + 1, len(text))):
        if (following := node.words.get(text[place])) is not None:
            yield from _walk(following, text, start, place + 1)
        if text[place] in _ENDS:
            return


def word_set(table: Mapping[str, Sequence[str]], key: str) -> frozenset[str]:
    """Return a word list of a data file as a set."""
    return frozenset(table[key])


def strongest(hits: Iterable[Hit[Meaning]], weight: Callable[[Meaning], float]) -> list[Hit[Meaning]]:
    """Return the hits without those that a weightier, or else a longer one overlaps; in order of the text."""
    taken: set[int] = set()
    kept = []
    for hit in sorted(hits, key=lambda hit: (-weight(hit.meaning), hit.start - hit.end, hit.start)):
        if taken.isdisjoint(range(hit.start, hit.end)):
            taken.update(range(hit.start, hit.end))
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)
