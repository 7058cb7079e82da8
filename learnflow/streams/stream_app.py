"""Faust's app, with our consumer and recovery, and a stop that finishes what is under way."""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, cast

import faust
from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted, NotReady
from faust.types import EventT
from faust.types.transports import ProducerT, TransportT
from faust.types.tuples import TP

from learnflow.logs import Lines, mask_logs
from learnflow.models.vocabulary import HealthStatus
from learnflow.streams.agent_stats import Activity
from learnflow.streams.consumer import Consumer
from learnflow.streams.faust_tables import PatchedTable, TableManager, UnsentChanges
from learnflow.streams.keyed_executor import KeyedExecutor

# A worker makes many short-lived values and few cycles; at Python's own a tenth of its time goes into looking for them.
THRESHOLDS: Final = (50_000, 20, 100)
COMMIT_SECONDS: Final = 5.0
LAST_BEAT_SECONDS: Final = 1.0
CLOCKS_SECONDS: Final = 5.0  # that the clock of a sender may be ahead
MOST_UNSENT: Final = 10_000  # table changes before streams wait; at Faust's 100 they wait most of the time


class Worker(faust.Worker):
    """Runs an app."""

    def __init__(self, *services: Any, **options: Any) -> None:  # noqa: ANN401 - Faust's
        super().__init__(*services, **options)
        self.spinner = None  # it writes to the terminal's cursor, also where there is no terminal

    def on_setup_root_logger(self, logger: logging.Logger, level: int) -> None:
        """Mask what is logged as soon as there are handlers, and give it its form."""
        super().on_setup_root_logger(logger, level)
        mask_logs()
        lines: Lines = cast("Any", self.app).log_lines
        lines.shape()

    async def _sentinel_task(self) -> None:
        """Let what was cancelled end before the loop is closed; mode waits a second, also for nothing."""
        if left := asyncio.all_tasks() - {cast("asyncio.Task[Any]", asyncio.current_task())}:
            await asyncio.wait(left, timeout=1.0)


