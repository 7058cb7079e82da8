"""Recovery of tables that loses nothing: the flow is stopped around its seeks."""

from functools import cached_property
from typing import Any, cast

from faust.tables.manager import TableManager as FaustTableManager
from faust.tables.recovery import RebalanceAgain, Recovery
from faust.types import TP
from faust.types.transports import ConsumerT

from learnflow.streams.consumer import Consumer


class QuietRecovery(Recovery):
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
    def recovery(self) -> QuietRecovery:
        """The service that fills tables from their changelogs."""
        self._recovery = QuietRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery
