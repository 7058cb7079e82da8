"""What a tutor says, before it becomes a response, and what it cost: the tokens of a model, and their price."""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from learnflow.models.fields import Confidence, JsonObject, Model, NullAsEmpty, ResponseText, Short, Text, TopicKey
from learnflow.models.vocabulary import Agent

OFFLINE_MODEL: Final = "offline"
DECIMALS = 8  # of a price: a token that is read from a cache can cost a tenth of a millionth of a dollar


class Usage(Model):
    """The calls of one agent to one model for one question. Calls that brought nothing count: they are paid, too."""

    agent: Agent
    model: Short
    calls: PositiveInt
    input_tokens: NonNegativeInt = Field(description="All of them, also those read from the cache or written to it.")
    output_tokens: NonNegativeInt
    cache_read_tokens: NonNegativeInt = 0
    cache_write_tokens: NonNegativeInt = 0
    price_usd: NonNegativeFloat = Field(description="By the prices in the settings of that day.")


def token_count(model: str, usage: Iterable[Usage]) -> int | None:
    """Return the tokens of an answer; None where no model wrote it, whatever was paid for replies of no use."""
    return None if model == OFFLINE_MODEL else sum(item.input_tokens + item.output_tokens for item in usage) or None


def summed(usage: Iterable[Usage]) -> tuple[Usage, ...]:
    """Return one usage for each agent and model, in the order in which they come."""
    sums: dict[tuple[Agent, str], Usage] = {}
    for item in usage:
        before = sums.get((item.agent, item.model))
        sums[item.agent, item.model] = item if before is None else _sum(before, item)
    return tuple(sums.values())


def _sum(first: Usage, second: Usage) -> Usage:
    counted = Usage.model_fields.keys() - {"agent", "model"}
    sums = {name: round(getattr(first, name) + getattr(second, name), DECIMALS) for name in counted}
    return first.model_copy(update=sums)


class Draft(Model):
    """An answer in the making. Debug adds a concept to it; nobody else changes it."""

    text: ResponseText
    code_examples: Annotated[tuple[Text, ...], NullAsEmpty()] = ()
    confidence: Confidence
    topic: TopicKey
    metadata: JsonObject = Field(default_factory=dict, description="error_type, suggested_topic, hints …")
    model: Short = Field(description='Who wrote it: a Claude model, or "offline".')
    token_count: PositiveInt | None = None
    usage: tuple[Usage, ...] = Field(default=(), description="What it cost, whoever wrote it in the end.")
    missing_concept: TopicKey | None = Field(
        default=None, description="A topic whose explanation would complete the answer."
    )
