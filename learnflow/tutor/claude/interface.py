"""What Claude is asked, what it replies, and how asking can end."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Literal, Protocol, TypeVar

from learnflow.models.fields import Model
from learnflow.tutor.claude.rate_limit_headers import NONE_TOLD, RateLimits

T = TypeVar("T", bound=Model)


def loop_time() -> float:
    """Return the time of the event loop's clock, which all deadlines and waits are of."""
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with Claude."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one call. `input` are all that went in, also those read from the cache or written to it."""

    input: int
    output: int
    cache_read: int = 0
    cache_write: int = 0


@dataclass(slots=True, eq=False)
class ReplyListener:
    """Hears of a reply while it is written. A call that is made again begins anew."""

    hear: Callable[[str], None]  # told all that was written so far, a few times a second
    tokens: Tokens | None = None  # of the last call, as far as they are known


@dataclass(frozen=True, slots=True)
class ClaudeRequest(Generic[T]):
    """One request to Claude.

    `common` is the same for all agents and `system` for all requests of one, byte for byte, so that the API can keep
    them in its cache; what differs stands in the messages. The reply holds a value of `reply_type`. `effort` is left to
    the model where it is None.
    """

    model: str
    system: str
    messages: Sequence[Message]
    reply_type: type[T]
    max_tokens: int
    common: str = ""
    effort: str | None = None
    listener: ReplyListener | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ClaudeReply(Generic[T]):
    """The value that Claude wrote, which model it was, and the tokens of the call."""

    label: ClassVar[str] = "answered"  # here and below: what became of a call, as CLAUDE_CALLS names it
    value: T
    model: str
    tokens: Tokens


class ClaudeUnavailable(Exception):  # noqa: N818 - a state, which a tutor without Claude answers
    """Claude cannot be asked now, and asking again soon does not help.

    The text says why, to those who run LearnFlow; `for_students` says it to a student, in a whole sentence.
    """

    label: ClassVar[str] = "failed"
    for_students: str = "Claude, who usually answers here, cannot be reached at the moment."


class LastingFault(ClaudeUnavailable):
    """Claude cannot be asked until somebody changes something: the key, the model, the address, the budget there.

    Where that is not `sure`, the one request may be at fault.
    """

    def __init__(self, reason: str, *, sure: bool = True) -> None:
        super().__init__(reason)
        self.sure = sure


class TransientFailure(ClaudeUnavailable):
    """The service or the network failed, and need not the next time; `after`: seconds that the service asks to wait."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class RateLimited(TransientFailure):
    """A limit of the service is reached, and it says for how many seconds. It works; we ask too much."""

    label = "over-limit"
    after: float


class UnusableReply(Exception):  # noqa: N818 - what came back
    """Claude replied, and the reply is of no use. The text says why, so that Claude can do better.

    The call is paid all the same. A refusal is not worth asking again.
    """

    label: ClassVar[str] = "useless"

    def __init__(self, reason: str, model: str, tokens: Tokens, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.model = model
        self.tokens = tokens
        self.refused = refused


class WayRefused(UnusableReply):
    """The service did not accept how a value was asked for. The next call asks in another way; nothing is paid."""

    def __init__(self, reason: str, model: str) -> None:
        super().__init__(reason, model, Tokens(0, 0))


@dataclass(frozen=True, slots=True)
class CallResult(Generic[T]):
    """What became of one call, and the rate limits that came with it."""

    outcome: ClaudeReply[T] | UnusableReply | ClaudeUnavailable
    limits: RateLimits = NONE_TOLD

    @property
    def tokens(self) -> Tokens | None:
        """What the call cost; None where there was no reply."""
        return None if isinstance(self.outcome, ClaudeUnavailable) else self.outcome.tokens


class ModelApi(Protocol):
    """Makes one call, and never a second."""

    async def call(self, request: ClaudeRequest[T]) -> CallResult[T]:
        """Return what became of the call; failures are returned, not raised."""

    async def close(self) -> None:
        """Let go of the connections."""


class ModelClient(Protocol):
    """Asks Claude, as often as it takes."""

    async def ask(self, request: ClaudeRequest[T], deadline: float) -> ClaudeReply[T]:
        """Return the reply before the deadline (in seconds of the event loop's clock).

        Raises ClaudeUnavailable, also when the deadline is over, or UnusableReply.
        """
