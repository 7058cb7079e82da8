"""One question to Claude until the answer is of use, which takes two calls at the most."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Generic

from learnflow.models.events.work import AgentRequest
from learnflow.tutor.claude.client.interface import Ask, ClaudeMisspoke, ClaudeUnavailable, Metered, Said, T, Written
from learnflow.tutor.interface import ClaudeAway, TutorUnavailable

REFUSED: Final = (
    "I cannot answer this question. Ask me about something else: a topic of programming, an error in your code, or an "
    "exercise."
)
_FOR_ANOTHER_SECONDS: Final = 5.0  # that an answer without Claude may take
_LEAST_SECONDS: Final = 3.0  # that Claude takes for an answer
SPEECHLESS: Final = (
    "I could not find a good answer to this question. Please ask it again in other words, or in smaller parts."
)


@dataclass(frozen=True, slots=True)
class _Flawed(Generic[T]):
    """An answer of no use: what is wrong with it, and the answer as far as it could be read."""

    problem: str
    value: T | None = None


def within(seconds: float) -> float:
    """Return the time of the event loop's clock in so many seconds."""
    return asyncio.get_running_loop().time() + seconds


def seconds_for(request: AgentRequest, most: float, now: datetime) -> float:
    """Return the seconds that Claude has for a request, or 0: another answer must still come before it is due.

    A call that is given up may be paid all the same, so none is made that has hardly a chance.
    """
    left = most if request.due is None else (request.due - now).total_seconds() - _FOR_ANOTHER_SECONDS
    return 0.0 if left < min(most, _LEAST_SECONDS) else min(most, left)


def away(error: ClaudeUnavailable, meter: Metered) -> ClaudeAway:
    """Return what a tutor raises when Claude cannot be asked."""
    return ClaudeAway(error.for_students, meter.usage)


async def useful(meter: Metered, ask: Ask[T], deadline: float, problem: Callable[[T], str | None]) -> Written[T]:
    """Return an answer that is of use; one that is of none is shown to Claude, and asked for once more.

    `problem` says what is wrong with an answer. Raises ClaudeAway, or TutorUnavailable for a refusal and for a second
    answer of no use.
    """
    answer = await _attempt(meter, ask, deadline, problem)
    if isinstance(answer, _Flawed):
        answer = await _attempt(meter, _once_more(ask, answer), deadline, problem)
    if isinstance(answer, _Flawed):
        raise TutorUnavailable(SPEECHLESS, meter.usage)
    return answer


async def _attempt(
    meter: Metered, ask: Ask[T], deadline: float, problem: Callable[[T], str | None]
) -> Written[T] | _Flawed[T]:
    try:
        written = await meter.ask(ask, deadline)
    except ClaudeUnavailable as error:
        raise away(error, meter) from error
    except ClaudeMisspoke as error:
        if error.refused:
            raise TutorUnavailable(REFUSED, meter.usage) from error
        return _Flawed(str(error))
    flaw = problem(written.value)
    return written if flaw is None else _Flawed(flaw, written.value)


def _once_more(ask: Ask[T], flawed: _Flawed[T]) -> Ask[T]:
    """Return the question with what was wrong with the last answer, which stands before it where it could be read."""
    if flawed.value is not None:
        said = Said("assistant", flawed.value.model_dump_json())
        return replace(ask, messages=(*ask.messages, said, Said("user", f"This cannot be sent: {flawed.problem}.")))
    *before, last = ask.messages
    told = f"{last.text}\n\n# Your last answer to this\n\nIt was of no use: {flawed.problem}."
    return replace(ask, messages=(*before, Said("user", told)))
