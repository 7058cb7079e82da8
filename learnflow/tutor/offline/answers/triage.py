"""The topic of a question where the answer tells it better than the words: that of a cause in the code, or a point."""

from dataclasses import replace

from learnflow.domain.question.intent import Triage
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.question_key import question_key
from learnflow.tutor.offline.answers.likely_causes import causes
from learnflow.tutor.offline.answers.visible_fault import fault_behind
from learnflow.tutor.offline.retrieval.points import find_point


def with_topic_of_cause(text: str, question: ParsedQuestion, triage: Triage) -> Triage:
    """Return a triage with the topic of what is wrong, where the code tells it better than the words do."""
    cause = _cause(text, question)
    if cause is None or cause[0] == triage.topic:
        return triage
    topic, line = cause
    return replace(
        triage, topic=topic, question_key=question_key(question, triage.intent, topic),
        reasoning=f"{triage.reasoning}; line {line} of the code tells that it is about {topic}",
    )  # fmt: skip


def with_topic_of_point(question: ParsedQuestion, triage: Triage) -> Triage:
    """Return a triage with the topic of the point that answers a question on a language of its own.

    "Why can I not use it after I pass it to a function?" is about functions, and in Rust about ownership.
    """
    match = find_point(question, triage.topic) if question.language else None
    if match is None or not match.is_decisive or match.topic == triage.topic:
        return triage
    if match.point.language is not question.language:
        return triage
    return replace(
        triage, topic=match.topic, question_key=question_key(question, triage.intent, match.topic),
        reasoning=f"{triage.reasoning}; a point of {match.topic} answers it",
    )  # fmt: skip


def _cause(text: str, question: ParsedQuestion) -> tuple[str, int] | None:
    """Return the topic of the cause and its line; behind an error only what is not the error's own topic."""
    if not question.code:
        return None
    if question.error:
        fault = fault_behind(question.code, question.language, question.error)
        return (fault.topic, fault.line) if fault and fault.fix else None
    if question.trace:
        return None
    return next(((cause.topic, cause.line) for cause in causes(text, question)), None)
