"""A token bucket: so much a minute, by the settings and by what the service tells. No clock, no I/O.

In no 60 seconds is more taken than the limit, whether the service counts in a bucket or in minutes: 10 % of it can be
taken at once, and 85 % come back in a minute; 5 % are for calls that arrive closer together than they were sent. What
is larger than can be taken at once is taken as soon as the bucket is full, and owed. Of low limits, at least 1 can be
taken at once, and at least half comes back.
"""

from dataclasses import dataclass, replace
from math import inf
from typing import Final

from learnflow.tutor.claude.rate_limit_headers import RateLimit

MINUTE: Final = 60.0
_AT_ONCE: Final = 0.1
_USED: Final = 0.95
_SCARCE: Final = 0.1  # of the limit; when less is left, the time of the reset is far enough to tell a rate
_NOTHING: Final = 1e-6  # less is a rounding error


@dataclass(frozen=True, slots=True)
class TokenBucket:
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

    def taken(self, amount: float, now: float) -> "TokenBucket":
        """Take an amount, or put one back where it is negative."""
        bucket = self.refilled(now)
        return replace(bucket, level=min(bucket.level - amount, 0.0 if bucket.limit == inf else bucket.burst))

    def follow(self, limit: RateLimit | None, now: float) -> "TokenBucket":
        """Tighten to what the service tells: others may take from the same limit."""
        if limit is None:
            return self
        bucket = self._with_told_limit(limit.limit, now)
        left = replace(bucket, level=min(bucket.level, limit.remaining, bucket.burst), slow=inf, slow_until=0.0)
        if not limit.reset or limit.remaining > limit.limit * _SCARCE:
            return left
        return replace(left, slow=(limit.limit - limit.remaining) / limit.reset, slow_until=now + limit.reset)

    def refilled(self, now: float) -> "TokenBucket":
        """Return the bucket as it is now."""
        if self.limit == inf:
            return self
        slowly = min(max(self.slow_until - self.at, 0.0), now - self.at)
        back = min(self.slow, self._rate) * slowly + self._rate * (now - self.at - slowly)
        return replace(self, level=min(self.level + back, self.burst), at=now)

    def _with_told_limit(self, limit: float, now: float) -> "TokenBucket":
        if self.limit < inf:
            return replace(self.refilled(now), told=limit)
        begun = replace(self, told=limit)
        since = replace(begun, level=begun.level + begun.burst).refilled(now)
        return replace(since, level=max(since.level, -limit))  # more than a minute back is forgotten


def full_bucket(own: float, now: float) -> TokenBucket:
    """Return a bucket of a limit a minute, with nothing taken from it; 0 is no limit of ours."""
    bucket = TokenBucket(own=own, at=now)
    return replace(bucket, level=bucket.burst) if own else bucket
