"""A point as a whole answer: it is long or has an example, or the question is on a language that is not Python."""

from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.topic_places import places
from learnflow.domain.phrasing import together
from learnflow.models.taxonomy import name
from learnflow.tutor.offline.answers.explanation_choice import TopicQuestion, introduced, point_language_gap
from learnflow.tutor.offline.content.library import Point

_MOST: Final = 4  # further points that are named
CHANGE: Final = "Change one thing in the example, guess what it prints now, and run it."


def point_paragraphs(asked: TopicQuestion, point: Point) -> Iterator[str | None]:
    """Yield the paragraphs: the student's lines, the point, and what else there is in the language."""
    part = asked.translation
    code = asked.question.code
    yield places(asked.topic, code, asked.question.language) if code else None
    yield point_language_gap(asked)
    yield introduced(asked, point)
    topic = name(asked.topic)
    if not asked.in_other_language:
        yield f"Try it yourself: {CHANGE}" if point.example else None
        yield f'For the topic as a whole say "explain {topic}".'
    elif part is None:
        yield _more(asked, point)
        yield f'My explanation of {topic} as a whole is in Python: say "explain {topic} in Python" for it.'
    elif _example(asked, point) is None:
        yield f"{part.text}\nThe example prints:\n{part.printed}"


def _more(asked: TopicQuestion, point: Point) -> str | None:
    """Say what else there is on a topic in the question's language, in the words by which it can be asked for."""
    language = asked.question.language
    others = (other for other in asked.explanation.points if other.language is language and other is not point)
    names = [f'"{about}"' for other in others if (about := next(filter(_is_plain, other.about), None))]
    if language is None or not names:
        return None
    return f"I have more on it in {language.label}: ask about {together(names, most=_MOST)}."


def _is_plain(about: str) -> bool:
    return " + " not in about


def point_example(asked: TopicQuestion, point: Point) -> str | None:
    """Return the point's example where it is in the question's language, or else what is prepared in that."""
    part = asked.translation
    return _example(asked, point) or (part.example if part else None)


def _example(asked: TopicQuestion, point: Point) -> str | None:
    return point.example if point.language or not asked.in_other_language else None
