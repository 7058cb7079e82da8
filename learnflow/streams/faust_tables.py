"""Faust's tables, patched: recovery loses no message, and it is known which changes are not in a changelog yet."""

import asyncio
from functools import cached_property
from typing import Any, cast

import faust
from faust.exceptions import ProducerSendError
from faust.stores.rocksdb import RocksDBOptions, Store
from faust.tables.manager import TableManager as FaustTableManager
from faust.tables.recovery import RebalanceAgain, Recovery
from faust.types import TP
from faust.types.stores import StoreT
from faust.types.transports import ConsumerT
from faust.types.tuples import FutureMessage

from learnflow.streams.consumer import Consumer


class PausedFlowRecovery(Recovery):
    """Faust resumes partitions before it seeks, with the flow on: a fetch in between skips messages."""

    async def on_recovery_completed(self, generation_id: int = 0) -> None:
        """Go to the committed offsets while nothing flows."""
        await self._stop_flow()
        await super().on_recovery_completed(generation_id)

    async def _resume_streams(self, generation_id: int = 0) -> None:
        await self._stop_flow()
        await super()._resume_streams(generation_id)

    async def _seek_offsets(self, consumer: ConsumerT, tps: set[TP], offsets: Any, title: str) -> None:  # noqa: ANN401 - Faust's
        """Begin again where a rebalance in the middle has added partitions whose offsets nobody has looked up."""
        if any(offsets[tp] is None for tp in tps):
            raise RebalanceAgain
        await super()._seek_offsets(consumer, tps, offsets, title)

    async def _stop_flow(self) -> None:
        consumer = cast("Consumer", self.app.consumer)
        consumer.stop_flow()
        await consumer.wait_for_stopped_flow()


class TableManager(FaustTableManager):
    """Faust's, with the quiet recovery."""

    @cached_property
    def recovery(self) -> PausedFlowRecovery:
        """The service that fills tables from their changelogs."""
        self._recovery = PausedFlowRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery


class UnsentChanges:
    """The changes that Faust has yet to send, in its own time, for all tables of one app."""

    def __init__(self) -> None:
        self._unsent: set[FutureMessage] = set()
        self._refused: BaseException | None = None

    def add(self, change: FutureMessage) -> None:
        """Remember a change until the broker has it."""
        self._unsent.add(change)
        change.add_done_callback(self._sent)

    async def all_sent(self) -> None:
        """Wait until the broker has every change made so far. Raises ProducerSendError when it refused one."""
        if self._unsent:
            await asyncio.wait(self._unsent)
        if self._refused:
            sentence = f"a change of a table is not in its changelog: {self._refused!r}"
            raise ProducerSendError(sentence) from self._refused

    def _sent(self, change: FutureMessage) -> None:
        self._unsent.discard(change)
        if not change.cancelled():
            self._refused = change.exception() or self._refused


class PartitionOptions(RocksDBOptions):
    """Faust's, for many small databases: a worker has one for each partition of each table."""

    def as_options(self) -> Any:  # noqa: ANN401 - RocksDB's
        """Open with one thread: each database would start sixteen for files of which it has few."""
        options = super().as_options()
        options.set_max_file_opening_threads(1)
        return options


class PatchedTable(faust.Table[Any, Any]):
    """Faust's, which says which of its changes are not sent yet."""

    def _new_store(self) -> StoreT[Any, Any]:
        store = super()._new_store()
        if isinstance(store, Store):
            store.rocksdb_options = PartitionOptions(**self.options or {})
        return store

    def send_changelog(self, *args: Any, **options: Any) -> FutureMessage:  # noqa: ANN401 - Faust's parameters
        """Send a change, and remember it until it is sent."""
        change = super().send_changelog(*args, **options)
        cast("Any", self.app).unsent_changes.add(change)
        return change
