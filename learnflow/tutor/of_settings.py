"""The tutor that the settings ask for."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import Final

from learnflow.sandbox import Sandbox
from learnflow.settings import Settings, SettingsError
from learnflow.tutor.asking.asker import ClaudeUnavailable
from learnflow.tutor.asking.asking import Asking
from learnflow.tutor.asking.meter import meters
from learnflow.tutor.asking.spending import Allowed, Spending
from learnflow.tutor.careful import CarefulTutor
from learnflow.tutor.claude_tutor import ClaudeTutor
from learnflow.tutor.fallback import FallbackTutor
from learnflow.tutor.interface import Tutor
from learnflow.tutor.offline import OfflineTutor

KEYS: Final = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")


def tutor(settings: Settings, sandbox: Sandbox, now: Callable[[], datetime]) -> Tutor:
    """Return the tutor, whose answers are looked over before they are given.

    `auto` is Claude where there is a key. Raises SettingsError when Claude is asked for and there is none.
    """
    wanted = settings.learnflow.tutor
    with_claude = wanted == "claude" or (wanted == "auto" and any(map(os.environ.get, KEYS)))
    return CarefulTutor(_claude(settings, sandbox, now) if with_claude else OfflineTutor(), sandbox)


def _claude(settings: Settings, sandbox: Sandbox, now: Callable[[], datetime]) -> Tutor:
    from learnflow.tutor.claude import Claude  # noqa: PLC0415 - the SDK costs 59 MB

    chosen = settings.claude
    try:
        asking = Asking(Claude(), chosen)
    except ClaudeUnavailable as error:
        msg = f"LEARNFLOW_TUTOR: asks for Claude, but {error}"
        raise SettingsError(msg) from None
    spending = Spending(Allowed(chosen.questions_per_day, chosen.budget_usd_per_day), now)
    asked = ClaudeTutor(
        meters(asking, spending, chosen.rates()), settings, sandbox, now=now, close=asking.close
    )  # fmt: skip
    return FallbackTutor(asked, OfflineTutor(), chosen.when_away)
