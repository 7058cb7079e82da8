"""Whatever is there, at once: batches grow with the load, and wait for nothing."""

from collections.abc import AsyncIterator

import faust
from faust.types import EventT


async def batches(stream: faust.StreamT[bytes], most: int) -> AsyncIterator[list[EventT]]:
    """Yield the events that wait, at most so many; the receiver acknowledges them.

    Unlike `stream.take`, which acknowledges also what the body failed to process.
    """
    events = stream.noack().events()
    waiting = stream.channel.queue
    async for first in events:
        batch = [first]
        while len(batch) < most and not waiting.empty():
            batch.append(await anext(events))
        yield batch
