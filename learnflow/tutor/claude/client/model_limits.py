"""What may be sent to one model: requests, input tokens and output tokens a minute. No clock, no I/O.

What a call needs is estimated before it, and settled with its true tokens after it. Input is estimated as a token for 4
bytes of all that is sent, the schema of the reply with it; output as what answers of this model usually have, and as
all that is allowed while none is known. Input that is read from the API's cache does not count against its limit.
"""

from dataclasses import astuple, dataclass, replace
from functools import cache
from math import ceil, inf
from typing import Final

import orjson

from learnflow.models.fields import Model
from learnflow.tutor.claude.interface import ClaudeRequest, T, Tokens
from learnflow.tutor.claude.rate_limit_headers import RateLimit, RateLimits

MINUTE: Final = 60.0
_AT_ONCE: Final = 0.1
_USED: Final = 0.95
_SCARCE: Final = 0.1  # of the limit; when less is left, the time of the reset is far enough to tell a rate
_NOTHING: Final = 1e-6  # less is a rounding error
BYTES_A_TOKEN: Final = 4
_NEWEST: Final = 1 / 16  # the weight of the newest answer in what is usual


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


@dataclass(frozen=True, slots=True)
class Demand:
    """What a call takes from each limit, or several calls together."""

    requests: float = 0.0
    input: float = 0.0
    output: float = 0.0

    def __add__(self, other: "Demand") -> "Demand":
        """Add up two demands."""
        return Demand(self.requests + other.requests, self.input + other.input, self.output + other.output)

    def __neg__(self) -> "Demand":
        """Return what is put back."""
        return Demand(-self.requests, -self.input, -self.output)


NO_DEMAND: Final = Demand()


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """The limits of one model. All times are seconds of one clock."""

    buckets: tuple[TokenBucket, ...]  # of requests, input and output, in the order of Demand
    shut_until: float = 0.0
    usual_output: float | None = None

    def demand(self, request: ClaudeRequest[T]) -> Demand:
        """Estimate what a call takes."""
        return Demand(1.0, estimated_input(request), min(request.max_tokens, self.usual_output or request.max_tokens))

    def wait(self, demand: Demand, now: float, ahead: Demand = NO_DEMAND) -> float:
        """Return the seconds until a call may be made, after those that are ahead of it."""
        amounts = zip(self.buckets, astuple(demand), astuple(ahead), strict=True)
        return max(self.shut_until - now, 0.0, *(bucket.wait(own, now, before) for bucket, own, before in amounts))

    def taken(self, demand: Demand, now: float) -> "ModelLimits":
        """Take what a call needs; a negative demand is put back."""
        amounts = zip(self.buckets, astuple(demand), strict=True)
        return replace(self, buckets=tuple(bucket.taken(amount, now) for bucket, amount in amounts))

    def settled(self, demand: Demand, tokens: Tokens | None, now: float) -> "ModelLimits":
        """Settle what a call took. Of one that brought nothing the input may have been read; its output is put back."""
        if tokens is None:
            return self.taken(Demand(output=-demand.output), now)
        usual = tokens.output if self.usual_output is None else self.usual_output
        true = Demand(demand.requests, tokens.input - tokens.cache_read, tokens.output)
        updated = replace(self, usual_output=usual + (tokens.output - usual) * _NEWEST)
        return updated.taken(true + -demand, now)

    def follow(self, told: RateLimits, now: float) -> "ModelLimits":
        """Tighten to what the service tells."""
        limits = zip(self.buckets, (told.requests, told.input, told.output), strict=True)
        return replace(self, buckets=tuple(bucket.follow(limit, now) for bucket, limit in limits))

    def shut(self, until: float) -> "ModelLimits":
        """Let nothing through before a time: the service asks for it."""
        return replace(self, shut_until=max(self.shut_until, until))


def unused_limits(requests: float, input_tokens: float, output_tokens: float, now: float) -> ModelLimits:
    """Return limits a minute, with nothing taken from them yet; 0 is no limit of ours."""
    return ModelLimits(tuple(full_bucket(limit, now) for limit in (requests, input_tokens, output_tokens)))


def estimated_input(request: ClaudeRequest[T]) -> int:
    """Estimate the tokens that go in."""
    texts = (request.common, request.system, *(message.text for message in request.messages))
    return ceil((sum(len(text.encode()) for text in texts) + _schema_bytes(request.reply_type)) / BYTES_A_TOKEN)


@cache
def _schema_bytes(reply_type: type[Model]) -> int:
    return len(orjson.dumps(reply_type.model_json_schema()))
