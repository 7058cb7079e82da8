"""MessageFlow (data model 2.6): the trace of a query through the agents."""

from collections.abc import Iterable
from typing import Self

from pydantic import PositiveInt, model_validator

from learnflow.models.fields import Id, Model, NonBlank, Short, Timestamp
from learnflow.models.vocabulary import Agent, MessageType


class MessageFlow(Model):
    """One message between two agents, or from an agent to the student."""

    trace_id: Id
    query_id: Id
    message_id: Id
    source_agent: Short
    destination_agent: Short
    message_content: NonBlank
    message_type: MessageType
    timestamp: Timestamp
    sequence_order: PositiveInt

    @model_validator(mode="after")
    def _directed(self) -> Self:
        if self.source_agent == self.destination_agent:
            raise ValueError("destination_agent: must differ from source_agent")
        if self.message_type is MessageType.ROUTING_DECISION and self.source_agent != Agent.TRIAGE:
            raise ValueError("message_type: only triage makes a routing_decision")
        return self


def check_sequence(flow: Iterable[MessageFlow]) -> None:
    """Raise ValueError unless the messages of one trace are numbered 1, 2, 3 … in their order."""
    orders = [message.sequence_order for message in flow]
    if orders != list(range(1, len(orders) + 1)):
        raise ValueError(f"sequence_order: must be sequential within a trace, got {orders}")
