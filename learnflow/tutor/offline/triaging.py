"""The topic of a question about code that goes wrong: that of the cause which the code shows."""

from dataclasses import replace

from learnflow.domain.question_key import question_key
from learnflow.domain.reading import read
from learnflow.domain.triage import Triage
from learnflow.models.student_query import StudentQuery
from learnflow.tutor.offline.unseen import causes


def by_cause(query: StudentQuery, found: Triage) -> Triage:
    """Return a triage with the topic of what is wrong, where the code tells it better than the words do."""
    reading = read(query)
    if not reading.code or reading.error or reading.trace:
        return found
    cause = next(iter(causes(query.query_text, reading)), None)
    if cause is None or cause.topic == found.topic:
        return found
    return replace(
        found, topic=cause.topic, question_key=question_key(reading, found.intent, cause.topic),
        reasoning=f"{found.reasoning}; line {cause.line} of the code tells that it is about {cause.topic}",
    )  # fmt: skip
