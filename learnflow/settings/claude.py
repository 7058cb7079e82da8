"""How Claude is asked, and what it may cost."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from learnflow.settings.price_list import Rates, price_list
from learnflow.settings.sections import Section, variable


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
                msg = f"prices has none for {getattr(self, key)}, the model of {variable('claude', key)}"
                raise ValueError(msg)
        return self

    def rates(self) -> Mapping[str, Rates]:
        """Return what each model costs."""
        return price_list(self.prices)
