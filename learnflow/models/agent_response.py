"""AgentResponse (data model 2.2): what an agent answered to a query."""

from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt, StringConstraints

from learnflow.models.fields import HAS_NUL, NUL, STORABLE, Confidence, Id, Model, Text, Timestamp
from learnflow.models.metadata import MetadataJson
from learnflow.models.vocabulary import ResponseType, Specialist

SHORTEST_RESPONSE = 10  # characters, trimmed


def _substantive(text: str) -> str:
    if len(text.strip()) < SHORTEST_RESPONSE:
        msg = f"must have at least {SHORTEST_RESPONSE} characters"
        raise ValueError(msg)
    if NUL in text:
        raise ValueError(HAS_NUL)
    return text


# No `Text`: of a thousand characters its pattern takes twenty times as long as the search for one.
ResponseText = Annotated[
    str,
    AfterValidator(_substantive),
    Field(json_schema_extra={"pattern": STORABLE, "minLength": SHORTEST_RESPONSE}),
]


class AgentResponse(Model):
    """The one answer to a query."""

    response_id: Id
    query_id: Id
    agent_type: Specialist
    response_text: ResponseText
    response_type: ResponseType
    processing_time_ms: PositiveInt
    confidence_score: Confidence
    code_examples: tuple[Text, ...] = ()
    metadata: MetadataJson | None = None
    created_at: Timestamp
    claude_model: Annotated[Text, StringConstraints(min_length=1, max_length=100)]
    token_count: PositiveInt | None = None
