"""What a student is told of a language in which something is not prepared."""

from learnflow.domain.phrasing import together
from learnflow.domain.question.lexicon import words
from learnflow.tutor.offline.answers.topic_question import Asked


def language_gap(asked: Asked) -> str | None:
    """Say that the examples of a topic are in other languages than the question, where that is so."""
    language = asked.question.language
    spoken = asked.question.foreign or (language.label if language and asked.foreign else None)
    if spoken is None or asked.in_language:
        return None
    there = together(["Python", *(key.label for key in asked.found.languages)])
    return f"I have no example in {spoken} here: mine are in {there}. The idea carries over, the words do not."


def point_gap(asked: Asked) -> str | None:
    """Say that a point is told for no language, where the question is on one that is not Python."""
    if asked.point is None or asked.point.language or not asked.foreign or asked.question.language is None:
        return language_gap(asked) if asked.question.foreign else None
    label = asked.question.language.label
    if label in words(asked.point.says):
        return None
    return f"I have this in general only, not for {label}: where it shows code, that is Python's unless it says so."
