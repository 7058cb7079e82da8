"""Each patch of Faust in learnflow/streams, on a genuine broker: what holds with it, and what goes wrong without."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import aclosing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any, Final, cast
from uuid import uuid4

import confluent_kafka
import faust
import pytest
from faust.tables.recovery import Recovery
from faust.transport.producer import ProducerBuffer
from faust.types import TP, EventT

from learnflow.models.fields import Model
from learnflow.models.vocabulary import Agent
from learnflow.streams import topic_admin
from learnflow.streams.consumer import Consumer
from learnflow.streams.faust_tables import PausedFlowRecovery
from learnflow.streams.processing import batches
from learnflow.streams.stream_app import StreamApp
from learnflow.tables.model_tables import ValueTable
from learnflow.topics import Topic, changelog
from tests.support.apache_kafka import Broker
from tests.support.running_system import Client

DEADLINE: Final = 30.0
FETCH_WAIT_MS: Final = 10

with_and_without = pytest.mark.parametrize("patched", [True, False], ids=["patched", "as Faust comes"])


class Note(Model):
    """What the tests' table holds."""

    text: str


class InProcess:
    """An app that runs in a loop and a thread of its own, on one topic of one partition."""

    def __init__(self, broker: Broker, directory: Path) -> None:
        self.name = f"patches-{uuid4().hex[:8]}"
        self.topic = Topic(f"{self.name}-in", 1, 1, timedelta(days=1), "A test's", Agent.TRIAGE)
        self.tp = TP(self.topic.name, 0)
        self.seen: list[EventT[Any]] = []
        self.loop = asyncio.new_event_loop()
        self._broker = broker
        self._client = Client(broker.address)
        table = changelog(self.name, "notes")
        self.changelog = Topic(table.name, 1, 1, None, table.purpose, table.reader, compacted=True)
        asyncio.run(topic_admin.create(broker.address, (self.topic, self.changelog)))
        asyncio.set_event_loop(self.loop)
        self.app = StreamApp(
            self.name,
            broker=f"kafka://{broker.address}",
            fetch_wait_ms=FETCH_WAIT_MS,
            drain_seconds=5.0,
            datadir=str(directory),
            store="memory://",
            topic_allow_declare=False,
            topic_disable_leader=True,
            consumer_auto_offset_reset="earliest",
            broker_commit_interval=3600.0,  # the tests commit
            broker_session_timeout=6,
            broker_heartbeat_interval=0.5,
            broker_rebalance_timeout=6,
            stream_recovery_delay=0,
            stream_wait_empty=False,
            web_enabled=False,
        )

    def send(self, *values: bytes | None) -> None:
        """Put messages on the topic."""
        for value in values:
            self._client.send(self.topic.name, "key", value)

    def reads(self, work: Callable[[faust.Stream[bytes]], Awaitable[None]], **options: Any) -> None:
        """Let an agent read the topic, as bytes unless the options say otherwise."""
        raw = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
        channel = self.app.topic(self.topic.name, **(options or raw))

        async def agent(stream: faust.StreamT[bytes]) -> None:
            await work(cast("faust.Stream[bytes]", stream))

        self.app.agent(channel, name="reader")(agent)

    def keeps(self, **options: Any) -> None:
        """Let an agent note what comes, and acknowledge nothing."""

        async def keep(stream: faust.Stream[bytes]) -> None:
            async for event in stream.noack().events():
                self.seen.append(event)

        self.reads(keep, **options)

    def table(self) -> ValueTable[Note]:
        """Declare a table of the topic's one partition."""
        table: ValueTable[Note] = ValueTable.__new__(ValueTable)
        table._model = Note  # noqa: SLF001 - twelve partitions would need twelve on the topic
        table._table = self.app.Table("notes", partitions=1, key_type=bytes, value_type=bytes)  # noqa: SLF001
        return table

    @contextmanager
    def running(self) -> Iterator["InProcess"]:
        """Start the app, and stop it at the end."""
        thread = Thread(target=self.loop.run_forever)
        thread.start()
        try:
            self.do(self._start())
            self.wait(lambda: self.app.caught_up)
            yield self
        finally:
            self.do(self.app.stop())
            self.loop.call_soon_threadsafe(self.loop.stop)
            thread.join()

    async def _start(self) -> None:
        self.app.finalize()
        self.app.in_worker = True
        await self.app.start()

    def do(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine in the app's loop."""
        return self.begin(coroutine).result(DEADLINE)

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Begin a coroutine in the app's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def wait(self, condition: Callable[[], object]) -> None:
        """Return when a condition, which is asked in the app's loop, is true."""

        async def become_true() -> None:
            async with asyncio.timeout(DEADLINE):
                while not condition():  # noqa: ASYNC110 - whatever it is, nobody tells
                    await asyncio.sleep(0.01)

        self.do(become_true())

    def wait_for(self, number: int) -> None:
        """Return when so many messages were seen."""
        self.wait(lambda: len(self.seen) >= number)

    async def stop_flow(self) -> None:
        """Let nothing more come in."""
        self.consumer.stop_flow()
        await self.consumer.wait_for_stopped_flow()

    @property
    def offsets(self) -> list[int]:
        """The offsets that were seen, in their order."""
        return [event.message.offset for event in self.seen]

    @property
    def consumer(self) -> Consumer:
        return cast("Consumer", self.app.consumer)

    def ack(self, *offsets: int) -> None:
        """Acknowledge messages that were seen first."""

        async def acknowledge() -> None:
            for offset in offsets:
                self.seen[offset].ack()

        self.do(acknowledge())

    def committed(self) -> int:
        """Return the group's committed offset, as the broker has it; 0 for none."""
        consumer = confluent_kafka.Consumer({"bootstrap.servers": self._broker.address, "group.id": self.name})
        try:
            found = consumer.committed([confluent_kafka.TopicPartition(self.topic.name, 0)], timeout=20)
        finally:
            consumer.close()
        return max(found[0].offset, 0)

    def changes(self) -> list[bytes | None]:
        """Return the values in the table's changelog."""
        with self._client.reading(self.changelog.name) as reader:
            return [message.value() for message in reader.everything()]


@pytest.fixture
def one(broker: Broker, tmp_path: Path) -> Iterator[InProcess]:
    """Give an app of the test's own."""
    found = InProcess(broker, tmp_path)
    yield found
    found.loop.close()


def without(monkeypatch: pytest.MonkeyPatch, of: type, *names: str) -> None:
    """Give methods back to Faust."""
    for name in names:
        monkeypatch.delattr(of, name)


@with_and_without
def test_only_the_finished_prefix_is_committed(patched: bool, one: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    if not patched:
        without(monkeypatch, Consumer, "ack", "_new_offset", "_filter_tps_with_pending_acks", "_add_gap")
    one.keeps()
    one.send(*[b"x"] * 40)
    with one.running():
        one.wait_for(40)
        one.ack(*range(39, 0, -1))
        one.do(one.consumer.commit())
        assert one.committed() == (0 if patched else 40), "the first is in flight"
        if patched:
            one.ack(0)
            one.do(one.consumer.commit())
            assert one.committed() == 40


@with_and_without
def test_messages_that_a_fetch_skipped_are_fetched_again(
    patched: bool,  # noqa: FBT001
    one: InProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not patched:
        monkeypatch.setattr(Consumer, "_skipped", lambda *_: False)
    one.keeps()
    one.send(*[b"x"] * 5)
    with one.running():
        one.wait_for(5)
        one.loop.call_soon_threadsafe(one.consumer.pause_partitions, {one.tp})
        one.send(*[b"x"] * 7)
        one.do(one.consumer._seek(one.tp, 8))  # noqa: SLF001 - as a fetch whose head a rebalance dropped
        one.loop.call_soon_threadsafe(one.consumer.resume_partitions, {one.tp})
        one.wait(lambda: 11 in one.offsets)
        assert one.offsets == ([*range(12)] if patched else [*range(5), *range(8, 12)])


def test_what_the_broker_does_not_have_is_not_waited_for(one: InProcess) -> None:
    """Markers of transactions take offsets, as compaction and retention do."""
    one.keeps()
    producer = confluent_kafka.Producer({"bootstrap.servers": one._broker.address, "transactional.id": one.name})  # noqa: SLF001
    if one._broker.kind == "embedded":  # noqa: SLF001
        pytest.skip("the embedded broker knows no transactions")
    producer.init_transactions(20)
    for _ in range(20):
        producer.begin_transaction()
        producer.produce(one.topic.name, b"x")
        producer.commit_transaction(20)
    with one.running():
        one.wait_for(20)
        assert one.offsets == [*range(0, 40, 2)]
        one.ack(*range(20))
        one.do(one.consumer.commit())
        assert one.committed() == 39


@with_and_without
def test_a_group_without_commits_goes_back_to_the_beginning(
    patched: bool,  # noqa: FBT001
    one: InProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not patched:
        without(monkeypatch, Consumer, "perform_seek")
    one.keeps()
    one.send(*[b"x"] * 5)
    with one.running():
        one.wait_for(5)

        async def seek_as_a_rebalance_does() -> None:
            await one.stop_flow()
            await one.consumer.perform_seek()
            one.consumer.resume_flow()

        one.do(seek_as_a_rebalance_does())
        one.send(b"after")
        one.wait(lambda: 5 in one.offsets)
        assert one.offsets == ([*range(5), *range(6)] if patched else [*range(6)])


@with_and_without
def test_nothing_flows_before_recovery_has_gone_to_the_committed_offsets(
    patched: bool,  # noqa: FBT001
    one: InProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not patched:
        without(monkeypatch, PausedFlowRecovery, "on_recovery_completed", "_resume_streams")
    assert issubclass(PausedFlowRecovery, Recovery)
    flowed: list[bool] = []
    seek = Consumer.perform_seek

    async def note_flow(consumer: Consumer) -> None:
        flowed.append(consumer.flow_active)
        await seek(consumer)

    monkeypatch.setattr(Consumer, "perform_seek", note_flow)
    one.table()
    one.keeps()
    one.send(b"x")
    with one.running():
        one.wait_for(1)
        assert any(flowed) is not patched


@with_and_without
def test_delivery_makes_no_task_a_message(patched: bool, one: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    if not patched:
        without(monkeypatch, Consumer, "wait_first")
    made = 0

    def count(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        nonlocal made
        made += "getmany" not in repr(coroutine)
        return asyncio.Task(coroutine, loop=loop, **options)

    one.loop.set_task_factory(count)
    one.keeps()
    client = Client(one._broker.address)  # noqa: SLF001
    for _ in range(2_000):
        client.producer.produce(one.topic.name, b"x")
    client.producer.flush()
    with one.running():
        before = made
        one.wait_for(2_000)
        assert (made - before < 1_000) is patched


@with_and_without
def test_the_fetch_wait_is_the_apps(patched: bool, one: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    if not patched:
        without(monkeypatch, Consumer, "_new_consumer_thread")
    one.keeps()
    with one.running():
        fetcher = cast("Any", one.consumer)._thread._consumer._fetcher  # noqa: SLF001
        assert fetcher._fetch_max_wait_ms == (FETCH_WAIT_MS if patched else 1_500)  # noqa: SLF001


@with_and_without
def test_what_is_no_json_reaches_the_agent(patched: bool, one: InProcess) -> None:  # noqa: FBT001
    good = json.dumps({"good": 1}).encode()
    bad = [None, b"\xff", b"no json", b"[1]", b"null"] if patched else [b"no json"]
    one.keeps(**({} if patched else {"value_serializer": "json"}))
    one.send(*bad, good)
    with one.running():
        one.wait(lambda: one.seen and one.seen[-1].message.value == good)
        assert [event.message.value for event in one.seen] == ([*bad, good] if patched else [good])


@pytest.mark.parametrize("patched", [True, False], ids=["batches", "take"])
def test_a_batch_is_not_acknowledged_before_its_body_has_ended(patched: bool, one: InProcess) -> None:  # noqa: FBT001
    async def fail(stream: faust.Stream[bytes]) -> None:
        source: Any = batches(stream, 5) if patched else stream.take(5, within=0.1)
        with suppress(ZeroDivisionError):
            async with aclosing(source):
                async for _ in source:
                    raise ZeroDivisionError
        failed.set_result(None)
        await asyncio.Event().wait()

    failed: Future[None] = Future()
    one.reads(fail)
    one.send(*[b"x"] * 5)
    with one.running():
        failed.result(DEADLINE)
        one.do(one.consumer.commit())
        assert (one.committed() == 0) is patched


async def test_a_stream_that_ends_within_a_batch_ends_the_batches() -> None:
    """So it is at a stop; an error there would leave the process hanging."""

    class Ending:
        def __init__(self) -> None:
            self.channel = self
            self.queue = asyncio.Queue[int]()
            self.queue.put_nowait(1)

        def noack(self) -> "Ending":
            return self

        async def events(self) -> AsyncIterator[int]:
            yield 1

    assert [batch async for batch in batches(cast("Any", Ending()), 5)] == []


@with_and_without
def test_a_commit_does_not_overtake_the_changelog(
    patched: bool,  # noqa: FBT001
    one: InProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not patched:
        without(monkeypatch, Consumer, "_handle_attached")
    broker_is_away = asyncio.Event()
    send = ProducerBuffer._send_pending  # noqa: SLF001

    async def send_later(buffer: ProducerBuffer, change: Any) -> None:
        await broker_is_away.wait()
        await send(buffer, change)

    monkeypatch.setattr(ProducerBuffer, "_send_pending", send_later)
    table = one.table()

    async def write(stream: faust.Stream[bytes]) -> None:
        async for event in stream.noack().events():
            table.put("key", Note(text="written"))
            await stream.ack(event)
            one.seen.append(event)

    one.reads(write)
    one.send(b"x")
    with one.running():
        one.wait_for(1)
        committing = one.begin(one.consumer.commit())
        if not patched:
            committing.result(DEADLINE)
        assert one.committed() == (0 if patched else 1)
        assert one.changes() == []
        one.loop.call_soon_threadsafe(broker_is_away.set)
        committing.result(DEADLINE)
        assert one.committed() == 1
        assert one.changes() == [b'{"text":"written"}']


def test_what_was_fetched_before_a_rebalance_does_not_count_after_it(one: InProcess) -> None:
    one.keeps()
    one.send(b"x")
    with one.running():
        one.wait_for(1)

        async def seek_as_a_rebalance_does() -> None:
            await one.stop_flow()
            one.app.consumer_generation_id += 1
            await one.consumer.perform_seek()
            one.consumer.resume_flow()

        one.do(seek_as_a_rebalance_does())
        one.wait_for(2)
        one.ack(0)
        assert one.consumer.finished(one.tp) == 0
        one.ack(1)
        assert one.consumer.finished(one.tp) == 1


def test_a_partition_that_is_lost_without_a_word_counts_as_behind(one: InProcess) -> None:
    """The client loses what its group gave away while this worker stood still; Faust hears of it later."""
    one.keeps()
    one.send(b"x")
    with one.running():
        one.wait_for(1)
        one.ack(0)
        assert one.app.done_and_waiting() == (1, 0)
        one.consumer._next[TP(one.topic.name, 1)] = 7  # noqa: SLF001 - to lose one in fact takes a minute
        assert one.app.done_and_waiting() == (8, 1)
        assert one.app.done_and_waiting_by_topic() == {one.topic.name: (8, 1)}


def test_a_value_that_is_gone_here_is_dropped_from_the_changelog_too(one: InProcess) -> None:
    """A worker that was killed may have removed it from its store, and not told the changelog."""
    table = one.table()

    async def drop(stream: faust.Stream[bytes]) -> None:
        async for event in stream.noack().events():
            table.drop("never here")
            one.seen.append(event)

    one.reads(drop)
    one.send(b"x")
    with one.running():
        one.wait_for(1)
        one.do(one.app.unsent_changes.all_sent())
        assert one.changes() == [None]
