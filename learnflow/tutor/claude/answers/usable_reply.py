"""A reply of Claude's that can be used, in time, which takes two calls at the most."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Stage
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.answer_progress import WordGate, enter
from learnflow.tutor.claude.budget.metered_client import MeteredClient
from learnflow.tutor.claude.client.streaming import value_so_far
from learnflow.tutor.claude.interface import (
    ClaudeReply,
    ClaudeRequest,
    ClaudeUnavailable,
    Message,
    ReplyListener,
    T,
    UnusableReply,
    WayRefused,
)
from learnflow.tutor.interface import ClaudeAway, TutorUnavailable
from learnflow.tutor.proof.output_claims import output_claims

REFUSED: Final = (
    "I cannot answer this question. Ask me about something else: a topic of programming, an error in your code, or an "
    "exercise."
)
_FOR_ANOTHER_SECONDS: Final = 5.0  # that an answer without Claude may take
_LEAST_SECONDS: Final = 3.0  # that Claude takes for an answer
UNREADABLE: Final = "Claude, who usually answers here, wrote nothing that could be read."
SPEECHLESS: Final = (
    "I could not find a good answer to this question. Please ask it again in other words, or in smaller parts."
)


def seconds_for(request: AgentRequest, most: float, now: datetime) -> float:
    """Return the seconds that Claude has for a request, or 0: another answer must still come before it is due.

    A call that is given up may be paid all the same, so none is made that has hardly a chance.
    """
    left = most if request.due is None else (request.due - now).total_seconds() - _FOR_ANOTHER_SECONDS
    return 0.0 if left < min(most, _LEAST_SECONDS) else min(most, left)


async def no_doubt(_: object) -> str | None:
    """Have nothing to say against any answer."""


@asynccontextmanager
async def heard(
    request: ClaudeRequest[T], problem: Callable[[str], str | None], settings: ClaudeSettings, *, shows: bool
) -> AsyncIterator[ClaudeRequest[T]]:
    """Yield a request whose reply is heard while it is written, and shown as far as it may be.

    What is claimed of outputs may be taken back when it is run, so it waits; where all of an answer is such a claim,
    nothing `shows`. Nor do the words of one that is for another agent, or to somebody in distress.
    """
    gate = WordGate(lambda text: not output_claims(text) and problem(text) is None)

    def hear(written: str) -> None:
        enter(Stage.WRITING)
        value = value_so_far(written) if shows else {}
        text, elsewhere = value.get("text"), value.get("belongs_to", ...)
        if isinstance(text, str) and value.get("distress") is False and elsewhere is None:
            gate.write(text.lstrip())

    try:
        yield replace(request, listener=ReplyListener(hear)) if settings.stream else request
    finally:
        await gate.close()


async def usable_reply(
    client: MeteredClient, request: ClaudeRequest[T], deadline: float, problem: Callable[[T], Awaitable[str | None]],
    doubt: Callable[[T], Awaitable[str | None]] = no_doubt,
) -> ClaudeReply[T]:  # fmt: skip
    """Return a reply that is of use; one that is of none is shown to Claude, and asked for once more.

    `problem` says why an answer is of no use; `doubt` says what is false in a first one, which does if no better comes.
    Raises ClaudeAway, also where a second one cannot be read either, or TutorUnavailable for a refusal and for a second
    answer of no use.
    """
    doubtful: ClaudeReply[T] | None = None
    speechless = TutorUnavailable(SPEECHLESS)
    for attempt in range(2):
        try:
            reply = await _accepted(client, request, deadline)
        except (ClaudeUnavailable, UnusableReply) as error:
            if doubtful is None and (final := _final(error, client)):
                raise final from error
            request, speechless = _with_problem(request, error), ClaudeAway(UNREADABLE)
            continue
        flaw = await problem(reply.value)
        if flaw is None and attempt == 0:
            doubtful, flaw = reply, await doubt(reply.value)
        if flaw is None:
            return reply
        request, speechless = _with_problem(request, flaw, reply.value), TutorUnavailable(SPEECHLESS)
    if doubtful is None:
        speechless.usage = client.usage
        raise speechless
    return doubtful


async def _accepted(client: MeteredClient, request: ClaudeRequest[T], deadline: float) -> ClaudeReply[T]:
    """Ask; where effort is refused, once more without it, for nothing was answered."""
    try:
        return await client.ask(request, deadline)
    except WayRefused:
        if request.effort is None:
            raise
        return await client.ask(replace(request, effort=None), deadline)


def _final(error: ClaudeUnavailable | UnusableReply, client: MeteredClient) -> TutorUnavailable | None:
    """Return what an error leaves to say to a student; None where it can be asked once more."""
    if isinstance(error, ClaudeUnavailable):
        return ClaudeAway(error.for_students, client.usage)
    return TutorUnavailable(REFUSED, client.usage) if error.refused else None


def _with_problem(request: ClaudeRequest[T], problem: object, value: T | None = None) -> ClaudeRequest[T]:
    """Return the question with what was wrong with the last answer, which stands before it where it could be read."""
    if isinstance(problem, WayRefused):
        return request  # nothing was answered
    if value is not None:
        answer = Message("assistant", value.model_dump_json())
        reason, _, details = str(problem).partition("\n\n")
        complaint = Message("user", "\n\n".join(filter(None, (f"This cannot be sent: {reason}.", details))))
        return replace(request, messages=(*request.messages, answer, complaint))
    *before, last = request.messages
    text = f"{last.text}\n\n# Your last answer to this\n\nIt was of no use: {problem}."
    return replace(request, messages=(*before, Message("user", text)))
