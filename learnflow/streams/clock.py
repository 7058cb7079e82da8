"""A reader's clock, and how far ahead of it another may be."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time, and whether a time that is read can be believed."""

    read: Callable[[], datetime]
    difference: timedelta

    def __call__(self) -> datetime:
        """Return the time now."""
        return self.read()

    def disbelieves(self, at: datetime) -> str | None:
        """Return what is wrong with a time that lies too far in the future; None where it can be believed."""
        ahead = at - self.read()
        if ahead <= self.difference:
            return None
        minutes = ceil(ahead.total_seconds() / 60)
        allowed = f"{self.difference.total_seconds():,g} seconds"
        return f"lies {minutes:,} minute{'s' if minutes > 1 else ''} in the future; clocks may differ by {allowed}"
