"""What a tutor says, before it becomes a response."""

from pydantic import Field, PositiveInt

from learnflow.models.fields import Confidence, JsonObject, Model, ResponseText, Short, Text, TopicKey
from learnflow.models.usage import Usage


class Draft(Model):
    """An answer in the making. Debug adds a concept to it; nobody else changes it."""

    text: ResponseText
    code_examples: tuple[Text, ...] = ()
    confidence: Confidence
    topic: TopicKey
    metadata: JsonObject = Field(default_factory=dict, description="error_type, suggested_topic, hints …")
    model: Short = Field(description='Who wrote it: a Claude model, or "offline".')
    token_count: PositiveInt | None = None
    usage: tuple[Usage, ...] = Field(default=(), description="What it cost, whoever wrote it in the end.")
    missing_concept: TopicKey | None = Field(
        default=None, description="A topic whose explanation would complete the answer."
    )
