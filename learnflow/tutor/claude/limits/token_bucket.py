"""A token bucket: so much a minute, by the settings and by what the service tells. No clock, no I/O.

In no 60 seconds is more taken than the limit, whether the service counts in a bucket or in minutes: 10 % of it can be
taken at once, and 85 % come back in a minute; 5 % are for calls that arrive closer together than they were sent. What
is larger than can be taken at once is taken as soon as the bucket is full, and owed. Of low limits, at least 1 can be
taken at once, and at least half comes back.
"""

from dataclasses import dataclass, replace
from math import inf
from typing import Final

from learnflow.tutor.claude.client.call import Window

MINUTE: Final = 60.0
_AT_ONCE: Final = 0.1
_USED: Final = 0.95
_SCARCE: Final = 0.1  # of the limit; when less is left, the time of the reset is far enough to tell a rate
_NOTHING: Final = 1e-6  # less is a rounding error


@dataclass(frozen=True, slots=True)
class Bucket:
    """What can be taken: `level` at the time `at`, in seconds of any one clock.

    `own` is the limit of the settings and `told` that of the service, both a minute; 0 is none. While there is neither,
    `level` is what was taken since `at`, below 0: a limit that is told counts from then. Until `slow_until` what is
    taken comes back only at `slow` a second, because the service says so.
    """

    own: float = 0.0
    told: float = 0.0
    level: float = 0.0
    at: float = 0.0
    slow: float = inf
    slow_until: float = 0.0

    @property
    def limit(self) -> float:
        """The lower of both limits, or infinity."""
        return min(self.own or inf, self.told or inf)

    @property
    def burst(self) -> float:
        """How much can be taken at once."""
        return max(self.limit * _AT_ONCE, 1.0)

    @property
    def _rate(self) -> float:
        return inf if self.limit == inf else max(self.limit * _USED - self.burst, self.limit / 2) / MINUTE

    def wait(self, amount: float, now: float, ahead: float = 0.0) -> float:
        """Return the seconds until an amount can be taken after all that is ahead of it."""
        missing = min(amount, self.burst) + ahead - self.refilled(now).level
        if self.limit == inf or amount <= 0.0 or missing <= _NOTHING:
            return 0.0
        slowly = max(self.slow_until - now, 0.0)
        slow = min(self.slow, self._rate)
        if missing <= slow * slowly:
            return missing / slow
        return slowly + (missing - slow * slowly) / self._rate

    def taken(self, amount: float, now: float) -> "Bucket":
        """Take an amount, or put one back where it is negative."""
        full = self.refilled(now)
        return replace(full, level=min(full.level - amount, 0.0 if full.limit == inf else full.burst))

    def follow(self, window: Window | None, now: float) -> "Bucket":
        """Tighten to what the service tells: others may take from the same limit."""
        if window is None:
            return self
        known = self._told(window.limit, now)
        left = replace(known, level=min(known.level, window.remaining, known.burst), slow=inf, slow_until=0.0)
        if not window.reset or window.remaining > window.limit * _SCARCE:
            return left
        return replace(left, slow=(window.limit - window.remaining) / window.reset, slow_until=now + window.reset)

    def refilled(self, now: float) -> "Bucket":
        """Return the bucket as it is now."""
        if self.limit == inf:
            return self
        slowly = min(max(self.slow_until - self.at, 0.0), now - self.at)
        back = min(self.slow, self._rate) * slowly + self._rate * (now - self.at - slowly)
        return replace(self, level=min(self.level + back, self.burst), at=now)

    def _told(self, limit: float, now: float) -> "Bucket":
        if self.limit < inf:
            return replace(self.refilled(now), told=limit)
        begun = replace(self, told=limit)
        since = replace(begun, level=begun.level + begun.burst).refilled(now)
        return replace(since, level=max(since.level, -limit))  # more than a minute back is forgotten


def full(own: float, now: float) -> Bucket:
    """Return a bucket of a limit a minute, with nothing taken from it; 0 is no limit of ours."""
    none = Bucket(own=own, at=now)
    return replace(none, level=none.burst) if own else none
