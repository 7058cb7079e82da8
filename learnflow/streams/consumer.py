# ruff: noqa: ANN401 - as the signatures that it overrides
"""The consumer of our apps: Faust's, patched where it loses messages or wastes time."""

import asyncio
import types
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator, Mapping
from time import monotonic, time
from typing import Any, Final, cast

import aiokafka
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message

LOOK_SECONDS: Final = 0.02


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Faust hardcodes a fetch wait of 1.5 s; the embedded broker does not wake a waiting fetch.

    It also hardcodes to read what a producer has rolled back, which was never said.
    """

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        wait = cast("Any", self.app).fetch_wait_ms
        consumer._fetch_max_wait_ms = wait  # noqa: SLF001 - read when it starts, no parameter for it
        consumer._isolation_level = "read_committed"  # noqa: SLF001 - as above
        return consumer

    async def _fetch_records(self, *args: Any, **options: Any) -> Any:
        """Survive a rebalance that takes a partition out of aiokafka's hands; what is skipped by it is noticed."""
        try:
            return await super()._fetch_records(*args, **options)
        except KeyError:
            return {}


class Consumer(driver.Consumer):
    """Commits only what is finished, notices skipped messages, and delivers without a task a message."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deliver_to_streams, self.callback = self.callback, self._deliver
        self._next: dict[TP, int] = {}  # the offset after the last one delivered
        self._unfinished: dict[TP, dict[int, None]] = {}  # delivered and not acknowledged, in order
        self.taken_at = 0.0  # when this worker last got partitions, as in `time.time`
        self._fetch = 0  # counts calls of getmany
        self._skipped_in: dict[TP, int] = {}  # the fetch in which messages were found missing

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    # -- acknowledge only the contiguous prefix of each partition

    def finished(self, tp: TP) -> int | None:
        """Return the offset up to which everything is done, or None before the first assignment."""
        return next(iter(self._unfinished.get(tp, ())), self._next.get(tp))

    def behind(self, tp: TP) -> int:
        """Return how many messages of a partition are not done, as far as the last fetch knows; 1 where none does."""
        finished = self.finished(tp)
        highwater = None if finished is None else self.highwater(tp)
        return 1 if highwater is None else max(highwater - (finished or 0), 0)

    def highwater(self, tp: TP) -> int | None:  # type: ignore[override] # Faust's says int, and returns None
        """Return the offset after a partition's last message, or None before the first fetch and after the last.

        A worker that the broker has given up has lost its partitions before Faust hears of it.
        """
        try:
            return super().highwater(tp)
        except AssertionError:
            return None

    def done_and_waiting_by_topic(self) -> dict[str, tuple[int, int]]:
        """Return the sum of finished offsets, and of messages that are not done, of each topic."""
        by_topic: dict[str, tuple[int, int]] = {}
        for tp in self._next:
            finished, behind = by_topic.get(tp.topic, (0, 0))
            by_topic[tp.topic] = finished + (self.finished(tp) or 0), behind + self.behind(tp)
        return by_topic

    def ack(self, message: Message) -> bool:
        """Mark a message as done, however late and in whatever order.

        One that was fetched before a rebalance comes again, and only then counts.
        """
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        if message.generation_id == self.app.consumer_generation_id:
            self._unfinished.get(message.tp, {}).pop(message.offset, None)
        self._n_acked += 1
        return True

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in list(self._next) if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return self.finished(tp)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Faust counts offsets that it never delivered as done; here only what was delivered counts."""

    async def _handle_attached(self, commit_offsets: Mapping[TP, int]) -> None:
        """A commit must not overtake the table changes that its messages caused: Faust sends them in its own time."""
        await super()._handle_attached(commit_offsets)
        await cast("Any", self.app).unsent_changes.all_sent()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish what is under way, or its next owner does it again; then forget it."""
        await self.finish(self.app.conf.broker_rebalance_timeout / 2)
        for tp in revoked:
            self._next.pop(tp, None)
            self._unfinished.pop(tp, None)
            self._skipped_in.pop(tp, None)
        await super().on_partitions_revoked(revoked)

    async def finish(self, seconds: float) -> None:
        """Take nothing new, wait for what was delivered, at most so long, and commit what is done."""
        if not self._next:
            return
        self.pause_partitions(self.assignment())
        deadline = monotonic() + seconds
        while any(self._unfinished.values()) and monotonic() < deadline:  # noqa: ASYNC110 - every ack would set an event
            await asyncio.sleep(LOOK_SECONDS)
        await self.force_commit()

    # -- start where the group stopped, and notice what was skipped

    async def perform_seek(self) -> None:
        """Go to the committed offsets; to the beginning where there is none, which aiokafka does not."""
        await super().perform_seek()
        self.taken_at = time()
        tracked = {tp for tp in self.assignment() if self.app.topics.acks_enabled_for(tp.topic)}
        fresh = {tp for tp in tracked if self._committed_offset[tp] is None}
        starts = await self.earliest_offsets(*fresh) if fresh else {}
        for tp, start in starts.items():
            await self.seek(tp, start or 0)
        for tp in tracked:
            self._next[tp] = self._committed_offset[tp] or starts.get(tp) or 0
            self._unfinished[tp] = {}

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109 - Faust's signature
        """Fetch, after having gone back to what the last fetch skipped."""
        for tp in [tp for tp, fetch in self._skipped_in.items() if fetch == self._fetch]:
            if (expected := self._next.get(tp)) is None:  # it was revoked while this waited
                continue
            await self.seek(tp, expected)
            self._read_offset[tp] = None  # or what is fetched again counts as delivered
        self._fetch += 1
        async for delivery in super().getmany(timeout):
            yield delivery

    async def _deliver(self, message: Message) -> None:
        tp = message.tp
        if self.app.topics.acks_enabled_for(tp.topic):
            if self._skipped(tp, message.offset):
                return
            self._next[tp] = message.offset + 1
            self._unfinished.setdefault(tp, {})[message.offset] = None
        await self._deliver_to_streams(message)

    def _skipped(self, tp: TP, offset: int) -> bool:
        """Say whether to leave a message, because one before it was fetched and lost on the way.

        A rebalance can drop the head of a fetch. What is missing is fetched again; where it is missing
        again, the broker does not have it (compaction, retention, markers of transactions).
        """
        skipped_in = self._skipped_in.get(tp)
        if skipped_in == self._fetch:
            return True
        expected = self._next.get(tp)
        if expected is None or offset <= expected or skipped_in is not None:
            self._skipped_in.pop(tp, None)
            return False
        self._skipped_in[tp] = self._fetch
        return True

    # -- deliver without a task a message

    async def wait_first(  # type: ignore[override]
        self,
        first: Any,
        *rest: Any,
        timeout: Any = None,  # noqa: ASYNC109 - as above
    ) -> Any:
        """Step the delivery once, and make tasks only when it really waits.

        Faust makes four tasks a message, most of its time; events, which others wait for, go the old way.
        """
        if not asyncio.iscoroutine(first):
            return await super().wait_first(first, *rest, timeout=timeout)
        try:
            future = first.send(None)
        except StopIteration:
            for other in rest:
                other.close()
            return None
        return await super().wait_first(_rest_of(first, future), *rest, timeout=timeout)


@types.coroutine
def _steps(coroutine: Coroutine[Any, Any, None], future: Any) -> Generator[Any, Any, None]:
    yield future
    yield from coroutine.__await__()


async def _rest_of(coroutine: Coroutine[Any, Any, None], future: Any) -> None:
    """The rest of a coroutine that has been stepped once, and waits for a future since."""
    await _steps(coroutine, future)
