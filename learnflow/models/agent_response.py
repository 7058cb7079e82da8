"""AgentResponse (data model 2.2): what an agent answered to a query."""

from typing import Annotated

from pydantic import PositiveInt, StringConstraints

from learnflow.models.fields import Confidence, Id, Model, NullAsEmpty, ResponseText, Text, Timestamp
from learnflow.models.metadata import MetadataJson
from learnflow.models.vocabulary import ResponseType, Specialist


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
