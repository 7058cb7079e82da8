"""Repeat what fails for the moment, with longer and longer pauses."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from learnflow.backoff import Backoff

BACKOFF: Final = Backoff(first=0.1, longest=5.0)

Result = TypeVar("Result")


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
