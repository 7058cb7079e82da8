"""What time alone brings: struggles end when fewer than three similar questions are left in the last 24 hours."""

import asyncio
from collections.abc import Callable
from typing import Final

from learnflow.agents.context import Context
from learnflow.domain.struggle import Struggles, ended
from learnflow.streams.outbox import Outbox, Outgoing
from learnflow.streams.recent_ids import Recent
from learnflow.tables.values import ValueTable
from learnflow.topics import STUDENT_EVENTS

AT_A_TIME: Final = 200  # students, before others get their turn


class StruggleSweep:
    """Looks through this worker's open struggles. It writes no table: the end comes back to the struggle agent."""

    def __init__(
        self, context: Context, struggles: ValueTable[Struggles], outbox: Outbox, behind: Callable[[int], bool]
    ) -> None:
        self._context = context
        self._struggles = struggles
        self._outbox = outbox
        self._behind = behind
        self._sent = Recent()

    async def __call__(self) -> None:
        """Tell what has ended. Partitions with messages that may prolong a struggle are left for later."""
        for number, (_, struggles) in enumerate(self._struggles.items(), start=1):
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
            if not self._behind(struggles.partition):
                await self._tell(struggles)

    async def _tell(self, struggles: Struggles) -> None:
        now = self._context.now()
        for known in struggles.topics.values():
            if known.ends_at <= now and known.end_id not in self._sent:
                await self._outbox.send([Outgoing(STUDENT_EVENTS, ended(known))])
                self._sent.add(known.end_id)
