"""What an answer cost: the tokens of a model, and their price."""

from collections.abc import Iterable

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from learnflow.models.fields import Model, Short
from learnflow.models.vocabulary import Agent

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


def total_tokens(usage: Iterable[Usage]) -> int | None:
    """Return the tokens of all calls together, or None where there were none."""
    return sum(one.input_tokens + one.output_tokens for one in usage) or None


def summed(usage: Iterable[Usage]) -> tuple[Usage, ...]:
    """Return one usage for each agent and model, in the order in which they come."""
    sums: dict[tuple[Agent, str], Usage] = {}
    for one in usage:
        before = sums.get((one.agent, one.model))
        sums[one.agent, one.model] = one if before is None else _sum(before, one)
    return tuple(sums.values())


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        agent=one.agent,
        model=one.model,
        calls=one.calls + other.calls,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cache_read_tokens=one.cache_read_tokens + other.cache_read_tokens,
        cache_write_tokens=one.cache_write_tokens + other.cache_write_tokens,
        price_usd=round(one.price_usd + other.price_usd, DECIMALS),
    )
