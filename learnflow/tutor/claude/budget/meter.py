"""What one agent spends on one question."""

from collections.abc import Mapping
from typing import TypeVar

from learnflow import metrics
from learnflow.models.fields import Model
from learnflow.models.student_query import StudentQuery
from learnflow.models.usage import Usage, summed
from learnflow.models.vocabulary import Agent
from learnflow.settings.price_list import Rates
from learnflow.tutor.claude.budget.prices import price_usd
from learnflow.tutor.claude.budget.spending import Spending
from learnflow.tutor.claude.client.interface import Ask, Asker, ClaudeMisspoke, Meters, Tokens, Written

T = TypeVar("T", bound=Model)


class Meter:
    """Asks Claude within the student's quota and the budget, and adds up what that costs.

    It goes by the price of the model that was asked for; the one that answers may carry a date in its name.
    """

    def __init__(
        self, asker: Asker, spending: Spending, rates: Mapping[str, Rates], agent: Agent, query: StudentQuery
    ) -> None:
        self._asker = asker
        self._spending = spending
        self._rates = rates
        self._agent = agent
        self._query = query
        self._usage: tuple[Usage, ...] = ()

    @property
    def usage(self) -> tuple[Usage, ...]:
        """What was paid so far, one for each model, also for answers that were of no use."""
        return self._usage

    async def ask(self, ask: Ask[T], deadline: float) -> Written[T]:
        """Return Claude's answer. Raises QuotaUsedUp or BudgetUsedUp, and what the other asker raises."""
        async with self._spending.admitted(self._query):
            try:
                written = await self._asker.ask(ask, deadline)
            except ClaudeMisspoke as error:
                self._pay(ask.model, error.tokens)
                raise
            self._pay(ask.model, written.tokens)
            return written

    async def close(self) -> None:
        """Hold nothing: the other asker serves all questions."""

    def _pay(self, model: str, tokens: Tokens) -> None:
        price = price_usd(tokens, self._rates[model])
        call = Usage(
            agent=self._agent,
            model=model,
            calls=1,
            input_tokens=tokens.input,
            output_tokens=tokens.output,
            cache_read_tokens=tokens.cache_read,
            cache_write_tokens=tokens.cache_write,
            price_usd=price,
        )
        self._usage = summed((*self._usage, call))
        _count(call)
        self._spending.paid(self._query, self._agent, price)


def _count(call: Usage) -> None:
    """Add a call to the metrics, under the name of the model that was asked for."""
    tokens = {
        "input": call.input_tokens,
        "output": call.output_tokens,
        "cache-read": call.cache_read_tokens,
        "cache-write": call.cache_write_tokens,
    }
    for kind, number in tokens.items():
        metrics.CLAUDE_TOKENS.labels(call.agent, call.model, kind).inc(number)
    metrics.CLAUDE_USD.labels(call.agent, call.model).inc(call.price_usd)


def meters(asker: Asker, spending: Spending, rates: Mapping[str, Rates]) -> Meters:
    """Return what makes a meter for an agent's work on a question, all over one asker."""
    return lambda agent, query: Meter(asker, spending, rates, agent, query)
