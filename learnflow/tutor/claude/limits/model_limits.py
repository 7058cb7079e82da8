"""What may be sent to one model: requests, input tokens and output tokens a minute. No clock, no I/O.

What a call needs is estimated before it, and settled with its true tokens after it. Input is estimated as a token for 4
bytes of all that is sent, the schema of the reply with it; output as what answers of this model usually have, and as
all that is allowed while none is known. Input that is read from the API's cache does not count against its limit.
"""

from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from typing import Final

import orjson

from learnflow.models.fields import Model
from learnflow.tutor.claude.interface import ClaudeRequest, T, Tokens
from learnflow.tutor.claude.limits.token_bucket import TokenBucket, full_bucket
from learnflow.tutor.claude.rate_limit_headers import RateLimits

BYTES_A_TOKEN: Final = 4
_NEWEST: Final = 1 / 16  # the weight of the newest answer in what is usual


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

    requests: TokenBucket
    input: TokenBucket
    output: TokenBucket
    shut_until: float = 0.0
    usual_output: float | None = None

    def demand(self, request: ClaudeRequest[T]) -> Demand:
        """Estimate what a call takes."""
        return Demand(1.0, estimated_input(request), min(request.max_tokens, self.usual_output or request.max_tokens))

    def wait(self, demand: Demand, now: float, ahead: Demand = NO_DEMAND) -> float:
        """Return the seconds until a call may be made, after those that are ahead of it."""
        return max(
            self.shut_until - now,
            self.requests.wait(demand.requests, now, ahead.requests),
            self.input.wait(demand.input, now, ahead.input),
            self.output.wait(demand.output, now, ahead.output),
            0.0,
        )

    def taken(self, demand: Demand, now: float) -> "ModelLimits":
        """Take what a call needs; a negative demand is put back."""
        return replace(
            self,
            requests=self.requests.taken(demand.requests, now),
            input=self.input.taken(demand.input, now),
            output=self.output.taken(demand.output, now),
        )

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
        return replace(
            self,
            requests=self.requests.follow(told.requests, now),
            input=self.input.follow(told.input, now),
            output=self.output.follow(told.output, now),
        )

    def shut(self, until: float) -> "ModelLimits":
        """Let nothing through before a time: the service asks for it."""
        return replace(self, shut_until=max(self.shut_until, until))


def unused_limits(requests: float, input_tokens: float, output_tokens: float, now: float) -> ModelLimits:
    """Return limits a minute, with nothing taken from them yet; 0 is no limit of ours."""
    return ModelLimits(full_bucket(requests, now), full_bucket(input_tokens, now), full_bucket(output_tokens, now))


def estimated_input(request: ClaudeRequest[T]) -> int:
    """Estimate the tokens that go in."""
    texts = (request.system, *(message.text for message in request.messages))
    return ceil((sum(len(text.encode()) for text in texts) + _schema_bytes(request.reply_type)) / BYTES_A_TOKEN)


@cache
def _schema_bytes(reply_type: type[Model]) -> int:
    return len(orjson.dumps(reply_type.model_json_schema()))
