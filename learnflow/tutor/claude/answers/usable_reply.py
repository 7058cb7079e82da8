"""A reply of Claude's that can be used, in time, which takes two calls at the most."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Generic

from learnflow.models.events.routing import AgentRequest
from learnflow.tutor.claude.budget.metered_client import MeteredClient
from learnflow.tutor.claude.interface import (
    ClaudeReply,
    ClaudeRequest,
    ClaudeUnavailable,
    Message,
    T,
    UnusableReply,
)
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
class _UnusableValue(Generic[T]):
    """An answer of no use: what is wrong with it, and the answer as far as it could be read."""

    problem: str
    value: T | None = None


def deadline_in(seconds: float) -> float:
    """Return the time of the event loop's clock in so many seconds."""
    return asyncio.get_running_loop().time() + seconds


def seconds_for(request: AgentRequest, most: float, now: datetime) -> float:
    """Return the seconds that Claude has for a request, or 0: another answer must still come before it is due.

    A call that is given up may be paid all the same, so none is made that has hardly a chance.
    """
    left = most if request.due is None else (request.due - now).total_seconds() - _FOR_ANOTHER_SECONDS
    return 0.0 if left < min(most, _LEAST_SECONDS) else min(most, left)


def claude_away(error: ClaudeUnavailable, client: MeteredClient) -> ClaudeAway:
    """Return what a tutor raises when Claude cannot be asked."""
    return ClaudeAway(error.for_students, client.usage)


async def usable_reply(
    client: MeteredClient, request: ClaudeRequest[T], deadline: float, problem: Callable[[T], str | None]
) -> ClaudeReply[T]:
    """Return a reply that is of use; one that is of none is shown to Claude, and asked for once more.

    `problem` says what is wrong with an answer. Raises ClaudeAway, or TutorUnavailable for a refusal and for a second
    answer of no use.
    """
    reply = await _attempt(client, request, deadline, problem)
    if isinstance(reply, _UnusableValue):
        reply = await _attempt(client, _with_problem(request, reply), deadline, problem)
    if isinstance(reply, _UnusableValue):
        raise TutorUnavailable(SPEECHLESS, client.usage)
    return reply


async def _attempt(
    client: MeteredClient, request: ClaudeRequest[T], deadline: float, problem: Callable[[T], str | None]
) -> ClaudeReply[T] | _UnusableValue[T]:
    try:
        reply = await client.ask(request, deadline)
    except ClaudeUnavailable as error:
        raise claude_away(error, client) from error
    except UnusableReply as error:
        if error.refused:
            raise TutorUnavailable(REFUSED, client.usage) from error
        return _UnusableValue(str(error))
    flaw = problem(reply.value)
    return reply if flaw is None else _UnusableValue(flaw, reply.value)


def _with_problem(request: ClaudeRequest[T], flawed: _UnusableValue[T]) -> ClaudeRequest[T]:
    """Return the question with what was wrong with the last answer, which stands before it where it could be read."""
    if flawed.value is not None:
        answer = Message("assistant", flawed.value.model_dump_json())
        complaint = Message("user", f"This cannot be sent: {flawed.problem}.")
        return replace(request, messages=(*request.messages, answer, complaint))
    *before, last = request.messages
    text = f"{last.text}\n\n# Your last answer to this\n\nIt was of no use: {flawed.problem}."
    return replace(request, messages=(*before, Message("user", text)))
