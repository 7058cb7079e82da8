"""What an answer cost: the tokens of a model, and their price."""

from collections.abc import Iterable

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from learnflow.models.fields import Model, Short
from learnflow.models.vocabulary import Agent


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


def total_tokens(usage: Iterable[Usage]) -> int | None:
    """Return the tokens of all calls together, or None where there were none."""
    return sum(one.input_tokens + one.output_tokens for one in usage) or None
