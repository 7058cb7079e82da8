"""The point that a question is about: a prepared answer to what is often asked. Named, or else the nearest."""

from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.tutor.offline.retrieval.named_point import Found, named_point
from learnflow.tutor.offline.retrieval.nearest_point import nearest_point


def point_asked(question: ParsedQuestion, topic: str) -> Found | None:
    """Return the point that a question names, or else the one that has most of what it tells.

    A single word is often said beside the point, so that most of the words count for more.
    """
    named = named_point(question, topic)
    nearest = None if named and named.plain else nearest_point(question, topic)
    return nearest if nearest and not (named and named.point is nearest.point) else named
