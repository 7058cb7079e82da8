"""An agent's place at its topics: decode, handle, send, acknowledge. Nothing raises past it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any, Final, Protocol

import faust
from faust.types import EventT
from mode.utils.logging import get_logger

from learnflow import metrics
from learnflow.backoff import WorkerFault
from learnflow.domain.health.agent_health import COMPONENTS
from learnflow.models.envelope import Event
from learnflow.models.events import query_id_of, query_of
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.vocabulary import Agent
from learnflow.streams.agent_stats import Activity
from learnflow.streams.codec import Refusal
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.keyed_executor import KeyedExecutor
from learnflow.streams.outcomes import OUTCOMES
from learnflow.streams.processing import Handling, Intake, RecentIds, batches, with_current_headers
from learnflow.topics import BY_NAME, Topic
from learnflow.traces import Span

MOST_REFUSALS: Final = 100  # in a row on an internal topic: then the fault is ours
BATCH: Final = 500  # events between two acknowledgements
UNSENT: Final = 8  # messages that wait for others: what follows is sent while a repeat can still send it
_PROCESSED: Final = (RoutingDecision, ResponseCompleted)  # what one of the six agents does with a question in the end
_log = get_logger(__name__)


class TooManyRefusals(Exception):  # noqa: N818 - as it reads in the log
    """Message after message of an internal topic is refused: stopping, because the fault is ours."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event, and where it lay in its topic, since when (seconds, as in `time.time`)."""

    event: Event[Any]
    partition: int
    offset: int
    at: float = 0.0


# Decides what follows from an event. Called again with the same event, it decides the same.
Handler = Callable[[Delivery], Awaitable[Sequence[Outgoing]]]


class Reporter(Protocol):
    """Tells the student, and the log, what became of a message."""

    def refused(self, agent: Agent, refusal: Refusal) -> Sequence[Outgoing]:
        """Return what to send for a message that cannot be read."""

    def broken(self, agent: Agent, event: Event[Any]) -> Sequence[Outgoing]:
        """Return what to send for a message that its agent could not process."""

    def done(self, activity: Activity, event: Event[Any], milliseconds: int) -> Outgoing:
        """Return the log entry of a message."""


@dataclass(eq=False, kw_only=True)
class _Processor:
    """Counts what an agent does, and keeps what it cannot process."""

    activity: Activity
    intake: Intake

    async def _give_up(self, item: EventT[Any], event: Event[Any], error: Exception, span: Span) -> None:
        _log.error("%s: %s could not be processed", self.activity.agent, event.event_type, exc_info=error)
        span.fail(type(error).__name__)
        await self.intake.give_up(self.activity, item.message, event, error)


@dataclass(eq=False)
class MessageProcessor(_Processor):
    """Feeds one agent from one topic: many messages in flight, those of a student in order."""

    topic: Topic
    handle: Handler
    _: KW_ONLY
    executor: KeyedExecutor
    reporter: Reporter
    taken_over: Callable[[EventT[Any]], float | None]  # when a message of before then was taken over, if it was
    is_lost: Callable[[EventT[Any]], bool]  # whether another worker has a message by now, and answers it
    accepts: Callable[[Event[Any]], bool] = lambda _: True  # other events of the topic are left to other agents

    def __post_init__(self) -> None:
        """Remember nothing yet."""
        self._seconds = metrics.RESPONSE_SECONDS.labels(self.activity.agent)
        self._done = RecentIds()
        self._refusals = 0

    async def run(self, stream: faust.Stream[bytes]) -> None:
        """Process the stream until the worker stops."""
        async for item in stream.noack().events():
            message = item.message
            try:
                event = await self.intake.event(self.topic, message)
            except Refusal as refusal:
                if self.topic.reader is not self.activity.agent:
                    await stream.ack(item)
                    continue
                owner = refusal.student_id or f"{message.tp}@{message.offset}"
                await self.executor.submit(owner, partial(self._refuse, stream, item, refusal))
            else:
                if not self.accepts(event):
                    await stream.ack(item)
                    continue
                await self.executor.submit(event.student_id or "", partial(self._process, stream, item, event))

    async def _process(self, stream: faust.Stream[bytes], item: EventT[Any], event: Event[Any]) -> None:
        identity = _identity(event)
        if identity not in self._done and not await self._has_outcome(item, event):
            with Handling(self.activity.agent, event, item.message) as span:
                await self._decide(item, event, span)
            if self.is_lost(item):
                return  # should it come back, it is still to be done
            self._done.add(identity)
        self._refusals = 0
        await stream.ack(item)

    async def _has_outcome(self, item: EventT[Any], event: Event[Any]) -> bool:
        """Say whether the worker before this one has given a query its outcome, and could not say so any more."""
        until = self.taken_over(item) if query_of(event) else None
        return until is not None and await self.intake.outcomes.has(event, item.message.timestamp, until)

    async def _decide(self, item: EventT[Any], event: Event[Any], span: Span) -> None:
        started = perf_counter()
        try:
            message = item.message
            outgoing = await self.handle(Delivery(event, message.partition, message.offset, message.timestamp))
        except WorkerFault:
            raise
        except Refusal as refusal:
            await self.intake.refuse(self.activity, item.message, refusal)
        except Exception as error:  # noqa: BLE001 - the dead-letter guard
            await self._give_up(item, event, error, span)
            await self._send(item, self.reporter.broken(self.activity.agent, event))
        else:
            sent = await self._send(item, outgoing)
            if self.topic.reader is self.activity.agent:  # what it does beside is no question
                await self._log_done(event, perf_counter() - started, sent)

    async def _refuse(self, stream: faust.Stream[bytes], item: EventT[Any], refusal: Refusal) -> None:
        self._refusals += not self.topic.external
        await self.intake.refuse(self.activity, item.message, refusal)
        if (refusal.student_id, refusal.query_id, 0) not in self._done:  # or the id is of a question that can be read
            await self.intake.outbox.send(self.reporter.refused(self.activity.agent, refusal))
        if self._refusals > MOST_REFUSALS:
            messages = f"{MOST_REFUSALS} messages in a row on {self.topic.name}"
            raise TooManyRefusals(f"{messages} were refused, the last: {refusal.reason}")
        await stream.ack(item)

    async def _send(self, item: EventT[Any], outgoing: Sequence[Outgoing]) -> Sequence[Outgoing]:
        """Send and return what this worker has not sent yet: two ways to one answer must not give two.

        An outcome goes last: who takes over, and sees it, does nothing again. What goes with it goes in time, too.
        """
        if self.is_lost(item):
            return []
        unsent = [message for message in outgoing if message.event.message_id not in self._done]
        before = min((message.before for message in unsent if message.before), default=None)
        sent: list[Outgoing] = []
        for last in (False, True):
            part = [replace(m, before=before) for m in unsent if isinstance(m.event.payload, OUTCOMES) is last]
            sent += await self.intake.outbox.send(part)
        for message in unsent:
            self._done.add(message.event.message_id)
        return sent

    async def _log_done(self, event: Event[Any], seconds: float, sent: Sequence[Outgoing]) -> None:
        milliseconds = round(seconds * 1000)
        self._seconds.observe(seconds)
        processed = self.activity.agent in COMPONENTS or any(isinstance(m.event.payload, _PROCESSED) for m in sent)
        self.activity.finished(milliseconds, query_id_of(event), processed=processed)
        await self.intake.outbox.post(self.reporter.done(self.activity, event, milliseconds))


