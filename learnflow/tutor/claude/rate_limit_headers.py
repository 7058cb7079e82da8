"""What the headers of the API say about limits. Pure: times in them are measured from their own Date."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import inf
from typing import Final

_PREFIX: Final = "anthropic-ratelimit"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One limit as the service tells it: how much a minute, how much is left, in how many seconds all of it is back."""

    limit: float
    remaining: float
    reset: float | None = None


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The limits that came with a reply; None is what was not told."""

    requests: RateLimit | None = None
    input: RateLimit | None = None
    output: RateLimit | None = None


NONE_TOLD: Final = RateLimits()


def rate_limits(headers: Mapping[str, str]) -> RateLimits:
    """Return the limits of a response; what is missing or cannot be read is None."""
    return RateLimits(*(_rate_limit(headers, kind) for kind in ("requests", "input-tokens", "output-tokens")))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the service asks to wait, at least 0; None where it asks nothing."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1_000
    seconds = _number(headers.get("retry-after"))
    return _until(headers, _date(headers.get("retry-after"), parsedate_to_datetime)) if seconds is None else seconds


def _rate_limit(headers: Mapping[str, str], kind: str) -> RateLimit | None:
    limit = _number(headers.get(f"{_PREFIX}-{kind}-limit"))
    remaining = _number(headers.get(f"{_PREFIX}-{kind}-remaining"))
    if not limit or remaining is None:
        return None
    return RateLimit(
        limit, remaining, _until(headers, _date(headers.get(f"{_PREFIX}-{kind}-reset"), datetime.fromisoformat))
    )


def _until(headers: Mapping[str, str], then: datetime | None) -> float | None:
    """Return the seconds from the response to a time, by the service's clock: ours may be another."""
    now = _date(headers.get("date"), parsedate_to_datetime)
    return None if now is None or then is None else max((then - now).total_seconds(), 0.0)


def _number(text: str | None) -> float | None:
    with suppress(TypeError, ValueError):
        value = float(text or "")
        return value if 0.0 <= value < inf else None
    return None


def _date(text: str | None, parse: Callable[[str], datetime]) -> datetime | None:
    with suppress(TypeError, ValueError):
        time = parse(text or "")
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    return None
