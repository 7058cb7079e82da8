"""Repeat what fails for the moment, with longer and longer pauses."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

FIRST_PAUSE: Final = 0.1  # seconds
LONGEST_PAUSE: Final = 5.0

Result = TypeVar("Result")


async def until_possible(
    work: Callable[[], Awaitable[Result]],
    passes: Callable[[Exception], bool],
    failed: Callable[[Exception], None],
    *,
    longest_pause: float = LONGEST_PAUSE,
) -> Result:
    """Return the result of work, repeated while its exception passes; `failed` takes note of each failure."""
    pause = FIRST_PAUSE
    while True:
        try:
            return await work()
        except Exception as error:
            if not passes(error):
                raise
            failed(error)
        await asyncio.sleep(pause)
        pause = min(2 * pause, longest_pause)
