"""The row of message_flow that an event leaves: who told whom what, in a sentence."""

from typing import Any
from uuid import UUID

from learnflow.models.envelope import Event
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.work import (
    AgentRequest,
    CollaborationAnswered,
    CollaborationRequested,
    RoutingDecision,
)
from learnflow.models.vocabulary import Agent, MessageType, Specialist
from learnflow.sink.rows import FlowRow

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


def asked(event: Event[CollaborationRequested]) -> FlowRow:
    """Tell that an agent asked concepts for a part of its answer."""
    payload = event.payload
    words = f"Request concept explanation for {payload.concept}" if payload.concept else "Waiting for its turn"
    query_id = payload.request.query.query_id
    return _row(event, query_id, (payload.source_agent, Agent.CONCEPTS), MessageType.COLLABORATION, words)


def answered(event: Event[CollaborationAnswered]) -> FlowRow:
    """Tell that concepts gave the part that it was asked for."""
    payload = event.payload
    words = f"{payload.concept} explanation provided" if payload.concept else "Its turn has come"
    query_id = payload.request.query.query_id
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


def _row(event: Event[Any], query_id: UUID, way: tuple[str, str], kind: MessageType, words: str) -> FlowRow:
    return FlowRow(
        event.message_id,
        event.trace_id,
        query_id,
        *way,
        words[:LONGEST],
        kind,
        event.timestamp,
        event.sequence,
    )
