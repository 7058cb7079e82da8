"""student-queries: what students submit; student-events: what they want no longer."""

from typing import Literal, Self

from pydantic import model_validator

from learnflow.models.envelope import Event
from learnflow.models.fields import Id, JsonObject, Model, NonBlank
from learnflow.models.student_query import Code, QueryText, StudentQuery, need_language
from learnflow.models.vocabulary import Language


class QuerySubmitted(Model):
    """`student.query.submitted`. Without a `query_id`, the envelope's `message_id` is it."""

    query_id: Id | None = None
    query_text: QueryText
    query_type: Literal["text", "code"] = "text"
    code_snippet: Code | None = None
    language: Language | None = None
    context: JsonObject | None = None

    @model_validator(mode="after")
    def _code_has_a_language(self) -> Self:
        need_language(self.code_snippet, self.language)
        return self


class QueryCancelled(Model):
    """`student.query.cancelled`: a student stops the answer to a query of their own. Of another's it says nothing."""

    query_id: Id


class QueryRefused(Model):
    """`student.query.refused`: PostgreSQL alone knew that the query cannot be stored, so it counts nowhere."""

    query_id: Id
    reason: NonBlank


def submitted_query(event: Event[QuerySubmitted]) -> StudentQuery:
    """Return the query that a message submits. The codec has made sure of its student."""
    payload = event.payload
    return StudentQuery.model_validate({
        "query_id": payload.query_id or event.message_id,
        "student_id": event.student_id,
        "timestamp": event.timestamp,
        "query_text": payload.query_text,
        "code_snippet": payload.code_snippet or None,
        "language": payload.language,
        "context": payload.context,
    })
