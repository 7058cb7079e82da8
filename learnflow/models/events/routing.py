"""triage-routing and the *-requests: who shall answer, and with what knowledge.

And MessageFlow (data model 2.6): the trace that a query leaves on its way through the agents.
"""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from learnflow.models.draft import Draft, Usage
from learnflow.models.exercise import Assigned
from learnflow.models.fields import (
    Confidence,
    Id,
    Model,
    NonBlank,
    NullAsEmpty,
    Probability,
    Short,
    Text,
    Timestamp,
    TopicKey,
)
from learnflow.models.student import Profile
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, Intent, Language, MessageType, Specialist


class RoutingDecision(Model):
    """`triage.routing.decision`. What LearnFlow produces always carries the query."""

    query_id: Id
    target_agent: Specialist
    confidence: Confidence
    reasoning: NonBlank
    intent: Intent | None = None
    topic: TopicKey | None = None
    question_key: TopicKey | None = None
    query: StudentQuery | None = None
    usage: tuple[Usage, ...] = ()


class Turn(Model):
    """One question and its answer, cut to what a tutor needs to understand a follow-up."""

    query_id: Id
    at: Timestamp
    agent: Specialist
    topic: Annotated[TopicKey | None, Field(description="The answer's, or else what triage took it for.")] = None
    question: Text
    answer: Text
    code: Annotated[Text | None, Field(description="The student's code, from its beginning, within a bound.")] = None
    language: Language | None = None
    exercise_id: Annotated[Id | None, Field(description="The exercise that the answer was about.")] = None


class ProgressSummary(Model):
    """What a student has asked, learned and solved, as far as it tunes an answer or is reported to the student."""

    total_queries: NonNegativeInt = 0
    queries_by_type: dict[Intent, NonNegativeInt] = Field(default_factory=dict)
    topics_covered: tuple[TopicKey, ...] = ()
    last_activity: Timestamp | None = None
    python_mastery_levels: dict[TopicKey, Probability] = Field(default_factory=dict)
    topics_mastered: tuple[TopicKey, ...] = ()
    strengths: Annotated[tuple[TopicKey, ...], NullAsEmpty()] = ()
    weaknesses: Annotated[tuple[TopicKey, ...], NullAsEmpty()] = ()
    struggle_topics: Annotated[tuple[TopicKey, ...], NullAsEmpty()] = ()
    achievements: tuple[TopicKey, ...] = ()
    completed_exercises: NonNegativeInt = 0
    learning_velocity: NonNegativeFloat | None = None
    streak_days: NonNegativeInt = Field(default=0, description="Days in a row with a question, up to today.")


class AgentRequest(Model):
    """`agent.request.created`: a query with all that its agent needs to answer it."""

    query: StudentQuery
    profile: Profile = Profile()
    turns: tuple[Turn, ...] = ()
    standing: ProgressSummary = ProgressSummary()
    exercises: Annotated[tuple[Assigned, ...], Field(description="Those that are open, the newest last.")] = ()
    named: Annotated[
        Assigned | None, Field(description="The exercise that `context.exercise_id` names, also when it is closed.")
    ] = None
    done: Annotated[tuple[str, ...], Field(description="Exercises that are behind the student, shortened.")] = ()
    low_confidence: bool = Field(default=False, description="Triage is unsure: ask back.")
    alone: bool = Field(default=False, description="Answer without asking another agent.")
    due: Annotated[Timestamp | None, Field(description="Until when to answer; later, core fails the query.")] = None
    handed_over_from: Specialist | None = None
    reason: Text | None = Field(default=None, description="Why it was handed over.")
    usage: tuple[Usage, ...] = Field(default=(), description="What those who handed it over have spent.")

    @property
    def has_earlier_program(self) -> bool:
        """Whether the question's code is that of an earlier turn."""
        code = self.query.code_snippet
        return code is not None and any(turn.code == code for turn in self.turns)


_NO_CONCEPT = "None where none is missing: the answer follows the student's earlier ones, which are on this way."
Concept = Annotated[TopicKey | None, Field(default=None, description=_NO_CONCEPT)]


class CollaborationRequested(Model):
    """`agent.collaboration.requested`: an agent needs another's part of the answer."""

    request: AgentRequest
    source_agent: Specialist
    concept: Concept
    draft: Draft
    spent_ms: PositiveInt


class CollaborationAnswered(Model):
    """`agent.collaboration.answered`: the part that was asked for, with all that came with the request."""

    request: AgentRequest
    source_agent: Specialist
    concept: Concept
    draft: Draft
    explanation: Annotated[Draft | None, Field(description="None when there is none to be had.")] = None
    stopped: bool = Field(default=False, description="The student has stopped the answer.")
    spent_ms: Annotated[PositiveInt, Field(description="Time that the agents spent so far, in milliseconds.")]


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