def relax_garbage_collection() -> None:
    """Leave what is loaded out of every collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


class StreamApp(faust.App):
    """One role: its own consumer group, its own agents. The first app of a process starts the others."""

    def __init__(self, name: str, *, fetch_wait_ms: int, drain_seconds: float, **options: Any) -> None:  # noqa: ANN401 - Faust's
        self.fetch_wait_ms = fetch_wait_ms
        self._drain_seconds = drain_seconds
        self._others: Sequence[StreamApp] = ()
        self._closing: list[Callable[[], Awaitable[None]]] = []
        self._beats: list[tuple[Callable[[], Awaitable[None]], float]] = []
        self._was_ready = False
        self.executors: list[KeyedExecutor] = []
        self.activities: list[Activity] = []
        self.unsent_changes = UnsentChanges()
        self.log_lines = Lines()
        super().__init__(name, Table=PatchedTable, TableManager=TableManager, Worker=Worker, **options)

    def bring(self, others: Sequence["StreamApp"]) -> None:
        """Let this app start and stop others in its process."""
        self._others = others

    @property
    def apps(self) -> tuple["StreamApp", ...]:
        """The apps of this process: this one, and those that it brings."""
        return (self, *self._others)

    def at_end(self, close: Callable[[], Awaitable[None]]) -> None:
        """Close something when this app has stopped, and with it those that it brought."""
        self._closing.append(close)

    def beat(self, beat: Callable[[], Awaitable[None]], seconds: float) -> None:
        """Do something again and again from the start on, also while tables are filled, and a last time at the stop."""
        self._beats.append((beat, seconds))

    @property
    def phase(self) -> HealthStatus | None:
        """Whether the app still starts, or stops already; None while it works."""
        if self.should_stop:
            return HealthStatus.STOPPING
        self._was_ready = self._was_ready or self.caught_up
        return None if self._was_ready else HealthStatus.STARTING

    def executor(self, in_flight: int, accepted: int) -> KeyedExecutor:
        """Return an executor whose work is finished before the app stops; its failure ends the process."""
        executor = KeyedExecutor(in_flight, accepted, self._end)
        self.executors.append(executor)
        return executor

    @property
    def caught_up(self) -> bool:
        """Whether the app has its partitions and its tables, and works."""
        return self.started and not self.rebalancing and cast("TableManager", self.tables).recovery.completed.is_set()

    @property
    def unfinished(self) -> int:
        """Messages that are under way."""
        return sum(executor.pending for executor in self.executors)

    def is_current(self, item: EventT[Any]) -> bool:
        """Whether a message's partition is still this worker's, as it was when the message was fetched."""
        return self.flow_control.is_active() and item.message.generation_id == self.consumer_generation_id

    def taken_over(self, item: EventT[Any]) -> float | None:
        """Return when this worker got a message's partition, where another may have had the message before."""
        taken_at = cast("Consumer", self.consumer).taken_at
        return taken_at if item.message.timestamp < taken_at + CLOCKS_SECONDS else None

    def is_lost(self, item: EventT[Any]) -> bool:
        """Whether a message's partition went to another worker, who reads the message again."""
        lost = item.message.generation_id != self.consumer_generation_id
        return lost and item.message.tp not in self.consumer.assignment()

    def partitions(self, topic: str) -> frozenset[int]:
        """Return the partitions of a topic that are this worker's."""
        return frozenset(tp.partition for tp in self.consumer.assignment() if tp.topic == topic)

    def behind(self, topic: str, partition: int) -> int:
        """Return how many messages of a partition this worker has not finished."""
        return cast("Consumer", self.consumer).behind(TP(topic, partition))

    def done_and_waiting(self) -> tuple[int, int]:
        """Return how many messages are finished, and how many wait, over this worker's partitions."""
        by_topic = self.done_and_waiting_by_topic().values()
        return sum(done for done, _ in by_topic), sum(waiting for _, waiting in by_topic)

    def done_and_waiting_by_topic(self) -> dict[str, tuple[int, int]]:
        """Return the same by topic."""
        return {} if self._consumer is None else cast("Consumer", self.consumer).done_and_waiting_by_topic()

    def _new_transport(self) -> TransportT:
        transport = super()._new_transport()
        cast("Any", transport).Consumer = Consumer  # the place that Faust has for it
        return transport

    def _new_producer(self) -> ProducerT:
        producer = super()._new_producer()
        producer.buffer.max_messages = MOST_UNSENT
        return producer

    def _end(self, error: BaseException) -> None:
        self.log.error("An agent's work failed: %r", error, exc_info=error)
        self.add_future(self.crash(error))

    async def on_started(self) -> None:
        """Start the other apps of this process, while this one joins its group and fills its tables."""
        for beat, seconds in self._beats:
            self.add_future(self._keep_beating(beat, seconds))
        await asyncio.gather(super().on_started(), *(self._start(other) for other in self._others))
        await self._beat_once()  # which says at once that it works now

    async def _keep_beating(self, beat: Callable[[], Awaitable[None]], seconds: float) -> None:
        while not self.should_stop:
            with suppress(KafkaError, NotReady):  # a beat may get lost
                await beat()
            await self.sleep(seconds)

    async def _beat_once(self) -> None:
        with suppress(TimeoutError, KafkaError, NotReady):
            await asyncio.wait_for(asyncio.gather(*(beat() for beat, _ in self._beats)), LAST_BEAT_SECONDS)

    async def _start(self, other: "StreamApp") -> None:
        other.finalize()
        other.discover()
        other.in_worker = True
        await self.add_runtime_dependency(other)

    async def on_stop(self) -> None:
        """Take nothing new, finish what is under way, and commit it; all apps at once."""
        if not self.crashed:  # who crashes does not say that it stops, and so is missed
            await self._beat_once()
        await asyncio.gather(self._drain(), *(other.stop() for other in self._others))
        await super().on_stop()
        await asyncio.gather(*(close() for close in self._closing))

    async def _drain(self) -> None:
        if self._consumer is None:
            return
        consumer = cast("Consumer", self.consumer)
        with suppress(TimeoutError, ConsumerNotStarted):  # the brokers may be away: then it is done again by the next
            await asyncio.wait_for(consumer.finish(self._drain_seconds), self._drain_seconds + COMMIT_SECONDS)
        self.flow_control.suspend()
        self.flow_control.clear()  # what is left in buffers is read again
        await asyncio.gather(*(executor.drain(0.0) for executor in self.executors))
