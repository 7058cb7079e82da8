"""Two things set against each other of which only one is prepared: what is missing is said."""

from typing import Final

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.tutor.offline.retrieval.point_index import question_terms, stems_of, text_stems

_VERSUS: Final = frozenset({"vs", "versus"})
_OTHER: Final = frozenset({"and", "or", "from", "to", "than"})
_ENDS: Final = frozenset({
    ".", "?", "!", "in", "when", "for", "which", "what", "how", "why", "should", "is", "are", "do", "does", "with",
    "i", "on", "at", "because",
})  # fmt: skip
_LONGEST: Final = 3  # words of a side; more is a sentence, whose subject is not known


def missing_side(question: ParsedQuestion, text: str) -> str | None:
    """Say which of two things that are compared a text has nothing on; None where it has both, or none."""
    sides = _sides(question_terms(question))
    if sides is None:
        return None
    first, second = (stems_of(side) for side in sides)
    present = text_stems(text)
    lacks = [bool(own) and own.isdisjoint(present) for own in (first - second, second - first)]
    if lacks not in ([True, False], [False, True]):
        return None
    missing, explained = (" ".join(side) for side in (sides if lacks[0] else sides[::-1]))
    return (
        f'You compare two things, and I have nothing prepared on "{missing}": this is on "{explained}" alone, and sets '
        "nothing against it."
    )


def _sides(terms: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the two sides of a comparison: `a vs b`, or what stands between `between` and the end."""
    for place, word in enumerate(terms):
        if word in _VERSUS:
            return _short(_before(terms[:place]), _until_end(terms[place + 1 :]))
        if word == "between":
            rest = _until_end(terms[place + 1 :])
            at = next((at for at, other in enumerate(rest) if other in _OTHER), None)
            return None if at is None else _short(rest[:at], rest[at + 1 :])
    return None


def _before(terms: tuple[str, ...]) -> tuple[str, ...]:
    return _until_end(terms[::-1])[::-1]


def _until_end(terms: tuple[str, ...]) -> tuple[str, ...]:
    end = next((at for at, word in enumerate(terms) if word in _ENDS), len(terms))
    return terms[:end]


def _short(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    return (first, second) if 0 < len(first) <= _LONGEST and 0 < len(second) <= _LONGEST else None
