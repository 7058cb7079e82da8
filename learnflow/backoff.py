"""How long to wait before the next try: twice as long after each failure, up to a bound. No clock, no randomness."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

_MOST_DOUBLINGS: Final = 32  # more would only overflow


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits in seconds: `first` after the first failure, at most `longest`."""

    first: float
    longest: float

    def wait(self, failures: int) -> float:
        """Return the seconds to wait after so many failures, at least 1, in a row."""
        return min(self.first * 2.0 ** min(failures - 1, _MOST_DOUBLINGS), self.longest)

    def waits(self) -> Iterator[float]:
        """Yield the wait after each failure, without end."""
        return map(self.wait, count(1))
