"""What was written to tables and is not in their changelogs yet."""

import asyncio
from typing import Any, cast

import faust
from faust.exceptions import ProducerSendError
from faust.types.tuples import FutureMessage


class Changes:
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
            msg = f"a change of a table is not in its changelog: {self._refused!r}"
            raise ProducerSendError(msg) from self._refused

    def _sent(self, change: FutureMessage) -> None:
        self._unsent.discard(change)
        if not change.cancelled():
            self._refused = change.exception() or self._refused


class Table(faust.Table[Any, Any]):
    """Faust's, which says which of its changes are not sent yet."""

    def send_changelog(self, *args: Any, **options: Any) -> FutureMessage:  # noqa: ANN401 - Faust's parameters
        """Send a change, and remember it until it is sent."""
        change = super().send_changelog(*args, **options)
        cast("Any", self.app).changes.add(change)
        return change
