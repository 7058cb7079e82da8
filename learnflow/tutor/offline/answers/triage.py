"""The topic of a question where the answer tells it better than the words: that of a cause in the code, or a point."""

from dataclasses import replace

from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.question_key import question_key
from learnflow.tutor.offline.answers.likely_causes import causes
from learnflow.tutor.offline.answers.visible_fault import fault_behind
from learnflow.tutor.offline.retrieval import point_asked


def by_cause(said: str, question: ParsedQuestion, found: Triage) -> Triage:
    """Return a triage with the topic of what is wrong, where the code tells it better than the words do."""
    cause = _cause(said, question)
    if cause is None or cause[0] == found.topic:
        return found
    topic, line = cause
    return replace(
        found, topic=topic, question_key=question_key(question, found.intent, topic),
        reasoning=f"{found.reasoning}; line {line} of the code tells that it is about {topic}",
    )  # fmt: skip


def by_point(question: ParsedQuestion, found: Triage) -> Triage:
    """Return a triage with the topic of the point that answers a question on a language of its own.

    "Why can I not use it after I pass it to a function?" is about functions, and in Rust about ownership.
    """
    named = point_asked(question, found.topic) if question.language else None
    if named is None or not named.plain or named.topic == found.topic or named.point.language is not question.language:
        return found
    return replace(
        found, topic=named.topic, question_key=question_key(question, found.intent, named.topic),
        reasoning=f"{found.reasoning}; a point of {named.topic} answers it",
    )  # fmt: skip


def _cause(said: str, question: ParsedQuestion) -> tuple[str, int] | None:
    """Return the topic of the cause and its line; behind an error only what is not the error's own topic."""
    if not question.code:
        return None
    if question.error:
        fault = fault_behind(question.code, question.language, question.error)
        return (fault.topic, fault.line) if fault and fault.topic else None
    if question.trace:
        return None
    return next(((one.topic, one.line) for one in causes(said, question)), None)
