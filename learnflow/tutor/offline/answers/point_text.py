"""A question answered by a point alone: it is long or has an example, or is on a language that is not Python."""

from collections.abc import Iterator
from typing import Final

from learnflow.code_analysis.topic_places import places
from learnflow.domain.phrasing import together
from learnflow.models.taxonomy import name
from learnflow.tutor.offline.answers.language_gap import point_gap
from learnflow.tutor.offline.answers.topic_question import Asked
from learnflow.tutor.offline.content.explanation import Part, Point
from learnflow.tutor.offline.conversation import was_told
from learnflow.tutor.offline.retrieval.sentences import pointed

_MOST: Final = 4  # further points that are named
_WHOLE: Final = 200  # characters; so long an answer needs no topic around it
CHANGE: Final = "Change one thing in the example, guess what it prints now, and run it."


def due_alone(asked: Asked) -> Point | None:
    """Return the point that answers a question without the rest of its topic, unless it was told before."""
    point = asked.point
    alone = point and (asked.foreign or point.example or len(point.says) >= _WHOLE)
    return point if point and alone and not was_told(asked.request, point.says) else None


def by_point(asked: Asked, point: Point) -> Iterator[str | None]:
    """Yield what is told: the student's lines, the point, and what else there is in the language."""
    part = asked.in_language
    code = asked.question.code
    yield places(asked.topic, code, asked.question.language) if code else None
    yield point_gap(asked)
    yield pointed(asked, point)
    topic = name(asked.topic)
    if not asked.foreign:
        yield f"Try it yourself: {CHANGE}" if point.example else None
        yield f'For the topic as a whole say "explain {topic}".'
    elif part is None:
        yield _more(asked, point)
        yield f'My explanation of {topic} as a whole is in Python: say "explain {topic} in Python" for it.'
    elif _example(asked, point) is None:
        yield f"{part.text}\nThe example prints:\n{part.printed}"


def _more(asked: Asked, point: Point) -> str | None:
    """Say what else there is on a topic in the question's language, in the words by which it can be asked for."""
    language = asked.question.language
    others = (one for one in asked.found.points if one.language is language and one is not point)
    called = [f'"{about}"' for one in others if (about := next(filter(_is_plain, one.about), None))]
    if language is None or not called:
        return None
    return f"I have more on it in {language.label}: ask about {together(called, most=_MOST)}."


def _is_plain(about: str) -> bool:
    return " + " not in about


def example(asked: Asked, point: Point) -> str | None:
    """Return the point's example where it is in the question's language, or else what is prepared in that."""
    part: Part | None = asked.in_language
    return _example(asked, point) or (part.example if part else None)


def _example(asked: Asked, point: Point) -> str | None:
    return point.example if point.language or not asked.foreign else None
