"""How Claude is asked, and what it may cost."""

import math
import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from learnflow.settings.sections import Section, variable

_ENTRY: Final = re.compile(r"(\S+)\s+(\S+)\s+(\S+)")
_LOOKS: Final = "claude-sonnet-5-5 3 15"


class Rates(NamedTuple):
    """What a model costs, in US dollars for a million tokens that go in and that come out."""

    into: float
    out: float


def price_list(text: str) -> Mapping[str, Rates]:
    """Read "model in out, model in out" into the rates by model. Raises ValueError with one line on a wrong entry."""
    rates: dict[str, Rates] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ValueError(f"{entry!r} must be a model and two prices, as in {_LOOKS!r}")
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


class Claude(Section):
    """How Claude is asked; the key is ANTHROPIC_API_KEY of the environment."""

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
    prices: Annotated[str, AfterValidator(_readable)] = "claude-sonnet-5-5 3 15, claude-haiku-5-5 1 5"

    @model_validator(mode="after")
    def _models_have_prices(self) -> Self:
        known = self.rates()
        for key in ("model", "triage_model"):
            if getattr(self, key) not in known:
                raise ValueError(f"prices has none for {getattr(self, key)}, the model of {variable('claude', key)}")
        return self

    def rates(self) -> Mapping[str, Rates]:
        """Return what each model costs."""
        return price_list(self.prices)
