"""The last turns of a conversation, and the queries that have their outcome. No clock, no I/O."""

from typing import Final
from uuid import UUID

from learnflow.domain.remembered_ids import REMEMBERED, shortened
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.events.work import Turn
from learnflow.models.fields import Model

LONGEST_QUESTION: Final = 500  # characters
LONGEST_ANSWER: Final = 1_000


class Conversation(Model):
    """The last turns, oldest first, and the queries closed last, shortened."""

    turns: tuple[Turn, ...] = ()
    closed: tuple[str, ...] = ()

    def has_outcome(self, query_id: UUID) -> bool:
        """Say whether a query is among those closed last."""
        return shortened(query_id) in self.closed


def close(conversation: Conversation, query_id: UUID) -> Conversation:
    """Remember that a query has its outcome."""
    if conversation.has_outcome(query_id):
        return conversation
    closed = (*conversation.closed, shortened(query_id))[-REMEMBERED:]
    return conversation.model_copy(update={"closed": closed})


def remember(conversation: Conversation, response: ResponseCompleted, most: int) -> Conversation:
    """Add a turn, and forget the oldest beyond `most`. A turn that is there already changes nothing."""
    query = response.query
    if query is None or any(turn.query_id == response.query_id for turn in conversation.turns):
        return conversation
    turn = Turn(
        query_id=response.query_id,
        at=query.timestamp,
        agent=response.agent_name,
        topic=query.topic,
        question=query.query_text[:LONGEST_QUESTION],
        answer=response.response_text[:LONGEST_ANSWER],
    )
    return conversation.model_copy(update={"turns": (*conversation.turns, turn)[-most:]})
