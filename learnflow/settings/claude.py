"""The section [claude] of faust.ini: which models are asked, how, within which limits, and at what price."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal, NamedTuple, Self, TypeVar

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from learnflow.settings.sections import Section, variable

AGENTS: Final = ("triage", "concepts", "code-review", "debug", "exercise", "progress")
EFFORTS: Final = ("low", "medium", "high", "xhigh", "max")
_LEAST_TOKENS: Final = 200  # of an answer; in less no value of any form fits
_MOST_TOKENS: Final = 64_000
_PRICE_ENTRY: Final = re.compile(r"(\S+)\s+(\S+)\s+(\S+)")

V = TypeVar("V")


class Rates(NamedTuple):
    """What a model costs, in US dollars for a million tokens that go in and that come out."""

    into: float
    out: float


def price_list(text: str) -> Mapping[str, Rates]:
    """Read "model in out, model in out" into the rates by model. Raises ValueError with one line on a wrong entry."""
    rates: dict[str, Rates] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        match = _PRICE_ENTRY.fullmatch(entry)
        if match is None:
            raise ValueError(f"{entry!r} must be a model and two prices, as in 'claude-sonnet-5-5 3 15'")
        model, into, out = match.groups()
        if model in rates:
            raise ValueError(f"{model} has two entries")
        rates[model] = Rates(_price(model, into), _price(model, out))
    return rates


def _price(model: str, text: str) -> float:
    try:
        price = float(text)
    except ValueError:
        price = math.nan
    if not 0.0 <= price < math.inf:
        raise ValueError(f"{model}: {text!r} is no price in US dollars for a million tokens")
    return price


def _readable(prices: str) -> str:
    price_list(prices)
    return prices


def by_agent(text: str, value: Callable[[str], V]) -> Mapping[str, V]:
    """Read "agent value, agent value" into the values by agent. Raises ValueError with one line on a wrong entry."""
    values: dict[str, V] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        agent, _, rest = entry.partition(" ")
        if agent not in AGENTS:
            raise ValueError(f"{agent!r} is no agent; they are {', '.join(AGENTS)}")
        if agent in values:
            raise ValueError(f"{agent} has two entries")
        try:
            values[agent] = value(rest.strip())
        except ValueError as error:
            raise ValueError(f"{agent}: {error}") from None
    return values


def _tokens(text: str) -> int:
    if not text.isdecimal() or not _LEAST_TOKENS <= int(text) <= _MOST_TOKENS:
        raise ValueError(f"{text!r} is no number of tokens from {_LEAST_TOKENS} to {_MOST_TOKENS}")
    return int(text)


def _effort(text: str) -> str:
    if text not in EFFORTS:
        raise ValueError(f"{text!r} is no effort; they are {', '.join(EFFORTS)}")
    return text


def _whole_token_limits(text: str) -> str:
    if missing := [agent for agent in AGENTS if agent not in by_agent(text, _tokens)]:
        raise ValueError(f"has none for {', '.join(missing)}")
    return text


def _readable_efforts(text: str) -> str:
    by_agent(text, _effort)
    return text


class Claude(Section):
    """How Claude is asked; the key is ANTHROPIC_API_KEY of the environment."""

    structured: Literal["auto", "native", "tool", "prompt"] = "auto"
    stream: bool = True
    model: Annotated[str, Field(min_length=1)] = "claude-sonnet-5-5"
    triage_model: Annotated[str, Field(min_length=1)] = "claude-haiku-5-5"
    timeout_seconds: PositiveFloat = 60.0
    attempts: PositiveInt = 4
    requests_per_minute: NonNegativeInt = 0
    input_tokens_per_minute: NonNegativeInt = 0
    output_tokens_per_minute: NonNegativeInt = 0
    failures_until_pause: PositiveInt = 5
    pause_seconds: PositiveFloat = 30.0
    when_away: Literal["offline", "cache", "fail"] = "offline"
    cache_days: NonNegativeInt = 7
    history_tokens: NonNegativeInt = 1_500
    questions_per_day: NonNegativeInt = 200
    budget_usd_per_day: Annotated[float, Field(ge=0.0)] = 0.0
    max_tokens: Annotated[str, AfterValidator(_whole_token_limits)] = (
        "triage 400, concepts 3000, code-review 4500, debug 4500, exercise 12000, progress 3000"
    )
    effort: Annotated[str, AfterValidator(_readable_efforts)] = ""
    prices: Annotated[str, AfterValidator(_readable)] = "claude-sonnet-5-5 3 15, claude-haiku-5-5 1 5"

    @model_validator(mode="after")
    def _a_budget_knows_its_prices(self) -> Self:
        for key in ("model", "triage_model"):
            if self.budget_usd_per_day and getattr(self, key) not in price_list(self.prices):
                raise ValueError(f"prices has none for {getattr(self, key)}, the model of {variable('claude', key)}")
        return self

    def rates(self) -> Mapping[str, Rates]:
        """Return what each model costs; one without a price costs nothing."""
        return {self.model: Rates(0, 0), self.triage_model: Rates(0, 0), **price_list(self.prices)}

    def most_tokens(self, agent: str) -> int:
        """Return the tokens that an answer of an agent may have."""
        return by_agent(self.max_tokens, _tokens)[agent]

    def effort_of(self, agent: str) -> str | None:
        """Return the effort that an agent's answers are worth; None leaves it to the model."""
        return by_agent(self.effort, _effort).get(agent)
