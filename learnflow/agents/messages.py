"""The messages that agents send: each follows from a cause, and a repeat of the cause gives the same id."""

from datetime import datetime
from typing import Any
from uuid import UUID

from learnflow.models.draft import Draft
from learnflow.models.envelope import Event, derived_id, version_metadata
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.responses import Failure, ResponseCompleted, ResponseFailed
from learnflow.models.events.work import AgentRequest, CollaborationAnswered, CollaborationRequested
from learnflow.models.fields import Model
from learnflow.models.student_query import StudentQuery
from learnflow.models.usage import Usage
from learnflow.models.vocabulary import Agent, QueryStatus, ResponseType, Specialist
from learnflow.streams.outbox import Outgoing
from learnflow.topics import AGENT_RESPONSES

RESPONSE_TYPES = {
    Specialist.CONCEPTS: ResponseType.EXPLANATION,
    Specialist.CODE_REVIEW: ResponseType.CODE_REVIEW,
    Specialist.DEBUG: ResponseType.DEBUG_SOLUTION,
    Specialist.EXERCISE: ResponseType.EXERCISE,
    Specialist.PROGRESS: ResponseType.PROGRESS_REPORT,
}


def follow(  # noqa: PLR0913 - what a message consists of
    cause: Event[Any], query_id: UUID, what: str, payload: Model, now: datetime, *, steps: int = 1
) -> Event[Any]:
    """Return the message that follows from a cause, `steps` further in the query's message flow."""
    student = cause.student_id or ""
    return Event[Any](
        message_id=derived_id(student, query_id, what, cause.attempt),
        timestamp=now,
        student_id=student,
        trace_id=cause.trace_id,
        event_type=EVENT_TYPES[type(payload)],
        payload=payload,
        metadata=version_metadata(sequence=max(cause.sequence + steps, 1), attempt=cause.attempt),
    )


def completed(  # noqa: PLR0913, PLR0917 - what a response consists of
    cause: Event[Any], query: StudentQuery, agent: Specialist, draft: Draft, spent_ms: int, now: datetime
) -> Outgoing:  # fmt: skip
    """The answer to a query."""
    payload = ResponseCompleted(
        query_id=query.query_id,
        agent_name=agent,
        response_text=draft.text,
        processing_time_ms=max(spent_ms, 1),
        confidence=draft.confidence,
        response_id=derived_id(query.student_id, query.query_id, "answer"),
        response_type=RESPONSE_TYPES[agent],
        code_examples=draft.code_examples,
        metadata={**draft.metadata, "topic": draft.topic},
        claude_model=draft.model,
        token_count=draft.token_count,
        query=query.moved_to(QueryStatus.COMPLETED),
        usage=(*_spent_before(cause), *draft.usage),
    )
    return Outgoing(AGENT_RESPONSES, follow(cause, query.query_id, "response", payload, now))


def failed(  # noqa: PLR0913, PLR0917 - what a failure consists of
    cause: Event[Any], query: StudentQuery, agent: Agent, failure: Failure, reason: str, now: datetime,
    usage: tuple[Usage, ...] = (),
) -> Outgoing:  # fmt: skip
    """The outcome of a query that cannot be answered, with a reason that its student can read."""
    payload = ResponseFailed(
        query_id=query.query_id,
        agent_name=agent,
        failure=failure,
        reason=reason,
        query=query.moved_to(QueryStatus.FAILED, reason=reason),
        usage=(*_spent_before(cause), *usage),
    )
    return Outgoing(AGENT_RESPONSES, follow(cause, query.query_id, "failure", payload, now))


def _spent_before(cause: Event[Any]) -> tuple[Usage, ...]:
    """Return what agents spent that had the question before, so that the outcome tells all that it cost."""
    match cause.payload:
        case AgentRequest(usage=usage):
            return usage
        case CollaborationAnswered(request=request) | CollaborationRequested(request=request):
            return request.usage
    return ()
