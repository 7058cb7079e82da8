"""Whatever is there, at once: batches grow with the load, and wait for nothing."""

from collections.abc import AsyncIterator
from typing import Any, cast

import faust
from faust.types import ChannelT, EventT


async def batches(stream: faust.Stream[bytes], most: int) -> AsyncIterator[list[EventT[Any]]]:
    """Yield the events that wait, at most so many; the receiver acknowledges them.

    Unlike `stream.take`, which acknowledges also what the body failed to process.
    """
    events = stream.noack().events()
    waiting = cast("ChannelT[bytes]", stream.channel).queue
    async for first in events:
        batch = [first]
        while len(batch) < most and not waiting.empty():
            event = await anext(events, None)
            if event is None:  # the worker stops; the next one reads all of it again
                return
            batch.append(event)
        yield batch
