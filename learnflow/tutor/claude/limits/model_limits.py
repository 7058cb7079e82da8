"""What may be sent to one model: requests, input tokens and output tokens a minute. No clock, no I/O.

What a call needs is estimated before it, and settled with its true tokens after it. Input is estimated as a token for 4
bytes of all that is sent, the schema of the answer with it; output as what answers of this model usually have, and as
all that is allowed while none is known. Input that is read from the API's cache does not count against its limit.
"""

from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from typing import Final

import orjson

from learnflow.models.fields import Model
from learnflow.tutor.claude.client.call import Seen
from learnflow.tutor.claude.client.interface import Ask, T, Tokens
from learnflow.tutor.claude.limits.token_bucket import Bucket, full

BYTES_A_TOKEN: Final = 4
_NEWEST: Final = 1 / 16  # the weight of the newest answer in what is usual


@dataclass(frozen=True, slots=True)
class Need:
    """What a call takes from each limit, or several calls together."""

    requests: float = 0.0
    input: float = 0.0
    output: float = 0.0

    def __add__(self, other: "Need") -> "Need":
        """Add up two needs."""
        return Need(self.requests + other.requests, self.input + other.input, self.output + other.output)

    def __neg__(self) -> "Need":
        """Return what is put back."""
        return Need(-self.requests, -self.input, -self.output)


NOTHING: Final = Need()


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one model. All times are seconds of one clock."""

    requests: Bucket
    input: Bucket
    output: Bucket
    shut_until: float = 0.0
    usual_output: float | None = None

    def need(self, ask: Ask[T]) -> Need:
        """Estimate what a call takes."""
        return Need(1.0, estimated_input(ask), min(ask.max_tokens, self.usual_output or ask.max_tokens))

    def wait(self, need: Need, now: float, ahead: Need = NOTHING) -> float:
        """Return the seconds until a call may be made, after those that are ahead of it."""
        return max(
            self.shut_until - now,
            self.requests.wait(need.requests, now, ahead.requests),
            self.input.wait(need.input, now, ahead.input),
            self.output.wait(need.output, now, ahead.output),
            0.0,
        )

    def taken(self, need: Need, now: float) -> "Limits":
        """Take what a call needs; a negative need is put back."""
        return replace(
            self,
            requests=self.requests.taken(need.requests, now),
            input=self.input.taken(need.input, now),
            output=self.output.taken(need.output, now),
        )

    def settled(self, need: Need, tokens: Tokens | None, now: float) -> "Limits":
        """Settle what a call took. Of one that brought nothing the input may have been read; its output is put back."""
        if tokens is None:
            return self.taken(Need(output=-need.output), now)
        usual = tokens.output if self.usual_output is None else self.usual_output
        true = Need(need.requests, tokens.input - tokens.cache_read, tokens.output)
        known = replace(self, usual_output=usual + (tokens.output - usual) * _NEWEST)
        return known.taken(true + -need, now)

    def follow(self, seen: Seen, now: float) -> "Limits":
        """Tighten to what the service tells."""
        return replace(
            self,
            requests=self.requests.follow(seen.requests, now),
            input=self.input.follow(seen.input, now),
            output=self.output.follow(seen.output, now),
        )

    def shut(self, until: float) -> "Limits":
        """Let nothing through before a time: the service asks for it."""
        return replace(self, shut_until=max(self.shut_until, until))


def limits(requests: float, input_tokens: float, output_tokens: float, now: float) -> Limits:
    """Return limits a minute, with nothing taken from them yet; 0 is no limit of ours."""
    return Limits(full(requests, now), full(input_tokens, now), full(output_tokens, now))


def estimated_input(ask: Ask[T]) -> int:
    """Estimate the tokens that go in."""
    texts = (ask.system, *(one.text for one in ask.messages))
    return ceil((sum(len(text.encode()) for text in texts) + _schema_bytes(ask.shape)) / BYTES_A_TOKEN)


@cache
def _schema_bytes(shape: type[Model]) -> int:
    return len(orjson.dumps(shape.model_json_schema()))
