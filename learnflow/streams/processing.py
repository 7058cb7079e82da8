"""What processors of messages share: batches, decoding, spans, dead letters, and the ids of what was done."""

from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Final, cast

import faust
from faust.types import ChannelT, EventT

from learnflow import metrics, traces
from learnflow.bounded_cache import BoundedCache
from learnflow.logs import IN_HAND, InHand
from learnflow.models.envelope import Event
from learnflow.models.events import query_id_of, taken_up_again
from learnflow.models.vocabulary import Agent
from learnflow.streams.agent_stats import Activity
from learnflow.streams.codec import Clock, Refusal, decode
from learnflow.streams.dead_letters import DeadLetter, Redrives, headers_of
from learnflow.streams.event_producer import EventProducer, Outgoing
from learnflow.streams.outcomes import Outcomes
from learnflow.topics import BY_NAME, DEAD_LETTERS, Topic
from learnflow.traces import NO_SPAN, Attributes, Span

MOST_IDS: Final = 20_000
REFUSED: Final = "message.refused"  # the action in the log where no event could be read


class RecentIds(BoundedCache[Hashable, None]):
    """A bounded set that forgets what was added longest ago. It saves work; correctness never depends on it."""

    def __init__(self) -> None:
        super().__init__(MOST_IDS)

    def add(self, identity: Hashable) -> None:
        """Remember an id."""
        self[identity] = None


async def batches(stream: faust.Stream[bytes], most: int) -> AsyncIterator[list[EventT[Any]]]:
    """Yield the events that wait, at most so many, so that batches grow with the load; the receiver acknowledges them.

    Unlike `stream.take`, which acknowledges also what the body failed to process, and waits.
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


class Handling:
    """Handle a message as an agent. Made for each message, and so of the cheapest kind: 2 µs where traces are off."""

    __slots__ = ("_agent", "_event", "_held", "_message", "_span")

    def __init__(self, agent: Agent, event: Event[Any], message: Any) -> None:  # noqa: ANN401 - Faust's message
        self._agent = agent
        self._event = event
        self._message = message
        self._span: AbstractContextManager[Span] | None = None

    def __enter__(self) -> Span:
        """Take the message in hand."""
        agent, event, message = self._agent, self._event, self._message
        self._held = IN_HAND.set(InHand(agent, event.trace_id, event.student_id))
        if not traces.active():
            return NO_SPAN
        self._span = traces.tracing().handling(
            f"{agent} process", event.trace_id, headers_of(message), _attributes(agent, event, message)
        )
        return self._span.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of it."""
        if self._span is not None:
            self._span.__exit__(kind, error, trace)
        IN_HAND.reset(self._held)


def with_current_headers(outgoing: Sequence[Outgoing]) -> Sequence[Outgoing]:
    """Return messages that are sent only when others are, with the headers that they would have now."""
    if not traces.active():
        return outgoing
    carried = traces.tracing().carried
    return [replace(message, headers=carried(message.topic.name, message.event.trace_id)) for message in outgoing]


@dataclass(frozen=True, slots=True)
class Intake:
    """What comes in: read as far as it is believed, and kept as it came where it cannot be processed.

    `error_log` makes the log entry of a message that could not be, given what was to be done with it.
    """

    outbox: EventProducer
    redrives: Redrives
    outcomes: Outcomes
    now: Clock
    error_log: Callable[[Activity, Refusal, str], Outgoing]

    async def event(self, topic: Topic, message: Any) -> Event[Any]:  # noqa: ANN401 - Faust's message
        """Return a message's event, as part of the attempt at its work that is proven. Raises Refusal."""
        event = decode(topic, message.key, message.value, self.now)
        attempt = await self.redrives.attempt(message)
        return taken_up_again(event, event.attempt + attempt) if attempt else event

    async def refuse(self, activity: Activity, message: Any, refusal: Refusal) -> None:  # noqa: ANN401 - as above
        """Keep a message that cannot be read. Where people and programs send, that is no error of the agent."""
        if BY_NAME[message.topic].external:
            activity.rejected()
        else:
            activity.failed()
        await self._keep(activity, message, refusal, REFUSED)

    async def give_up(self, activity: Activity, message: Any, event: Event[Any], error: Exception) -> None:  # noqa: ANN401 - as above
        """Keep a message that its agent could not process, by a fault of its own."""
        activity.failed()
        reason = f"{type(error).__name__}: {error}"
        refusal = Refusal(reason, event.student_id, query_id_of(event), event.trace_id)
        await self._keep(activity, message, refusal, event.event_type)

    async def _keep(self, activity: Activity, message: Any, refusal: Refusal, action: str) -> None:  # noqa: ANN401 - as above
        metrics.DEAD_LETTERS.labels(activity.agent).inc()
        letter = DeadLetter(
            reason=refusal.reason,
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            agent=activity.agent,
            at=self.now(),
            key=message.key,
            value=message.value,
            headers=headers_of(message),
            attempt=await self.redrives.attempt(message),
            trace_id=None if refusal.trace_id is None else str(refusal.trace_id),
        )
        await self.outbox.send_bytes(DEAD_LETTERS, message.key, letter.to_value(), letter.to_headers())
        await self.outbox.post(self.error_log(activity, refusal, action))


def _attributes(agent: Agent, event: Event[Any], message: Any) -> Attributes:  # noqa: ANN401 - as above
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": message.topic,
        "messaging.destination.partition.id": str(message.partition),
        "messaging.kafka.offset": message.offset,
        "learnflow.agent": str(agent),
        "learnflow.event_type": event.event_type,
        "learnflow.message_id": str(event.message_id),
        "learnflow.query_id": str(query_id_of(event) or ""),
    }
