"""The calls to one model wait here for its limits: first come, first served."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from learnflow.tutor.claude.client.call import Seen
from learnflow.tutor.claude.client.interface import Ask, ClaudeUnavailable, Tokens
from learnflow.tutor.claude.limits.model_limits import NOTHING, Limits, Need

_NONE_SEEN: Final = Seen()
_LONGEST: Final = 600.0  # who asks to be left alone for longer is asked again after 10 minutes
_FULL: Final = "the limits of what may be sent to Claude are used up for longer than this question can wait"


class Lane:
    """Keeps the limits of a model, and the line before them. Times are the event loop's."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._first = asyncio.Lock()  # who waits for it gets it in order
        self._changed = asyncio.Event()
        self._waiting = NOTHING

    async def turn(self, ask: Ask[Any], deadline: float) -> tuple[Need, bool]:
        """Wait for a call's turn, and take what it needs; returns that, and whether there was a wait.

        Raises ClaudeUnavailable, at once where it would come after the deadline.
        """
        need = self._limits.need(ask)
        waits = bool(self._waiting.requests or self._wait(need))
        if waits:
            await self._line_up(need, deadline)
        self._limits = self._limits.taken(need, _now())
        return need, waits

    def settle(self, need: Need, tokens: Tokens | None, seen: Seen = _NONE_SEEN, shut_seconds: float = 0.0) -> None:
        """Settle a call that was made, and heed what the service told with it."""
        now = _now()
        settled = self._limits.settled(need, tokens, now).follow(seen, now)
        self._limits = settled.shut(now + min(shut_seconds, _LONGEST)) if shut_seconds else settled
        self._changed.set()

    def give_back(self, need: Need) -> None:
        """Put back what a call took that was not made."""
        self._limits = self._limits.taken(-need, _now())
        self._changed.set()

    async def _line_up(self, need: Need, deadline: float) -> None:
        _in_time(self._wait(need, self._waiting), deadline)
        self._waiting += need
        try:
            async with asyncio.timeout_at(deadline), self._first:
                while wait := self._wait(need):
                    _in_time(wait, deadline)
                    await self._change(wait)
        except TimeoutError:
            raise ClaudeUnavailable(_FULL) from None
        finally:
            self._waiting += -need

    async def _change(self, seconds: float) -> None:
        """Wait until something has changed, or for so long."""
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    def _wait(self, need: Need, ahead: Need = NOTHING) -> float:
        return self._limits.wait(need, _now(), ahead)


def _in_time(wait: float, deadline: float) -> None:
    if _now() + wait > deadline:
        raise ClaudeUnavailable(_FULL)


def _now() -> float:
    return asyncio.get_running_loop().time()
