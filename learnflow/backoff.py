"""Work that is tried again, with waits that double after each failure, up to a bound."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeVar

_MOST_DOUBLINGS: Final = 32  # more would only overflow
Result = TypeVar("Result")


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


class WorkerFault(Exception):  # noqa: N818 - as it reads in the log
    """What hinders a worker at all of its work, and does not pass: it stops, and answers nobody for it."""


BACKOFF: Final = Backoff(first=0.1, longest=5.0)


async def until_possible(
    work: Callable[[], Awaitable[Result]],
    passes: Callable[[Exception], bool],
    failed: Callable[[Exception], None],
    backoff: Backoff = BACKOFF,
) -> Result:
    """Return the result of work, repeated while its exception passes; `failed` takes note of each failure."""
    waits = backoff.waits()
    while True:
        try:
            return await work()
        except Exception as error:
            if not passes(error):
                raise
            failed(error)
        await asyncio.sleep(next(waits))
