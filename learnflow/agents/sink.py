"""Every topic but the logs → PostgreSQL."""

from functools import partial
from itertools import count
from time import perf_counter
from typing import Any, Final

import faust
from faust.types import EventT

from learnflow import metrics, traces
from learnflow.agents.context import Context
from learnflow.agents.messages import follow
from learnflow.models.events.queries import QueryRefused
from learnflow.models.vocabulary import Agent
from learnflow.sink.batch_plan import STRANGER
from learnflow.sink.messages import Rejected, SinkMessage
from learnflow.sink.sink import Sink
from learnflow.streams.agent_stats import Activity
from learnflow.streams.codec import decode, refusal_of
from learnflow.streams.dead_letters import headers_of
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.keyed_executor import KeyedExecutor
from learnflow.streams.processing import Intake, batches
from learnflow.topics import TRIAGE_ROUTING

NAME = Agent.SINK
AT_ONCE: Final = 3  # batches: one is written, one is decoded, and one waits so that neither does


class SinkAgent:
    """Writes batches, in their order; acknowledges them when they are committed."""

    def __init__(
        self, context: Context, sink: Sink, *, activity: Activity, intake: Intake, executor: KeyedExecutor
    ) -> None:
        self._context = context
        self._sink = sink
        self._activity = activity
        self._intake = intake
        self._executor = executor
        self._oldest: dict[str, float] = {}  # the timestamp of the oldest message of each batch that is not stored yet
        metrics.SINK_OLDEST.set_function(self._age)

    async def run(self, stream: faust.Stream[bytes]) -> None:
        """Process the stream until the worker stops."""
        numbers = count()
        async for items in batches(stream, self._context.settings.sink.batch):
            number = str(next(numbers))
            self._oldest[number] = min(item.message.timestamp for item in items)
            await self._executor.submit(number, partial(self._store, stream, items, number))

    async def _store(self, stream: faust.Stream[bytes], items: list[EventT[Any]], number: str) -> None:
        messages = [item.message for item in items]
        by_content = {SinkMessage(raw.topic, raw.partition, raw.offset, raw.key, raw.value): raw for raw in messages}
        began = perf_counter()
        causes = (headers_of(message) for message in messages)
        with traces.tracing().storing(f"{NAME} process", causes, {"messaging.batch.message_count": len(items)}):
            refused = await self._sink.write(list(by_content), self._context.now)
        metrics.SINK_SECONDS.observe(perf_counter() - began)
        metrics.SINK_BATCH.observe(len(items))
        metrics.SINK_DELAY.observe(self._since(self._oldest.pop(number)))
        for rejected in refused:
            metrics.SINK_REJECTED.inc()
            refusal = refusal_of(rejected.message.key, rejected.message.value, rejected.reason)
            await self._intake.refuse(self._activity, by_content[rejected.message], refusal)
            if rejected.reason == STRANGER and rejected.message.topic == TRIAGE_ROUTING.name:
                await self._intake.outbox.send([self._withdrawal(rejected)])
        for item in items:
            self._activity.finished(1)
            await stream.ack(item)
        self._sink.stop_if_at_fault()

    def _withdrawal(self, rejected: Rejected) -> Outgoing:
        """Tell core, which has counted the query, that it counts nowhere."""
        decision = decode(TRIAGE_ROUTING, rejected.message.key, rejected.message.value)
        refused = QueryRefused(query_id=decision.payload.query_id, reason=rejected.reason)
        refused_at = self._context.now()
        return Outgoing(TRIAGE_ROUTING, follow(decision, refused.query_id, "refused", refused, refused_at))

    def _since(self, timestamp: float) -> float:
        return max(self._context.now().timestamp() - timestamp, 0.0)

    def _age(self) -> float:
        return self._since(min(self._oldest.values())) if self._oldest else 0.0
