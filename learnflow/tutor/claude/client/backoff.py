"""How long to wait before the next try. No clock; randomness is passed in.

Exponential with full jitter: any time up to the bound, so that what failed together does not come back together
(Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits, in seconds: below `first` after the first failure, twice that after each further one, at most `most`."""

    first: float = 0.5
    most: float = 8.0

    def wait(self, failures: int, after: float | None, random: float) -> float:
        """Return the seconds to wait; `random` is 0..1, and `after` what the service asks for at least."""
        if after is not None:
            return after + self.first * random
        return min(self.first * 2.0 ** min(failures - 1, 32), self.most) * random
