"""agent-responses: the one outcome of each query, and what came too late to be it; how far it is until then.

And AgentResponse (data model 2.2): what is kept of an outcome that is an answer.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, PositiveInt, StringConstraints

from learnflow.models.draft import Usage
from learnflow.models.fields import Confidence, Id, Model, NonBlank, NullAsEmpty, ResponseText, Text, Timestamp
from learnflow.models.metadata import MetadataJson
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, ResponseType, Specialist, Stage


class ResponseCompleted(Model):
    """`agent.response.completed`. What LearnFlow produces always has all fields."""

    query_id: Id
    agent_name: Specialist
    response_text: ResponseText
    processing_time_ms: PositiveInt
    confidence: Confidence
    response_id: Id | None = None
    response_type: ResponseType | None = None
    code_examples: Annotated[tuple[Text, ...], NullAsEmpty()] = ()
    metadata: MetadataJson | None = None
    claude_model: Annotated[Text, StringConstraints(min_length=1, max_length=100)] | None = None
    token_count: PositiveInt | None = None
    query: StudentQuery | None = None
    usage: tuple[Usage, ...] = ()


class Failure(StrEnum):
    """Why a query has no answer."""

    INVALID = "invalid"
    INACTIVE = "inactive"
    OVERDUE = "overdue"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"
    STOPPED = "stopped"


class ResponseFailed(Model):
    """`agent.response.failed`. Without a query, there was none that could be stored."""

    query_id: Id
    agent_name: Agent
    failure: Failure
    reason: NonBlank
    query: StudentQuery | None = None
    usage: tuple[Usage, ...] = ()


class ResponseLate(Model):
    """`agent.response.late`: what came when the query's time was over is no outcome. Core fails the query."""

    query_id: Id
    agent_name: Agent
    query: StudentQuery
    usage: tuple[Usage, ...] = ()


class ResponseProgress(Model):
    """`agent.response.progress`: how far an answer is. Each makes good for those before it, which may be lost."""

    query_id: Id
    agent_name: Agent
    stage: Stage
    text: Text | None = Field(
        default=None,
        description="All of the answer that has been written and checked so far; the answer itself may be another.",
    )


class AgentResponse(Model):
    """The one answer to a query."""

    response_id: Id
    query_id: Id
    agent_type: Specialist
    response_text: ResponseText
    response_type: ResponseType
    processing_time_ms: PositiveInt
    confidence_score: Confidence
    code_examples: Annotated[tuple[Text, ...], NullAsEmpty()] = ()
    metadata: MetadataJson | None = None
    created_at: Timestamp
    claude_model: Annotated[Text, StringConstraints(min_length=1, max_length=100)]
    token_count: PositiveInt | None = None
