"""A point as a whole answer, where it is long or has an example, and what it lacks of a comparison."""

from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.occurrences import places
from learnflow.domain.phrasing import together
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.taxonomy import name
from learnflow.tutor.offline.answers.explanation_choice import ExplanationChoice, introduced, point_language_gap
from learnflow.tutor.offline.content.library import Point
from learnflow.tutor.offline.retrieval.point_index import question_terms, stems_of, text_stems

_MOST: Final = 4  # further points that are named
CHANGE: Final = "Change one thing in the example, guess what it prints now, and run it."
_VERSUS: Final = frozenset({"vs", "versus"})
_OTHER: Final = frozenset({"and", "or", "from", "to", "than"})
_ENDS: Final = frozenset({
    ".", "?", "!", "in", "when", "for", "which", "what", "how", "why", "should", "is", "are", "do", "does", "with",
    "i", "on", "at", "because",
})  # fmt: skip
_LONGEST_SIDE: Final = 3  # words of a side; more is a sentence, whose subject is not known


def point_paragraphs(choice: ExplanationChoice, point: Point) -> Iterator[str | None]:
    """Yield the paragraphs: the student's lines, the point, and what else there is in the language."""
    part = choice.translation
    code = choice.question.code
    yield places(choice.topic, code, choice.question.language) if code else None
    yield point_language_gap(choice)
    yield introduced(choice, point)
    topic = name(choice.topic)
    if not choice.in_other_language:
        yield f"Try it yourself: {CHANGE}" if point.code else None
        yield f'For the topic as a whole say "explain {topic}".'
    elif part is None:
        yield _more(choice, point)
        yield f'My explanation of {topic} as a whole is in Python: say "explain {topic} in Python" for it.'
    elif _example(choice, point) is None:
        yield f"{part.text}\nThe example prints:\n{part.output}"


def _more(choice: ExplanationChoice, point: Point) -> str | None:
    """Say what else there is on a topic in the question's language, in the words by which it can be asked for."""
    language = choice.question.language
    others = (other for other in choice.explanation.points if other.language is language and other is not point)
    plain = (next((about for about in other.about if " + " not in about), None) for other in others)
    names = [f'"{about}"' for about in plain if about]
    if language is None or not names:
        return None
    return f"I have more on it in {language.label}: ask about {together(names, most=_MOST)}."


def point_example(choice: ExplanationChoice, point: Point) -> str | None:
    """Return the point's example where it is in the question's language, or else what is prepared in that."""
    part = choice.translation
    return _example(choice, point) or (part.code if part else None)


def _example(choice: ExplanationChoice, point: Point) -> str | None:
    return point.code if point.language or not choice.in_other_language else None


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
            return _short(_until_end(terms[:place][::-1])[::-1], _until_end(terms[place + 1 :]))
        if word == "between":
            rest = _until_end(terms[place + 1 :])
            at = next((at for at, other in enumerate(rest) if other in _OTHER), None)
            return None if at is None else _short(rest[:at], rest[at + 1 :])
    return None


def _until_end(terms: tuple[str, ...]) -> tuple[str, ...]:
    end = next((at for at, word in enumerate(terms) if word in _ENDS), len(terms))
    return terms[:end]


def _short(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    return (first, second) if 0 < len(first) <= _LONGEST_SIDE and 0 < len(second) <= _LONGEST_SIDE else None
