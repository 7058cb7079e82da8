"""StudentQuery (data model 2.1): a question of a student."""

from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from learnflow.models.fields import Confidence, Id, JsonObject, Model, NonBlank, StudentId, Text, Timestamp, TopicKey
from learnflow.models.vocabulary import Intent, Language, QueryStatus, Specialist

LONGEST_QUERY: Final = 5_000  # characters
LONGEST_CODE: Final = 10_000  # characters

QueryText = Annotated[NonBlank, StringConstraints(max_length=LONGEST_QUERY)]
Code = Annotated[Text, StringConstraints(max_length=LONGEST_CODE)]

_FORWARD: Final = {
    QueryStatus.PENDING: {QueryStatus.PROCESSING, QueryStatus.COMPLETED, QueryStatus.FAILED},
    QueryStatus.PROCESSING: {QueryStatus.COMPLETED, QueryStatus.FAILED},
    QueryStatus.COMPLETED: set(),
    QueryStatus.FAILED: set(),
}


class TransitionError(ValueError):
    """A query's status may only move forward."""


def need_language(code: str | None, language: Language | None) -> None:
    """Raise ValueError where there is code and nobody says in which language."""
    if code and language is None:
        raise ValueError("language: must be given when code_snippet is")


class StudentQuery(Model):
    """A question or a request, and how far it has come."""

    query_id: Id
    student_id: StudentId
    query_text: QueryText
    timestamp: Timestamp
    detected_intent: Intent | None = None
    routed_to_agent: Specialist | None = None
    status: QueryStatus = QueryStatus.PENDING
    triage_confidence: Confidence | None = None
    code_snippet: Code | None = None
    language: Language | None = None
    context: JsonObject | None = None
    failure_reason: Text | None = None
    topic: TopicKey | None = None
    question_key: TopicKey | None = Field(default=None, description="A slug of what is being asked.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.code_snippet is not None and self.language is None:
            raise ValueError("language: must be given when code_snippet is")
        routed = self.routed_to_agent is not None and self.triage_confidence is not None
        if self.status in (QueryStatus.PROCESSING, QueryStatus.COMPLETED) and not routed:
            raise ValueError(f"routed_to_agent, triage_confidence: must be set when status is {self.status}")
        if (self.status is QueryStatus.FAILED) != (self.failure_reason is not None):
            raise ValueError("failure_reason: belongs to a failed query, and to no other")
        return self

    def moved_to(self, status: QueryStatus, *, reason: str | None = None) -> Self:
        """Return the query in a later status. Raises TransitionError on a step back."""
        if status is self.status:
            return self
        if status not in _FORWARD[self.status]:
            raise TransitionError(f"a query cannot go from {self.status} to {status}")
        return self.model_validate({**self.model_dump(), "status": status, "failure_reason": reason})
