"""The client of a process: asks Claude within its limits, again where that helps, and not while it does not answer."""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from learnflow import metrics, traces
from learnflow.backoff import Backoff
from learnflow.domain.personal_data import mask
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.claude.client.circuit_breaker import CircuitBreaker, State
from learnflow.tutor.claude.client.model_limits import Demand, unused_limits
from learnflow.tutor.claude.client.rate_limit_queue import RateLimitQueue
from learnflow.tutor.claude.interface import (
    CallResult,
    ClaudeReply,
    ClaudeRequest,
    ClaudeUnavailable,
    LastingFault,
    ModelApi,
    RateLimited,
    T,
    TransientFailure,
    UnusableReply,
    WayRefused,
    loop_time,
)

BACKOFF: Final = Backoff(first=0.5, longest=8.0)
FAIR_SECONDS: Final = 10.0  # a call that had less and brought nothing says nothing about Claude
_IN_A_ROW: Final = 3  # requests that are refused, before it is not they that are at fault
_log = logging.getLogger(__name__)
_STATES: Final[tuple[State, ...]] = ("closed", "half-open", "open")  # as CLAUDE_BREAKER numbers them


class _TooLittleTime(TransientFailure):
    """A call had too little time left to be judged by."""


class ClaudeClient:
    """A ModelClient for a process: one queue a model, one circuit breaker. All times are the event loop's.

    Personal data stays here: every message is masked as a whole, so that the same words are the same on the wire every
    time. What writes prompts need not think of it, and cannot forget it.
    """

    def __init__(
        self, api: ModelApi, settings: ClaudeSettings, *, backoff: Backoff = BACKOFF,
        random: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self._api = api
        self._settings = settings
        self._backoff = backoff
        self._random = random
        self._breaker = CircuitBreaker(settings.failures_until_pause, settings.pause_seconds)
        self._queues: dict[str, RateLimitQueue] = {}
        self._problems: dict[str, str] = {}  # what does not pass by itself, by model, since its last call
        self._refused: Counter[str] = Counter()  # requests in a row, by model
        # the event loop's clock, also for whoever asks outside of it
        metrics.CLAUDE_BREAKER.set_function(lambda: _STATES.index(self._breaker.state(time.monotonic())))

    @property
    def problem(self) -> str | None:
        """What does not pass by itself, or None."""
        return next(iter(self._problems.values()), None)

    @property
    def breaker(self) -> State:
        """Whether Claude is asked (closed), left in peace (open), or about to be tried again (half-open)."""
        return self._breaker.state(loop_time())

    async def ask(self, request: ClaudeRequest[T], deadline: float) -> ClaudeReply[T]:
        """Return the reply before the deadline.

        Raises ClaudeUnavailable, as soon as it is known that there will be none in time, or UnusableReply.
        """
        request = masked(request)
        for failures in range(self._settings.attempts):
            if failures:
                metrics.CLAUDE_RETRIES.inc()
            outcome = await self._attempt(request, deadline)
            match outcome:
                case ClaudeReply():
                    return outcome
                case TransientFailure():
                    await self._wait_to_retry(outcome, failures + 1, deadline)
                case _:
                    raise outcome
        raise AssertionError  # the last failure was raised

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()

    async def _attempt(
        self, request: ClaudeRequest[T], deadline: float
    ) -> ClaudeReply[T] | UnusableReply | ClaudeUnavailable:
        queue = self._queue(request.model)
        self._admit()
        if loop_time() >= deadline:
            raise ClaudeUnavailable("there is no time left in which Claude could answer")
        demand, waited = await queue.turn(request, deadline)
        if waited:
            metrics.CLAUDE_WAITS.inc()
        try:
            self._admit()  # much may have happened in the wait
        except ClaudeUnavailable:
            queue.give_back(demand)
            raise
        trial = self._breaker.state(loop_time()) == "half-open"
        self._breaker = self._breaker.tried(loop_time())
        result: CallResult[Any] | None = None
        try:
            result = await self._traced_call(request, deadline)
            return result.outcome
        finally:
            metrics.CLAUDE_CALLS.labels(request.model, result.outcome.label if result else "given-up").inc()
            self._settle(queue, demand, result, request.model, trial=trial)

    async def _traced_call(self, request: ClaudeRequest[T], deadline: float) -> CallResult[T]:
        attributes = {"gen_ai.provider.name": "anthropic", "gen_ai.request.model": request.model}
        with traces.tracing().calling(f"chat {request.model}", attributes) as span:
            result = await self._timed_call(request, deadline)
            if tokens := result.tokens:
                span.tell({"gen_ai.usage.input_tokens": tokens.input, "gen_ai.usage.output_tokens": tokens.output})
            if isinstance(result.outcome, Exception):
                span.fail(result.outcome.label)
            return result

    async def _timed_call(self, request: ClaudeRequest[T], deadline: float) -> CallResult[T]:
        """Make a call. It may take all the time that is left: a reply that is given up is paid all the same."""
        began = loop_time()
        try:
            with metrics.CLAUDE_IN_FLIGHT.track_inprogress(), metrics.CLAUDE_SECONDS.labels(request.model).time():
                async with asyncio.timeout_at(deadline):
                    return await self._api.call(request)
        except TimeoutError:
            had = loop_time() - began
            failure = TransientFailure if had >= FAIR_SECONDS else _TooLittleTime
            return CallResult(failure(f"there was no answer within {round(had, 1):g} s"))

    def _settle(
        self, queue: RateLimitQueue, demand: Demand, result: CallResult[Any] | None, model: str, *, trial: bool
    ) -> None:  # fmt: skip
        if result is None:  # cancelled
            queue.settle(demand, None)
        else:
            shut_seconds = result.outcome.after if isinstance(result.outcome, RateLimited) else 0.0
            queue.settle(demand, result.tokens, result.limits, shut_seconds)
        match result and result.outcome:
            case None | _TooLittleTime():
                self._breaker = self._breaker.left() if trial else self._breaker
            case TransientFailure() as failure if not isinstance(failure, RateLimited):
                self._breaker = self._breaker.failed(loop_time())
            case outcome:
                self._breaker = self._breaker.answered()
                self._note(model, outcome)

    def _note(self, model: str, outcome: object) -> None:
        """Say once in the log what does not pass by itself, and once that it is over."""
        if isinstance(outcome, LastingFault):
            self._refused[model] += 1
            problem = f"Claude cannot be asked: {outcome}"
            lasts = outcome.sure or self._refused[model] >= _IN_A_ROW
            if lasts and self._problems.get(model) != problem:
                self._problems[model] = problem
                _log.error("%s. Questions get other answers until this is changed.", problem)
        elif isinstance(outcome, ClaudeReply | UnusableReply) and not isinstance(outcome, WayRefused):
            self._refused[model] = 0
            if self._problems.pop(model, None):
                _log.info("Claude answers again.")

    async def _wait_to_retry(self, failure: TransientFailure, failures: int, deadline: float) -> None:
        """Wait before the next try. Raises ClaudeUnavailable where there is none, or none in time."""
        if failures == self._settings.attempts:
            raise ClaudeUnavailable(
                f"{failure}; it was asked {failures} times" if failures > 1 else str(failure)
            ) from failure
        seconds = retry_wait(self._backoff, failures, failure.after, self._random())
        if loop_time() + seconds >= deadline:
            raise ClaudeUnavailable(f"{failure}; there is no time to ask again") from failure
        await asyncio.sleep(seconds)

    def _admit(self) -> None:
        if not self._breaker.admits(loop_time()):
            metrics.CLAUDE_REFUSED.inc()
            raise ClaudeUnavailable(
                f"Claude did not answer {self._breaker.most} times in a row and is left in peace for a moment"
            )

    def _queue(self, model: str) -> RateLimitQueue:
        if model not in self._queues:
            own, now = self._settings, loop_time()
            self._queues[model] = RateLimitQueue(
                unused_limits(own.requests_per_minute, own.input_tokens_per_minute, own.output_tokens_per_minute, now)
            )
        return self._queues[model]


def retry_wait(backoff: Backoff, failures: int, after: float | None, random: float) -> float:
    """Return the seconds to wait; `random` is 0..1, and `after` what the service asks for at least.

    Full jitter: any time up to the bound, so that what failed together does not come back together (Brooker,
    "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
    """
    if after is not None:
        return after + backoff.first * random
    return backoff.wait(failures) * random


def masked(request: ClaudeRequest[T]) -> ClaudeRequest[T]:
    """Return a request without personal data. The system prompt is ours and says nothing of a student."""
    return replace(request, messages=tuple(replace(message, text=mask(message.text)) for message in request.messages))
