"""What is counted where it happens: calls to Claude, what they cost, and work that waits."""

import asyncio
from typing import Final

import pytest
from prometheus_client import Metric

from learnflow import metrics
from learnflow.models.vocabulary import Agent
from learnflow.settings import Claude as ClaudeSettings
from learnflow.settings.claude import Rates
from learnflow.streams.keyed_executor import KeyedExecutor
from learnflow.tutor.claude.budget.metered_client import MeteredClient
from learnflow.tutor.claude.budget.spending_guard import DailyLimits, SpendingGuard
from learnflow.tutor.claude.client.claude_client import ClaudeClient
from learnflow.tutor.claude.interface import ClaudeUnavailable, Tokens, TransientFailure, UnusableReply
from tests.support.claude_clients import HAIKU, Answers, Scripted, Time, ask, query

PAID: Final = Tokens(100, 20, cache_read=40, cache_write=10)
LABELS: Final = {"agent", "role", "topic", "model", "kind", "outcome", "language", "ended"}


def value(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(f"learnflow_{name}", labels) or 0.0


def ours() -> list[Metric]:
    return [family for family in metrics.REGISTRY.collect() if family.name.startswith("learnflow_")]


def test_every_metric_says_in_a_sentence_what_it_is() -> None:
    assert len(ours()) > 30
    for family in ours():
        assert family.documentation[0].isupper() or family.documentation[0].isdigit(), family.name
        assert family.documentation.endswith("."), family.name


def test_labels_are_those_that_have_few_values() -> None:
    used = {label for family in ours() for sample in family.samples for label in sample.labels}
    assert used - {"le"} <= LABELS


async def test_calls_are_counted_by_what_became_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "sleep", lambda _: _nothing())
    model = "claude-of-calls"
    asking = ClaudeClient(
        Answers(TransientFailure("away"), PAID, UnusableReply("half", model, PAID), ClaudeUnavailable("no")),
        ClaudeSettings(failures_until_pause=2),
    )
    retries = value("claude_retries_total")
    deadline = asyncio.get_running_loop().time() + 60.0
    await asking.ask(ask(model), deadline)
    for failure in (UnusableReply, ClaudeUnavailable):
        with pytest.raises(failure):
            await asking.ask(ask(model), deadline)
    counted = {end: value("claude_calls_total", model=model, outcome=end) for end in ("answered", "useless", "failed")}
    assert counted == {"answered": 1, "useless": 1, "failed": 2}
    assert value("claude_retries_total") - retries == 1
    assert value("claude_seconds_count", model=model) == 4


async def test_a_breaker_that_is_open_shows() -> None:
    asking = ClaudeClient(Answers(TransientFailure("away")), ClaudeSettings(failures_until_pause=1, attempts=1))
    assert value("claude_breaker") == 0
    refused = value("claude_refused_total")
    for _ in range(2):
        with pytest.raises(ClaudeUnavailable):
            await asking.ask(ask(), asyncio.get_running_loop().time() + 60.0)
    assert (value("claude_breaker"), value("claude_refused_total") - refused) == (2, 1)


async def test_tokens_and_dollars_are_those_of_the_usage() -> None:
    time = Time()
    spending = SpendingGuard(DailyLimits(usd=10.0), time.now)
    meter = MeteredClient(Scripted(PAID), spending, {HAIKU: Rates(1.0, 5.0)}, Agent.TRIAGE, query(1))
    kinds = ("input", "output", "cache-read", "cache-write")
    labels = {"agent": "triage", "model": HAIKU}
    before = [value("claude_tokens_total", kind=kind, **labels) for kind in kinds]
    spent = value("claude_usd_total", **labels)
    await meter.ask(ask(HAIKU), 60.0)
    after = [value("claude_tokens_total", kind=kind, **labels) for kind in kinds]
    assert [new - old for new, old in zip(after, before, strict=True)] == [100, 20, 40, 10]
    assert value("claude_usd_total", **labels) - spent == pytest.approx(meter.usage[0].price_usd)
    assert value("claude_spent_usd") == pytest.approx(meter.usage[0].price_usd)
    assert value("claude_budget_usd") == 10.0


async def test_work_in_an_executor_runs_or_waits() -> None:
    executor, go_on = KeyedExecutor(2, 8, _raise), asyncio.Event()

    async def work() -> None:
        await go_on.wait()

    for number in range(5):
        await executor.submit(str(number), work)
    await asyncio.sleep(0)
    assert (executor.running, executor.pending) == (2, 5)
    go_on.set()
    assert await executor.drain(5.0)
    assert (executor.running, executor.pending) == (0, 0)


def _raise(error: BaseException) -> None:
    raise error


async def _nothing() -> None:
    """Pass no time."""
