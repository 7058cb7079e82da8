"""The tutor that the settings ask for."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from learnflow.database.connection import Database
from learnflow.domain.personal_data import is_personal
from learnflow.models.vocabulary import Specialist
from learnflow.sandbox import Sandbox
from learnflow.settings import Settings, SettingsError
from learnflow.tutor.checked import CheckedTutor
from learnflow.tutor.claude import ClaudeTutor
from learnflow.tutor.claude.budget.meter import meters
from learnflow.tutor.claude.budget.spending import Allowed, Spending
from learnflow.tutor.claude.budget.stored_usage import UsageInPostgres
from learnflow.tutor.claude.cache import CachedTutor, Explanations
from learnflow.tutor.claude.client.interface import ClaudeUnavailable
from learnflow.tutor.claude.client.limited import Asking
from learnflow.tutor.claude.client.masking import Masked
from learnflow.tutor.claude.client.sdk import Claude
from learnflow.tutor.claude.prompts import answering
from learnflow.tutor.fallback import FallbackTutor
from learnflow.tutor.interface import Tutor
from learnflow.tutor.offline import OfflineTutor

if TYPE_CHECKING:
    from learnflow.tutor.claude.client.recording import Wire

KEYS: Final = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
_LACKING: Final = "nothing is remembered, and only this worker's spending is known"


def tutor(
    settings: Settings, sandbox: Sandbox, now: Callable[[], datetime], wire: "Wire | None" = None
) -> Tutor:  # fmt: skip
    """Return the tutor, whose answers are looked over before they are given.

    `auto` is Claude where there is a key; with a `wire` in place of the network, it is Claude in any case. Raises
    SettingsError when Claude is asked for and there is no key.
    """
    wanted = settings.learnflow.tutor
    with_claude = wire is not None or wanted == "claude" or (wanted == "auto" and any(map(os.environ.get, KEYS)))
    return CheckedTutor(_claude(settings, sandbox, now, wire) if with_claude else OfflineTutor(), sandbox)


def _claude(settings: Settings, sandbox: Sandbox, now: Callable[[], datetime], wire: "Wire | None") -> Tutor:
    """Return Claude's tutor, with what it remembers before it and, before that, what answers while Claude is away."""
    own, url = settings.claude, settings.database.url
    database = Database(url, lacking=_LACKING) if url else None
    claude = _asking(settings, sandbox, now, database, wire)
    if not own.cache_days:
        return FallbackTutor(claude, OfflineTutor(), own.when_away)
    version = f"{answering(Specialist.CONCEPTS).version} {own.model}"
    explanations = Explanations(database, version, own.cache_days, now)
    remembering = CachedTutor(claude, explanations, is_personal)
    return FallbackTutor(remembering, OfflineTutor(), own.when_away, remembering)


def _asking(
    settings: Settings, sandbox: Sandbox, now: Callable[[], datetime], database: Database | None, wire: "Wire | None"
) -> Tutor:  # fmt: skip
    own = settings.claude
    try:
        claude = Claude(api_key=wire.api_key if wire else None, transport=wire)
    except ClaudeUnavailable as error:
        msg = f"LEARNFLOW_TUTOR: asks for Claude, but {error}"
        raise SettingsError(msg) from None
    asker = Masked(Asking(claude, own))
    stored = None if database is None else UsageInPostgres(database)
    spending = Spending(Allowed(own.questions_per_day, own.budget_usd_per_day), now, stored)

    async def close() -> None:
        await spending.close()
        await asker.close()
        if database is not None:
            await database.close()

    return ClaudeTutor(meters(asker, spending, own.rates()), settings, sandbox, now=now, close=close)
