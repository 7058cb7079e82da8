"""Which query a message is about."""

from typing import Any
from uuid import UUID

from learnflow.models.envelope import Event
from learnflow.models.events.queries import QuerySubmitted, submitted_query
from learnflow.models.events.work import CollaborationAnswered, CollaborationRequested
from learnflow.models.student_query import StudentQuery


def query_of(event: Event[Any]) -> StudentQuery | None:
    """Return the query that a message carries."""
    match event.payload:
        case QuerySubmitted():
            return submitted_query(event)
        case CollaborationRequested() | CollaborationAnswered() as collaboration:
            return collaboration.request.query
        case payload:
            query: StudentQuery | None = getattr(payload, "query", None)
            return query


def query_id_of(event: Event[Any]) -> UUID | None:
    """Return the id of the query that a message is about."""
    if isinstance(event.payload, QuerySubmitted):
        return event.payload.query_id or event.message_id
    query = query_of(event)
    return query.query_id if query else getattr(event.payload, "query_id", None)
