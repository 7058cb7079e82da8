"""One call to Claude: what became of it, and which limits the service told with it."""

from dataclasses import dataclass
from typing import Generic, Protocol

from learnflow.tutor.claude.client.interface import Ask, ClaudeMisspoke, ClaudeUnavailable, T, TryLater, Written


class OverLimit(TryLater):
    """A limit of the service is reached, and it says for how many seconds. It works; we ask too much."""

    def __init__(self, reason: str, after: float) -> None:
        super().__init__(reason, after)
        self.seconds = after


@dataclass(frozen=True, slots=True)
class Window:
    """One limit as the service tells it: how much a minute, how much is left, in how many seconds all of it is back."""

    limit: float
    remaining: float
    reset: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The limits that came with an answer; None is what was not told."""

    requests: Window | None = None
    input: Window | None = None
    output: Window | None = None


@dataclass(frozen=True, slots=True)
class Called(Generic[T]):
    """What became of a call."""

    outcome: Written[T] | ClaudeMisspoke | ClaudeUnavailable
    seen: Seen = Seen()


class Caller(Protocol):
    """Makes one call, and never a second."""

    async def ask_once(self, ask: Ask[T]) -> Called[T]:
        """Return what became of the call; failures are returned, not raised."""

    async def close(self) -> None:
        """Let go of the connections."""
