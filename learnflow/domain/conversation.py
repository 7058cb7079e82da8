"""A student's queries: the last turns, those that have their outcome, those that wait too long. No clock, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final
from uuid import UUID

from learnflow.domain.question.last_program import LONGEST_PROGRAM
from learnflow.domain.question.snippet import split_prose_and_code
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.events.routing import Turn
from learnflow.models.fields import REMEMBERED_IDS, Id, Model, Timestamp, short_id
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import Specialist

LONGEST_QUESTION: Final = 500  # characters
LONGEST_ANSWER: Final = 1_000


class Conversation(Model):
    """The last turns, oldest first, and the queries closed last, shortened."""

    turns: tuple[Turn, ...] = ()
    closed: tuple[str, ...] = ()

    def has_outcome(self, query_id: UUID) -> bool:
        """Say whether a query is among those closed last."""
        return short_id(query_id) in self.closed


def close(conversation: Conversation, query_id: UUID) -> Conversation:
    """Remember that a query has its outcome."""
    if conversation.has_outcome(query_id):
        return conversation
    closed = (*conversation.closed, short_id(query_id))[-REMEMBERED_IDS:]
    return conversation.model_copy(update={"closed": closed})


def remember(conversation: Conversation, response: ResponseCompleted, most: int) -> Conversation:
    """Add a turn, and forget the oldest beyond `most`. A turn that is there already changes nothing."""
    query = response.query
    if query is None or any(turn.query_id == response.query_id for turn in conversation.turns):
        return conversation
    turn = turn_of(query, response.agent_name, response.response_text, response.metadata or {})
    return conversation.model_copy(update={"turns": (*conversation.turns, turn)[-most:]})


def turn_of(query: StudentQuery, agent: Specialist, answer: str, metadata: Mapping[str, object]) -> Turn:
    """Return what is kept of a question and its answer: the answer's topic, which its metadata say, and the code."""
    snippet = split_prose_and_code(query)
    answered = str(metadata.get("topic"))
    return Turn(
        query_id=query.query_id,
        at=query.timestamp,
        agent=agent,
        topic=answered if answered in TOPICS else query.topic,
        question=query.query_text[:LONGEST_QUESTION],
        answer=answer[:LONGEST_ANSWER],
        code=snippet.code[:LONGEST_PROGRAM] if snippet.code else None,
        language=snippet.language if snippet.code else None,
        exercise_id=_exercise_id(metadata.get("exercise_id")),
    )


def _exercise_id(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None


class OpenQuery(Model):
    """A routed query without an outcome, and where its routing decision lay."""

    query: StudentQuery
    trace_id: Id
    routed_at: Timestamp
    partition: int
    offset: int
    attempt: int = 0


class Due(Enum):
    """What a query has waited too long for."""

    ANSWER = auto()
    COLLABORATION = auto()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a query may be answered, and how long its agent may wait for another."""

    answer: timedelta
    collaboration: timedelta

    @property
    def failure(self) -> timedelta:
        """How long a query may be open: what an agent sent in time has arrived by then, also by another clock."""
        return self.answer * 1.25


def due(query: OpenQuery, patience: Patience, now: datetime) -> Due | None:
    """Return what is overdue, if anything."""
    waited = now - query.routed_at
    if waited > patience.failure:
        return Due.ANSWER
    if query.query.routed_to_agent is Specialist.DEBUG and waited > patience.collaboration:
        return Due.COLLABORATION
    return None
