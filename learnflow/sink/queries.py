"""What an event says of a query: how its state moves, its step in message_flow, the answer, what Claude cost."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from learnflow.database.postgres import hundredths, json_text
from learnflow.models.draft import DECIMALS, Usage, summed
from learnflow.models.envelope import Event
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed, ResponseLate
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, CollaborationRequested, RoutingDecision
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, MessageType, QueryStatus, Specialist
from learnflow.sink.messages import Unstorable
from learnflow.sink.rows import FlowRow, QueryContent, QueryState, ResponseRow, UsageRow

STUDENT: Final = "student"
LONGEST: Final = 1_000  # characters; a summary, not the content
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


def routed(event: Event[RoutingDecision]) -> FlowRow:
    """Tell that triage chose an agent; that is the first message of a flow."""
    payload = event.payload
    intent = payload.intent or payload.target_agent
    agent = payload.target_agent.replace("-", " ").title()
    words = f"Routing query to {agent} Agent (intent: {intent}, confidence: {payload.confidence:.2f})"
    way = (Agent.TRIAGE, payload.target_agent)
    row = _row(event, payload.query_id, way, MessageType.ROUTING_DECISION, words)
    return row._replace(sequence_order=event.sequence or 1)


def handed_over(event: Event[AgentRequest], agent: Specialist) -> FlowRow:
    """Tell that a specialist handed a misrouted question to another."""
    payload = event.payload
    way = (str(payload.handed_over_from), agent)
    words = f"Handing the question over: {payload.reason or 'it is one for ' + agent}"
    return _row(event, payload.query.query_id, way, MessageType.REQUEST, words)


def collaboration(event: Event[CollaborationRequested] | Event[CollaborationAnswered]) -> FlowRow:
    """Tell that an agent asked concepts for a part of its answer, or was given it."""
    payload = event.payload
    query_id = payload.request.query.query_id
    if isinstance(payload, CollaborationRequested):
        words = f"Request concept explanation for {payload.concept}" if payload.concept else "Waiting for its turn"
        return _row(event, query_id, (payload.source_agent, Agent.CONCEPTS), MessageType.COLLABORATION, words)
    words = f"{payload.concept} explanation provided" if payload.concept else "Its turn has come"
    return _row(event, query_id, (Agent.CONCEPTS, payload.source_agent), MessageType.RESPONSE, words)


def outcome(event: Event[ResponseCompleted] | Event[ResponseFailed]) -> FlowRow:
    """Tell that the student got an answer, or was told why there is none."""
    payload = event.payload
    if isinstance(payload, ResponseFailed):
        words = f"Failed ({payload.failure}): {payload.reason}"
    else:
        words = f"Answered with {payload.response_type} after {payload.processing_time_ms} ms"
    return _row(event, payload.query_id, (payload.agent_name, STUDENT), MessageType.RESPONSE, words)


def late(event: Event[ResponseLate]) -> FlowRow:
    """Tell that an agent had an answer when nobody waited any more."""
    payload = event.payload
    return _row(event, payload.query_id, (payload.agent_name, STUDENT), MessageType.RESPONSE, "Too late, and not sent")


def response(event: Event[ResponseCompleted]) -> ResponseRow:
    """Return the answer's row, of the payload that the codec has checked, without checking it again."""
    payload = event.payload
    if payload.response_id is None or payload.response_type is None or payload.claude_model is None:
        raise Unstorable("payload: response_id, response_type and claude_model must be given, or nothing can be stored")
    return ResponseRow(
        response_id=payload.response_id,
        query_id=payload.query_id,
        agent_type=payload.agent_name,
        response_text=payload.response_text,
        response_type=payload.response_type,
        processing_time_ms=payload.processing_time_ms,
        confidence_score=hundredths(payload.confidence),
        code_examples=payload.code_examples,
        metadata=None if payload.metadata is None else json_text(payload.metadata),
        created_at=event.timestamp,
        claude_model=payload.claude_model,
        token_count=payload.token_count,
    )


def paid(event: Event[Any], query_id: UUID, topic: str | None, usages: Collection[Usage]) -> tuple[UsageRow, ...]:
    """Return one row for each agent and model."""
    return tuple(
        UsageRow(
            **(dict(usage) | {"price_usd": Decimal(str(round(usage.price_usd, DECIMALS)))}),
            message_id=event.message_id,
            query_id=query_id,
            student_id=cast("str", event.student_id),  # the codec has made sure of it
            topic=topic,
            at=event.timestamp,
        )
        for usage in summed(usages)
    )


def _row(event: Event[Any], query_id: UUID, way: tuple[str, str], kind: MessageType, words: str) -> FlowRow:
    return FlowRow(
        message_id=event.message_id,
        trace_id=event.trace_id,
        query_id=query_id,
        source_agent=way[0],
        destination_agent=way[1],
        message_content=words[:LONGEST],
        message_type=kind,
        timestamp=event.timestamp,
        sequence_order=event.sequence,
    )
