"""How the state of a query moves: only forward, and the first outcome stays. No clock, no I/O."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from learnflow.database.postgres import hundredths, json_text
from learnflow.models.envelope import Event
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import QueryStatus
from learnflow.sink.rows import QueryContent, QueryState

_REACHED: Final[Mapping[str, int]] = {
    QueryStatus.PENDING: 0,
    QueryStatus.PROCESSING: 1,
    QueryStatus.COMPLETED: 2,
    QueryStatus.FAILED: 2,
}
NEW: Final = QueryState(QueryStatus.PENDING)


def moves(old: QueryState, new: QueryState, *, attempt: int = 0) -> bool:
    """Whether the status moves: forward, or by a redrive from failed to completed."""
    if old.status == QueryStatus.FAILED and new.status == QueryStatus.COMPLETED:
        return attempt > 0
    return _REACHED[new.status] > _REACHED[old.status]


def fold(old: QueryState, new: QueryState, *, handed_over: bool = False, attempt: int = 0) -> QueryState:
    """Return the state after one more message, in whatever order the messages come.

    What is there stays, what is missing is filled in. The agent is the one that answered, before it the one that the
    query was handed over to, before it the one that triage named.
    """
    moved = moves(old, new, attempt=attempt)
    answered = moved and new.status == QueryStatus.COMPLETED
    newer_agent = answered or (handed_over and old.status != QueryStatus.COMPLETED)
    return QueryState(
        status=new.status if moved else old.status,
        routed_to_agent=(newer_agent and new.routed_to_agent) or old.routed_to_agent or new.routed_to_agent,
        detected_intent=old.detected_intent or new.detected_intent,
        triage_confidence=new.triage_confidence if old.triage_confidence is None else old.triage_confidence,
        topic=old.topic or new.topic,
        question_key=old.question_key or new.question_key,
        failure_reason=new.failure_reason if moved else old.failure_reason,
    )


def submitted(event: Event[QuerySubmitted]) -> QueryContent:
    """Return the query that a message submits: `submitted_query` as a row, without checking it again."""
    query_id = event.payload.query_id or event.message_id
    student_id = cast("str", event.student_id)  # the codec has made sure of it
    row = _content(event.payload, query_id, student_id, event.timestamp)
    return row._replace(code_snippet=row.code_snippet or None)


def content(query: StudentQuery) -> QueryContent:
    """Return what never changes of a query."""
    return _content(query, query.query_id, query.student_id, query.timestamp)


def _content(
    query: QuerySubmitted | StudentQuery, query_id: UUID, student_id: str, timestamp: datetime
) -> QueryContent:
    context = None if query.context is None else json_text(query.context)
    return QueryContent(query_id, student_id, query.query_text, timestamp, query.code_snippet, query.language, context)


def carried(query: StudentQuery, agent: str | None = None) -> QueryState:
    """Return what a message that carries a query says of its state, and of the agent that has it."""
    routed = query.routed_to_agent is not None and query.triage_confidence is not None
    status = QueryStatus.PROCESSING if routed else QueryStatus.PENDING
    return ended(query, status, agent or query.routed_to_agent)


def ended(query: StudentQuery, status: QueryStatus, agent: str | None, reason: str | None = None) -> QueryState:
    """Return what a message says of the state of the query that it carries."""
    return QueryState(
        status=status,
        routed_to_agent=agent,
        detected_intent=query.detected_intent,
        triage_confidence=None if query.triage_confidence is None else hundredths(query.triage_confidence),
        topic=query.topic,
        question_key=query.question_key,
        failure_reason=reason,
    )
