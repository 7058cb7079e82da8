"""What a question costs, whatever comes of its calls."""

from functools import partial

import pytest

from learnflow.models.draft import Usage
from learnflow.models.vocabulary import Agent
from learnflow.settings import Settings
from learnflow.settings.claude import Rates
from learnflow.tutor.claude.budget.metered_client import MeteredClient, price_usd
from learnflow.tutor.claude.budget.spending_guard import DailyLimits, SpendingGuard
from learnflow.tutor.claude.interface import Tokens, TransientFailure, UnusableReply
from tests.support.claude_clients import HAIKU, SONNET, Scripted, Time, ask, query

SONNETS = Rates(3.0, 15.0)


@pytest.mark.parametrize(
    ("tokens", "usd"),
    [
        pytest.param(Tokens(1_000_000, 0), 3.0, id="what goes in"),
        pytest.param(Tokens(0, 1_000_000), 15.0, id="what comes out"),
        pytest.param(Tokens(1_000_000, 0, cache_read=1_000_000), 0.3, id="read from the cache: a tenth"),
        pytest.param(Tokens(1_000_000, 0, cache_write=1_000_000), 3.75, id="written to it: a quarter more"),
        pytest.param(Tokens(1_000, 200, cache_read=600, cache_write=300), 0.004605, id="all of it"),
        pytest.param(Tokens(1, 0, cache_read=1), 0.0000003, id="the least"),
        pytest.param(Tokens(0, 0), 0.0, id="nothing"),
        pytest.param(Tokens(10, 0, cache_read=100), 0.00003, id="never less than what was read"),
    ],
)
def test_the_price_of_a_call(tokens: Tokens, usd: float) -> None:
    assert price_usd(tokens, SONNETS) == pytest.approx(usd, abs=1e-9)


def meter(asker: Scripted, agent: Agent = Agent.DEBUG) -> MeteredClient:
    spending = SpendingGuard(DailyLimits(), Time().now)
    return partial(MeteredClient, asker, spending, Settings().claude.rates())(agent, query(1))


async def test_a_meter_adds_up_by_the_model_that_was_asked_for() -> None:
    metered = meter(Scripted(Tokens(1_000, 100, cache_read=400, cache_write=200)))
    for model in (SONNET, HAIKU, SONNET):
        await metered.ask(ask(model), 60.0)
    assert metered.usage == (
        Usage(agent=Agent.DEBUG, model=SONNET, calls=2, input_tokens=2_000, output_tokens=200, cache_read_tokens=800,
              cache_write_tokens=400, price_usd=0.00714),
        Usage(agent=Agent.DEBUG, model=HAIKU, calls=1, input_tokens=1_000, output_tokens=100, cache_read_tokens=400,
              cache_write_tokens=200, price_usd=0.00119),
    )  # fmt: skip


async def test_an_answer_of_no_use_is_paid_and_a_call_that_failed_is_not() -> None:
    metered = meter(
        Scripted(UnusableReply("bad JSON", SONNET, Tokens(1_000, 10)), TransientFailure("529"), Tokens(1_000, 10))
    )
    with pytest.raises(UnusableReply):
        await metered.ask(ask(), 60.0)
    with pytest.raises(TransientFailure):
        await metered.ask(ask(), 60.0)
    await metered.ask(ask(), 60.0)
    (usage,) = metered.usage
    assert (usage.calls, usage.input_tokens, usage.price_usd) == (2, 2_000, 0.0063)


async def test_who_has_not_asked_has_no_usage() -> None:
    assert meter(Scripted(Tokens(1, 1))).usage == ()
