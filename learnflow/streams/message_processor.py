"""An agent's place at its topic: decode, handle, send, acknowledge. Nothing raises past it."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, Final, Protocol

import faust
from faust.types import EventT
from mode.utils.logging import get_logger

from learnflow import metrics
from learnflow.models.envelope import Event
from learnflow.models.events import query_id_of
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.vocabulary import Agent
from learnflow.streams.agent_stats import Activity
from learnflow.streams.codec import Clock, Refusal
from learnflow.streams.event_producer import EventProducer, Outgoing
from learnflow.streams.keyed_executor import KeyedExecutor
from learnflow.streams.processing import Handling, RecentIds, decode_message, send_dead_letter
from learnflow.topics import Topic
from learnflow.traces import Span

MOST_REFUSALS: Final = 100  # in a row on an internal topic: then the fault is ours
_log = get_logger(__name__)


class TooManyRefusals(Exception):  # noqa: N818 - as it reads in the log
    """Message after message of an internal topic is refused: stopping, because the fault is ours."""

    def __init__(self, topic: Topic, reason: str) -> None:
        super().__init__(f"{MOST_REFUSALS} messages in a row on {topic.name} were refused, the last: {reason}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event, and where it lay in its topic."""

    event: Event[Any]
    partition: int
    offset: int


class Handler(Protocol):
    """Decides what follows from an event. Called again with the same event, it decides the same."""

    def __call__(self, delivery: Delivery) -> Awaitable[Sequence[Outgoing]]:
        """Return the messages to send."""


class Reporter(Protocol):
    """Tells the student, and the log, what became of a message."""

    def refused(self, agent: Agent, refusal: Refusal) -> Sequence[Outgoing]:
        """Return what to send for a message that cannot be read."""

    def broken(self, agent: Agent, event: Event[Any]) -> Sequence[Outgoing]:
        """Return what to send for a message that its agent could not process."""

    def done(self, activity: Activity, event: Event[Any], milliseconds: int) -> Outgoing:
        """Return the log entry of a message."""


class MessageProcessor:
    """Feeds one agent from one topic: many messages in flight, those of a student in order."""

    def __init__(  # noqa: PLR0913 - the parts it is made of
        self,
        topic: Topic,
        handle: Handler,
        *,
        activity: Activity,
        outbox: EventProducer,
        executor: KeyedExecutor,
        reporter: Reporter,
        now: Clock,
    ) -> None:
        self.topic = topic
        self.activity = activity
        self.executor = executor
        self._handle = handle
        self._outbox = outbox
        self._reporter = reporter
        self._now = now
        self._seconds = metrics.RESPONSE_SECONDS.labels(activity.agent)
        self._done = RecentIds()
        self._refusals = 0

    async def run(self, stream: faust.Stream[bytes]) -> None:
        """Process the stream until the worker stops."""
        async for item in stream.noack().events():
            message = item.message
            try:
                event = decode_message(self.topic, message, self._now)
            except Refusal as refusal:
                owner = refusal.student_id or f"{message.tp}@{message.offset}"
                await self.executor.submit(owner, partial(self._refuse, stream, item, refusal))
            else:
                await self.executor.submit(event.student_id or "", partial(self._process, stream, item, event))

    async def _process(self, stream: faust.Stream[bytes], item: EventT[Any], event: Event[Any]) -> None:
        identity = _identity(event)
        if identity not in self._done:
            with Handling(self.activity.agent, event, item.message) as span:
                await self._decide(item, event, span)
            self._done.add(identity)
        self._refusals = 0
        await stream.ack(item)

    async def _decide(self, item: EventT[Any], event: Event[Any], span: Span) -> None:
        started = perf_counter()
        try:
            outgoing = await self._handle(Delivery(event, item.message.partition, item.message.offset))
        except Exception as error:  # noqa: BLE001 - the dead-letter guard
            _log.exception("%s: %s could not be processed", self.activity.agent, event.event_type)
            span.fail(type(error).__name__)
            reply = self._reporter.broken(self.activity.agent, event)
            await self._send_dead_letter(item, f"{type(error).__name__}: {error}", reply)
        else:
            await self._send(outgoing)
            await self._log_done(event, perf_counter() - started)

    async def _refuse(self, stream: faust.Stream[bytes], item: EventT[Any], refusal: Refusal) -> None:
        self._refusals += not self.topic.external
        await self._send_dead_letter(item, refusal.reason, self._reporter.refused(self.activity.agent, refusal))
        if self._refusals > MOST_REFUSALS:
            raise TooManyRefusals(self.topic, refusal.reason)
        await stream.ack(item)

    async def _send_dead_letter(self, item: EventT[Any], reason: str, reply: Sequence[Outgoing]) -> None:
        self.activity.failed()
        await send_dead_letter(self._outbox, item.message, self.activity.agent, reason, self._now())
        await self._outbox.send(reply)

    async def _send(self, outgoing: Sequence[Outgoing]) -> None:
        """Send what this worker has not sent yet: two ways to one answer must not give two."""
        await self._outbox.send([message for message in outgoing if message.event.message_id not in self._done])
        for message in outgoing:
            self._done.add(message.event.message_id)

    async def _log_done(self, event: Event[Any], seconds: float) -> None:
        milliseconds = round(seconds * 1000)
        self._seconds.observe(seconds)
        self.activity.finished(milliseconds)
        await self._outbox.post(self._reporter.done(self.activity, event, milliseconds))


def _identity(event: Event[Any]) -> tuple[str | None, Any, int]:
    """What makes two messages the same piece of work: the query where it is submitted, else the message."""
    submitted = isinstance(event.payload, QuerySubmitted)
    return event.student_id, query_id_of(event) if submitted else event.message_id, event.attempt
