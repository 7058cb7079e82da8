"""The tutor that the settings ask for."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from learnflow.database.postgres import Database
from learnflow.domain.personal_data import is_personal
from learnflow.models.vocabulary import Specialist
from learnflow.sandbox import Sandbox
from learnflow.settings import Settings, SettingsError
from learnflow.tutor.checked import CheckedTutor
from learnflow.tutor.claude.budget.daily_spending import UsageInPostgres
from learnflow.tutor.claude.budget.metered_client import MeteredClient
from learnflow.tutor.claude.budget.spending_guard import DailyLimits, SpendingGuard
from learnflow.tutor.claude.cache.explanation_cache import CachedTutor, ExplanationCache
from learnflow.tutor.claude.client.claude_client import ClaudeClient
from learnflow.tutor.claude.client.sdk import ADDRESS, KEYS, AnthropicApi, from_environment, wants_no_key
from learnflow.tutor.claude.interface import ClaudeUnavailable
from learnflow.tutor.claude.prompts import agent_prompt
from learnflow.tutor.claude.tutor import ClaudeTutor
from learnflow.tutor.fallback import FallbackTutor
from learnflow.tutor.interface import Tutor
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.proof import Prover

if TYPE_CHECKING:
    from learnflow.tutor.claude.client.recording import HttpTransport


def tutor(
    settings: Settings, sandbox: Sandbox, now: Callable[[], datetime], transport: "HttpTransport | None" = None
) -> Tutor:
    """Return the tutor, whose answers are looked over before they are given.

    `auto` is Claude where there is a key, or the address of another server; with a `transport` in place of the network,
    it is Claude in any case. Raises SettingsError when Claude is asked for and there is no key.
    """
    wanted = settings.learnflow.tutor
    with_claude = transport is not None or wanted == "claude" or (wanted == "auto" and _is_given())
    prover = Prover(sandbox)
    offline = OfflineTutor(prover, settings.tutor.support)
    chosen = _claude(settings, sandbox, now, transport, prover, offline) if with_claude else offline
    return CheckedTutor(chosen, sandbox, prover)


def _is_given() -> bool:
    return any(map(from_environment, KEYS)) or wants_no_key(from_environment(ADDRESS))


def _claude(  # noqa: PLR0913, PLR0917 - what it is made of
    settings: Settings, sandbox: Sandbox, now: Callable[[], datetime], transport: "HttpTransport | None",
    prover: Prover, offline: Tutor,
) -> Tutor:  # fmt: skip
    """Return Claude's tutor, with the explanation cache before it and, before that, the answers while it is away."""
    own, url = settings.claude, settings.database.url
    client = ClaudeClient(_api(transport, own.structured), own)
    database = Database(url, lacking="nothing is remembered, and only this worker's spending is known") if url else None
    stored = UsageInPostgres(database) if database else None
    guard = SpendingGuard(DailyLimits(own.questions_per_day, own.budget_usd_per_day), now, stored)

    async def close() -> None:
        await guard.close()
        await client.close()
        if database is not None:
            await database.close()

    clients = partial(MeteredClient, client, guard, own.rates())
    claude = ClaudeTutor(clients, settings, sandbox, prover, now=now, problem=lambda: client.problem, close=close)
    if not own.cache_days:
        return FallbackTutor(claude, offline, own.when_away)
    version = f"{agent_prompt(Specialist.CONCEPTS).version} {own.model} {settings.tutor.support}"
    cached = CachedTutor(claude, ExplanationCache(database, version, own.cache_days, now), is_personal)
    return FallbackTutor(cached, offline, own.when_away, cached.earlier)


def _api(transport: "HttpTransport | None", structured: str) -> AnthropicApi:
    try:
        return AnthropicApi(
            api_key=transport.api_key if transport else None, transport=transport, structured=structured
        )
    except ClaudeUnavailable as error:
        raise SettingsError(f"LEARNFLOW_TUTOR: asks for Claude, but {error}") from None
