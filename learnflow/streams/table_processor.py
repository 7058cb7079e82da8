"""Feeds an agent that writes tables: in order, in batches, with nothing between a read and its write."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import faust
from faust.types import EventT
from mode.utils.logging import get_logger

from learnflow.models.envelope import Event
from learnflow.streams.agent_stats import Activity
from learnflow.streams.codec import Clock, Refusal
from learnflow.streams.event_producer import EventProducer, Outgoing
from learnflow.streams.processing import Handling, batches, decode_message, send_dead_letter, with_current_headers
from learnflow.topics import BY_NAME

BATCH: Final = 500  # events between two acknowledgements
UNSENT: Final = 8  # messages that wait for others: what follows is sent while a repeat can still send it

_log = get_logger(__name__)


class TableHandler(Protocol):
    """An agent's tables, and how an event changes them."""

    async def prepare(self, events: Sequence[Event[Any]]) -> None:
        """Fetch what handling a batch needs; this may wait."""

    def handle(self, item: EventT[Any], event: Event[Any]) -> Sequence[Outgoing]:
        """Change the tables by one event, and return what follows from it."""


class TableProcessor:
    """One agent's place at its topics, where it is the only writer of its tables."""

    def __init__(
        self,
        handler: TableHandler,
        *,
        activity: Activity,
        outbox: EventProducer,
        now: Clock,
        is_ours: Callable[[EventT[Any]], bool],
    ) -> None:
        self._handler = handler
        self._activity = activity
        self._outbox = outbox
        self._now = now
        self._is_ours = is_ours

    async def run(self, stream: faust.Stream[bytes]) -> None:
        """Process the stream until the worker stops."""
        async for items in batches(stream, BATCH):
            decoded = [(item, await self._decoded(item)) for item in items]
            await self._handler.prepare([event for _, event in decoded if event])
            done: list[EventT[Any]] = []
            outgoing: list[Outgoing] = []
            for item, event in decoded:
                # While this waited, the partition may have gone to another worker, whose state must not be
                # overwritten; or the worker stops. What is left is not acknowledged, and so read again.
                if self._is_ours(item):
                    outgoing += await self._process(stream, item, event) if event else ()
                    done.append(item)
                if len(outgoing) >= UNSENT:
                    await self._outbox.send(outgoing)
                    outgoing.clear()
            await self._outbox.send(outgoing)
            for item in done:
                await stream.ack(item)

    async def _decoded(self, item: EventT[Any]) -> Event[Any] | None:
        message = item.message
        topic = BY_NAME[message.topic]
        try:
            return decode_message(topic, message, self._now)
        except Refusal as refusal:
            if topic.reader is self._activity.agent:
                await self._send_dead_letter(item, refusal.reason)
            return None

    async def _process(self, stream: faust.Stream[bytes], item: EventT[Any], event: Event[Any]) -> Sequence[Outgoing]:
        stream._set_current_event(item)  # noqa: SLF001 - says which partition a table write belongs to
        with Handling(self._activity.agent, event, item.message) as span:
            try:
                outgoing = self._handler.handle(item, event)
            except Exception as error:  # noqa: BLE001 - the dead-letter guard
                _log.exception("%s: %s could not be processed", self._activity.agent, event.event_type)
                span.fail(type(error).__name__)
                await self._send_dead_letter(item, f"{type(error).__name__}: {error}")
                return []
            self._activity.finished(1)
            return with_current_headers(outgoing)

    async def _send_dead_letter(self, item: EventT[Any], reason: str) -> None:
        self._activity.failed()
        await send_dead_letter(self._outbox, item.message, self._activity.agent, reason, self._now())
