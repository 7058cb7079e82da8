"""What one agent spends on one question."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Final, TypeAlias

from learnflow import metrics
from learnflow.models.draft import DECIMALS, Usage, summed
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, Stage
from learnflow.settings.claude import Rates
from learnflow.tutor.answer_progress import enter, spend
from learnflow.tutor.claude.budget.spending_guard import SpendingGuard
from learnflow.tutor.claude.interface import ClaudeReply, ClaudeRequest, ModelClient, T, Tokens, UnusableReply

# Of the price of what goes in, as https://platform.claude.com/docs/en/about-claude/pricing has them: what is kept for
# five minutes, and what is read of it. A few models read for less: then this reckons too much.
CACHE_WRITE: Final = 1.25
CACHE_READ: Final = 0.1

_MILLION: Final = 1_000_000


class MeteredClient:
    """A ModelClient for an agent's work on a question: asks within quota and budget, and adds up what that costs.

    It goes by the price of the model that was asked for; the one that replies may carry a date in its name.
    """

    def __init__(
        self, client: ModelClient, guard: SpendingGuard, rates: Mapping[str, Rates], agent: Agent, query: StudentQuery
    ) -> None:
        self._client = client
        self._guard = guard
        self._rates = rates
        self._agent = agent
        self._query = query
        self.usage: tuple[Usage, ...] = ()  # what was paid so far, one for each model, also for replies of no use

    async def ask(self, request: ClaudeRequest[T], deadline: float) -> ClaudeReply[T]:
        """Return Claude's reply. Raises QuotaUsedUp or BudgetUsedUp, and what the other client raises."""
        async with self._guard.admitted(self._query):
            enter(Stage.SORTING if self._agent is Agent.TRIAGE else Stage.ASKING)
            try:
                reply = await self._client.ask(request, deadline)
            except UnusableReply as error:
                self._pay(request.model, error.tokens)
                raise
            except asyncio.CancelledError:  # the student has stopped the answer; what was written of it is paid
                if request.listener and request.listener.tokens:
                    self._pay(request.model, request.listener.tokens)
                raise
            self._pay(request.model, reply.tokens)
            return reply

    def _pay(self, model: str, tokens: Tokens) -> None:
        price = price_usd(tokens, self._rates[model])
        call = Usage(
            agent=self._agent, model=model, calls=1, input_tokens=tokens.input, output_tokens=tokens.output,
            cache_read_tokens=tokens.cache_read, cache_write_tokens=tokens.cache_write, price_usd=price,
        )  # fmt: skip
        self.usage = summed((*self.usage, call))
        spend(call)
        for kind, number in asdict(tokens).items():
            metrics.CLAUDE_TOKENS.labels(self._agent, model, kind.replace("_", "-")).inc(number)
        metrics.CLAUDE_USD.labels(self._agent, model).inc(price)
        self._guard.paid(self._query, self._agent, price)


MeteredClients: TypeAlias = Callable[[Agent, StudentQuery], MeteredClient]


def price_usd(tokens: Tokens, rates: Rates) -> float:
    """Return the price of a call in US dollars."""
    plain = max(tokens.input - tokens.cache_read - tokens.cache_write, 0)
    into = plain + CACHE_READ * tokens.cache_read + CACHE_WRITE * tokens.cache_write
    return round((into * rates.into + tokens.output * rates.out) / _MILLION, DECIMALS)
