"""A point as a whole answer: it is long or has an example, or the question is on a language that is not Python."""

from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.topic_places import places
from learnflow.domain.phrasing import together
from learnflow.models.taxonomy import name
from learnflow.tutor.offline.answers.explanation_choice import ExplanationChoice, introduced, point_language_gap
from learnflow.tutor.offline.content.library import Point

_MOST: Final = 4  # further points that are named
CHANGE: Final = "Change one thing in the example, guess what it prints now, and run it."


def point_paragraphs(choice: ExplanationChoice, point: Point) -> Iterator[str | None]:
    """Yield the paragraphs: the student's lines, the point, and what else there is in the language."""
    part = choice.translation
    code = choice.question.code
    yield places(choice.topic, code, choice.question.language) if code else None
    yield point_language_gap(choice)
    yield introduced(choice, point)
    topic = name(choice.topic)
    if not choice.in_other_language:
        yield f"Try it yourself: {CHANGE}" if point.example else None
        yield f'For the topic as a whole say "explain {topic}".'
    elif part is None:
        yield _more(choice, point)
        yield f'My explanation of {topic} as a whole is in Python: say "explain {topic} in Python" for it.'
    elif _example(choice, point) is None:
        yield f"{part.text}\nThe example prints:\n{part.printed}"


def _more(choice: ExplanationChoice, point: Point) -> str | None:
    """Say what else there is on a topic in the question's language, in the words by which it can be asked for."""
    language = choice.question.language
    others = (other for other in choice.explanation.points if other.language is language and other is not point)
    names = [f'"{about}"' for other in others if (about := next(filter(_is_plain, other.about), None))]
    if language is None or not names:
        return None
    return f"I have more on it in {language.label}: ask about {together(names, most=_MOST)}."


def _is_plain(about: str) -> bool:
    return " + " not in about


def point_example(choice: ExplanationChoice, point: Point) -> str | None:
    """Return the point's example where it is in the question's language, or else what is prepared in that."""
    part = choice.translation
    return _example(choice, point) or (part.example if part else None)


def _example(choice: ExplanationChoice, point: Point) -> str | None:
    return point.example if point.language or not choice.in_other_language else None
