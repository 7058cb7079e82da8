"""The calls to one model wait here for its limits: first come, first served."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from learnflow.tutor.claude.client.model_limits import NO_DEMAND, Demand, ModelLimits
from learnflow.tutor.claude.interface import ClaudeRequest, ClaudeUnavailable, Tokens, loop_time
from learnflow.tutor.claude.rate_limit_headers import NONE_TOLD, RateLimits

_LONGEST: Final = 600.0  # who asks to be left alone for longer is asked again after 10 minutes
_FULL: Final = "the limits of what may be sent to Claude are used up for longer than this question can wait"


class RateLimitQueue:
    """Keeps the limits of a model, and the queue before them. Times are the event loop's."""

    def __init__(self, limits: ModelLimits) -> None:
        self._limits = limits
        self._head = asyncio.Lock()  # who waits for it gets it in order
        self._changed = asyncio.Event()
        self._waiting = NO_DEMAND

    async def turn(self, request: ClaudeRequest[Any], deadline: float) -> tuple[Demand, bool]:
        """Wait for a call's turn, and take what it needs; returns that, and whether there was a wait.

        Raises ClaudeUnavailable, at once where it would come after the deadline.
        """
        demand = self._limits.demand(request)
        waits = bool(self._waiting.requests or self._wait(demand))
        if waits:
            await self._line_up(demand, deadline)
        self._limits = self._limits.taken(demand, loop_time())
        return demand, waits

    def settle(
        self, demand: Demand, tokens: Tokens | None, told: RateLimits = NONE_TOLD, shut_seconds: float = 0.0
    ) -> None:
        """Settle a call that was made, and heed what the service told with it."""
        now = loop_time()
        settled = self._limits.settled(demand, tokens, now).follow(told, now)
        self._limits = settled.shut(now + min(shut_seconds, _LONGEST)) if shut_seconds else settled
        self._changed.set()

    def give_back(self, demand: Demand) -> None:
        """Put back what a call took that was not made."""
        self._limits = self._limits.taken(-demand, loop_time())
        self._changed.set()

    async def _line_up(self, demand: Demand, deadline: float) -> None:
        _check_in_time(self._wait(demand, self._waiting), deadline)
        self._waiting += demand
        try:
            async with asyncio.timeout_at(deadline), self._head:
                while wait := self._wait(demand):
                    _check_in_time(wait, deadline)
                    self._changed.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(wait):
                            await self._changed.wait()
        except TimeoutError:
            raise ClaudeUnavailable(_FULL) from None
        finally:
            self._waiting += -demand

    def _wait(self, demand: Demand, ahead: Demand = NO_DEMAND) -> float:
        return self._limits.wait(demand, loop_time(), ahead)


def _check_in_time(wait: float, deadline: float) -> None:
    if loop_time() + wait > deadline:
        raise ClaudeUnavailable(_FULL)
