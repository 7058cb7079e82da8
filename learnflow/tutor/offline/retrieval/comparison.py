"""Two things set against each other of which only one is prepared: what is missing is said."""

from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.tutor.offline.retrieval.point_names import said_of
from learnflow.tutor.offline.retrieval.term_weights import read, telling

_VERSUS: Final = frozenset({"vs", "versus"})
_OTHER: Final = frozenset({"and", "or", "from", "to", "than"})
_ENDS: Final = frozenset({
    ".", "?", "!", "in", "when", "for", "which", "what", "how", "why", "should", "is", "are", "do", "does", "with",
    "i", "on", "at", "because",
})  # fmt: skip
_LONGEST: Final = 3  # words of a side; more is a sentence, whose subject is not known


def one_sided(question: ParsedQuestion, reached: str) -> str | None:
    """Say which of two things that are compared a text tells nothing of; None where it has both, or none."""
    sides = _sides(said_of(question))
    if sides is None:
        return None
    first, second = (telling(side) for side in sides)
    there = read(reached)
    lacks = [bool(own) and own.isdisjoint(there) for own in (first - second, second - first)]
    if lacks not in ([True, False], [False, True]):
        return None
    lacking, told = (" ".join(side) for side in (sides if lacks[0] else sides[::-1]))
    return (
        f'You compare two things, and I have nothing prepared on "{lacking}": this is on "{told}" alone, and sets '
        "nothing against it."
    )


def _sides(said: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the two sides of a comparison: `a vs b`, or what stands between `between` and the end."""
    for place, word in enumerate(said):
        if word in _VERSUS:
            return _short(_before(said[:place]), _until_end(said[place + 1 :]))
        if word == "between":
            rest = _until_end(said[place + 1 :])
            at = next((at for at, one in enumerate(rest) if one in _OTHER), None)
            return None if at is None else _short(rest[:at], rest[at + 1 :])
    return None


def _before(said: tuple[str, ...]) -> tuple[str, ...]:
    return _until_end(said[::-1])[::-1]


def _until_end(said: tuple[str, ...]) -> tuple[str, ...]:
    end = next((at for at, word in enumerate(said) if word in _ENDS), len(said))
    return said[:end]


def _short(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    return (first, second) if 0 < len(first) <= _LONGEST and 0 < len(second) <= _LONGEST else None
