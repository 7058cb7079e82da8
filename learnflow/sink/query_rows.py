"""The rows that an event about a query leaves: its step in message_flow, the answer, what Claude cost."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from learnflow.database.postgres import hundredths, json_text
from learnflow.models.draft import DECIMALS, Usage, summed
from learnflow.models.envelope import Event
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, CollaborationRequested, RoutingDecision
from learnflow.models.vocabulary import Agent, MessageType, Specialist
from learnflow.sink.messages import Unstorable
from learnflow.sink.rows import FlowRow, ResponseRow, UsageRow

STUDENT = "student"
LONGEST = 1_000  # characters; a summary, not the content


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


def completed(event: Event[ResponseCompleted]) -> FlowRow:
    """Tell that the student got an answer."""
    payload = event.payload
    words = f"Answered with {payload.response_type} after {payload.processing_time_ms} ms"
    return _row(event, payload.query_id, (payload.agent_name, STUDENT), MessageType.RESPONSE, words)


def failed(event: Event[ResponseFailed]) -> FlowRow:
    """Tell that the student was told why there is no answer."""
    payload = event.payload
    words = f"Failed ({payload.failure}): {payload.reason}"
    return _row(event, payload.query_id, (payload.agent_name, STUDENT), MessageType.RESPONSE, words)


def response(event: Event[ResponseCompleted]) -> ResponseRow:
    """Return the answer's row, of the payload that the codec has checked, without checking it again."""
    payload = event.payload
    if payload.response_id is None or payload.response_type is None or payload.claude_model is None:
        msg = "payload: response_id, response_type and claude_model must be given, or nothing can be stored"
        raise Unstorable(msg)
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
