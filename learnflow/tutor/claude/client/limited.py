"""Asks Claude within its limits, again where that helps, and not at all while it does not answer."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from learnflow import metrics, traces
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.claude.client.backoff import Backoff
from learnflow.tutor.claude.client.call import Called, Caller, OverLimit
from learnflow.tutor.claude.client.circuit_breaker import Breaker, State
from learnflow.tutor.claude.client.interface import Ask, ClaudeMisspoke, ClaudeUnavailable, T, TryLater, Written
from learnflow.tutor.claude.limits.model_limits import Need, limits
from learnflow.tutor.claude.limits.rate_limit_queue import Lane

_NO_TIME: Final = "there is no time left in which Claude could answer"
_STATES: Final[Mapping[State, int]] = MappingProxyType({
    "closed": 0,
    "half-open": 1,
    "open": 2,
})  # as CLAUDE_BREAKER says
FAIR_SECONDS: Final = 10.0  # a call that had less and brought nothing says nothing about Claude


class _CutOff(TryLater):
    """A call had too little time left to be judged by."""


@dataclass(slots=True)
class Counters:
    """What was done since the start, for whoever watches."""

    calls: int = 0
    retries: int = 0  # calls that were not the first of their question
    waits: int = 0  # calls that waited for a limit
    refused: int = 0  # questions that were not asked, because Claude is left in peace
    in_flight: int = 0
    highest_in_flight: int = 0

    def begin(self) -> None:
        """Count a call that begins."""
        self.calls += 1
        self.in_flight += 1
        self.highest_in_flight = max(self.highest_in_flight, self.in_flight)


class Asking:
    """An Asker for a process: one set of limits, one circuit breaker. All times are the event loop's."""

    def __init__(
        self,
        caller: Caller,
        settings: ClaudeSettings,
        *,
        backoff: Backoff = Backoff(),  # noqa: B008 - frozen
        random: Callable[[], float] = random.random,
    ) -> None:
        self._caller = caller
        self._settings = settings
        self._backoff = backoff
        self._random = random
        self._breaker = Breaker(settings.failures_until_pause, settings.pause_seconds)
        self._lanes: dict[str, Lane] = {}
        self.counters = Counters()
        metrics.CLAUDE_IN_FLIGHT.set_function(lambda: self.counters.in_flight)
        # the event loop's clock, also for whoever asks outside of it
        metrics.CLAUDE_BREAKER.set_function(lambda: _STATES[self._breaker.state(time.monotonic())])

    @property
    def breaker(self) -> State:
        """Whether Claude is asked (closed), left in peace (open), or about to be tried again (half-open)."""
        return self._breaker.state(_now())

    async def ask(self, ask: Ask[T], deadline: float) -> Written[T]:
        """Return the answer before the deadline.

        Raises ClaudeUnavailable, as soon as it is known that there will be none in time, or ClaudeMisspoke.
        """
        for failures in range(self._settings.attempts):
            if failures:
                self.counters.retries += 1
                metrics.CLAUDE_RETRIES.inc()
            outcome = await self._once(ask, deadline)
            match outcome:
                case Written():
                    return outcome
                case TryLater():
                    await self._pause(outcome, failures + 1, deadline)
                case _:
                    raise outcome
        raise AssertionError  # the last failure was raised

    async def close(self) -> None:
        """Let go of the connections."""
        await self._caller.close()

    async def _once(self, ask: Ask[T], deadline: float) -> Written[T] | ClaudeMisspoke | ClaudeUnavailable:
        lane = self._lane(ask.model)
        self._admit()
        if _now() >= deadline:
            raise ClaudeUnavailable(_NO_TIME)
        need, waited = await lane.turn(ask, deadline)
        if waited:
            self.counters.waits += 1
            metrics.CLAUDE_WAITS.inc()
        try:
            self._admit()  # much may have happened in the wait
        except ClaudeUnavailable:
            lane.give_back(need)
            raise
        trial = self._breaker.state(_now()) == "half-open"
        self._breaker = self._breaker.tried(_now())
        called: Called[Any] | None = None
        try:
            called = await self._traced(ask, deadline)
            return called.outcome
        finally:
            metrics.CLAUDE_CALLS.labels(ask.model, _outcome(called)).inc()
            self._settle(lane, need, called, trial=trial)

    async def _traced(self, ask: Ask[T], deadline: float) -> Called[T]:
        told = {"gen_ai.provider.name": "anthropic", "gen_ai.request.model": ask.model}
        with traces.tracing().calling(f"chat {ask.model}", told) as span:
            called = await self._timed(ask, deadline)
            match called.outcome:
                case Written(tokens=tokens) | ClaudeMisspoke(tokens=tokens):
                    span.tell({"gen_ai.usage.input_tokens": tokens.input, "gen_ai.usage.output_tokens": tokens.output})
            if isinstance(called.outcome, Exception):
                span.fail(_outcome(called))
            return called

    async def _timed(self, ask: Ask[T], deadline: float) -> Called[T]:
        """Make a call. It may take all the time that is left: an answer that is given up is paid all the same."""
        began = _now()
        self.counters.begin()
        try:
            async with asyncio.timeout_at(deadline):
                return await self._caller.ask_once(ask)
        except TimeoutError:
            had = _now() - began
            failure = TryLater if had >= FAIR_SECONDS else _CutOff
            return Called(failure(f"there was no answer within {round(had, 1):g} s"))
        finally:
            metrics.CLAUDE_SECONDS.labels(ask.model).observe(_now() - began)
            self.counters.in_flight -= 1

    def _settle(self, lane: Lane, need: Need, called: Called[Any] | None, *, trial: bool) -> None:
        if called is None:  # cancelled
            lane.settle(need, None)
            self._breaker = self._breaker.left() if trial else self._breaker
            return
        match called.outcome:
            case Written(tokens=tokens) | ClaudeMisspoke(tokens=tokens):
                lane.settle(need, tokens, called.seen)
            case OverLimit(seconds=seconds):
                lane.settle(need, None, called.seen, seconds)
            case _:
                lane.settle(need, None, called.seen)
        self._breaker = self._judged(called, trial=trial)

    def _judged(self, called: Called[Any], *, trial: bool) -> Breaker:
        match called.outcome:
            case _CutOff():
                return self._breaker.left() if trial else self._breaker
            case TryLater() as failure if not isinstance(failure, OverLimit):
                return self._breaker.failed(_now())
        return self._breaker.answered()

    async def _pause(self, failure: TryLater, failures: int, deadline: float) -> None:
        """Wait before the next try. Raises ClaudeUnavailable where there is none, or none in time."""
        if failures == self._settings.attempts:
            msg = f"{failure}; it was asked {failures} times" if failures > 1 else str(failure)
            raise ClaudeUnavailable(msg) from failure
        seconds = self._backoff.wait(failures, failure.after, self._random())
        if _now() + seconds >= deadline:
            msg = f"{failure}; there is no time to ask again"
            raise ClaudeUnavailable(msg) from failure
        await asyncio.sleep(seconds)

    def _admit(self) -> None:
        if not self._breaker.admits(_now()):
            self.counters.refused += 1
            metrics.CLAUDE_REFUSED.inc()
            msg = f"Claude did not answer {self._breaker.most} times in a row and is left in peace for a moment"
            raise ClaudeUnavailable(msg)

    def _lane(self, model: str) -> Lane:
        lane = self._lanes.get(model)
        if lane is None:
            own = self._settings
            lane = self._lanes[model] = Lane(
                limits(own.requests_per_minute, own.input_tokens_per_minute, own.output_tokens_per_minute, _now())
            )
        return lane


def _outcome(called: Called[Any] | None) -> str:
    """Return what became of a call, as CLAUDE_CALLS names it."""
    match called and called.outcome:
        case Written():
            return "answered"
        case ClaudeMisspoke():
            return "useless"
        case OverLimit():
            return "over-limit"
        case None:
            return "given-up"
    return "failed"


def _now() -> float:
    return asyncio.get_running_loop().time()
