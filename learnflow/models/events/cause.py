"""Which query a message is about."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from learnflow.models.envelope import Event
from learnflow.models.events.queries import QuerySubmitted, submitted_query
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.work import (
    AgentRequest,
    CollaborationAnswered,
    CollaborationRequested,
    RoutingDecision,
)
from learnflow.models.student_query import StudentQuery

_CARRIED: Final[dict[type[Any], Callable[[Any], Any]]] = {
    **dict.fromkeys((AgentRequest, RoutingDecision, ResponseCompleted, ResponseFailed), attrgetter("query")),
    **dict.fromkeys((CollaborationRequested, CollaborationAnswered), attrgetter("request.query")),
}


def query_of(event: Event[Any]) -> StudentQuery | None:
    """Return the query that a message submits or carries."""
    return submitted_query(event) if isinstance(event.payload, QuerySubmitted) else carried_query(event)


def carried_query(event: Event[Any]) -> StudentQuery | None:
    """Return the query that a message carries along, as triage routed it."""
    carried = _CARRIED.get(type(event.payload))
    query: StudentQuery | None = carried(event.payload) if carried else None
    return query


def query_id_of(event: Event[Any]) -> UUID | None:
    """Return the id of the query that a message is about."""
    if isinstance(event.payload, QuerySubmitted):
        return event.payload.query_id or event.message_id
    query = query_of(event)
    return query.query_id if query else getattr(event.payload, "query_id", None)
