"""A circuit breaker: who does not answer several times in a row is left in peace for a while. No clock, no I/O."""

from dataclasses import dataclass, replace
from typing import Literal

State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """Closed, until `most` failures in a row; then open for `pause` seconds; then half-open: one try decides."""

    most: int
    pause: float
    failures: int = 0
    open_until: float | None = None
    trying: bool = False

    def state(self, now: float) -> State:
        """Return whether it lets all through, none, or one."""
        if self.open_until is None:
            return "closed"
        return "open" if now < self.open_until else "half-open"

    def admits(self, now: float) -> bool:
        """Say whether a call may be made now."""
        return self.state(now) == "closed" or (self.state(now) == "half-open" and not self.trying)

    def tried(self, now: float) -> "CircuitBreaker":
        """A call that was admitted begins."""
        return replace(self, trying=True) if self.state(now) == "half-open" else self

    def answered(self) -> "CircuitBreaker":
        """A call was answered, in whatever words."""
        return CircuitBreaker(self.most, self.pause)

    def failed(self, now: float) -> "CircuitBreaker":
        """A call was not answered. Calls that began before the pause and end in it do not prolong it."""
        if self.state(now) == "open":
            return self
        failures = self.failures + 1
        if failures < self.most:
            return replace(self, failures=failures)
        return CircuitBreaker(self.most, self.pause, failures, now + self.pause)

    def left(self) -> "CircuitBreaker":
        """The one try was given up, and says nothing."""
        return replace(self, trying=False)