def _identity(event: Event[Any]) -> tuple[str | None, Any, int]:
    """What makes two messages the same piece of work: the query where it is submitted, else the message."""
    submitted = isinstance(event.payload, QuerySubmitted)
    return event.student_id, query_id_of(event) if submitted else event.message_id, event.attempt


class TableHandler(Protocol):
    """An agent's tables, and how an event changes them."""

    async def prepare(self, events: Sequence[Event[Any]]) -> None:
        """Fetch what handling a batch needs; this may wait."""

    def handle(self, item: EventT[Any], event: Event[Any]) -> Sequence[Outgoing]:
        """Change the tables by one event, and return what follows from it."""


@dataclass(eq=False)
class TableProcessor(_Processor):
    """Feeds an agent that writes tables, as their only writer: in order, in batches, nothing between read and write."""

    handler: TableHandler
    _: KW_ONLY
    is_ours: Callable[[EventT[Any]], bool]

    async def run(self, stream: faust.Stream[bytes]) -> None:
        """Process the stream until the worker stops."""
        async for items in batches(stream, BATCH):
            decoded = [(item, await self._decoded(item)) for item in items]
            await self.handler.prepare([event for _, event in decoded if event])
            done: list[EventT[Any]] = []
            outgoing: list[Outgoing] = []
            for item, event in decoded:
                # While this waited, the partition may have gone to another worker, whose state must not be
                # overwritten; or the worker stops. What is left is not acknowledged, and so read again.
                if self.is_ours(item):
                    outgoing += await self._process(stream, item, event) if event else ()
                    done.append(item)
                if len(outgoing) >= UNSENT:
                    await self.intake.outbox.send(outgoing)
                    outgoing.clear()
            await self.intake.outbox.send(outgoing)
            for item in done:
                await stream.ack(item)

    async def _decoded(self, item: EventT[Any]) -> Event[Any] | None:
        message = item.message
        topic = BY_NAME[message.topic]
        try:
            return await self.intake.event(topic, message)
        except Refusal as refusal:
            if topic.reader is self.activity.agent:
                await self.intake.refuse(self.activity, message, refusal)
            return None

    async def _process(self, stream: faust.Stream[bytes], item: EventT[Any], event: Event[Any]) -> Sequence[Outgoing]:
        stream._set_current_event(item)  # noqa: SLF001 - says which partition a table write belongs to
        with Handling(self.activity.agent, event, item.message) as span:
            try:
                outgoing = self.handler.handle(item, event)
            except Exception as error:  # noqa: BLE001 - the dead-letter guard
                await self._give_up(item, event, error, span)
                return []
            self.activity.finished(1)
            return with_current_headers(outgoing)
