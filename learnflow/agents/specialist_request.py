"""What all specialists do with a request: hand it over where it is misrouted, else answer it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

from learnflow.agents.context import Context
from learnflow.agents.distress import reported
from learnflow.agents.messages import completed, failed, follow
from learnflow.domain.question.handover import Handover, misrouted
from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.draft import Draft, Usage
from learnflow.models.envelope import Event
from learnflow.models.events.responses import Failure
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.streams.event_producer import Outgoing
from learnflow.topics import REQUESTS
from learnflow.tutor.interface import Misrouted, TutorUnavailable

Composed = TypeVar("Composed")
Compose = Callable[[AgentRequest, ParsedQuestion], Awaitable[Composed]]
Finish = Callable[[Composed, int], Sequence[Outgoing]]  # what was composed, and the milliseconds that it took


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A request and its question, which is parsed here once for all that answer it."""

    event: Event[AgentRequest]
    question: ParsedQuestion


def parsed(event: Event[AgentRequest]) -> ParsedRequest:
    """Return a request with its question parsed."""
    return ParsedRequest(event, parse_question(event.payload.query))


async def answer(
    request: ParsedRequest,
    agent: Specialist,
    compose: Compose[Composed],
    finish: Finish[Composed],
    context: Context,
) -> Sequence[Outgoing]:
    """Return the one outcome of a request, or its hand-over."""
    handover = misrouted(request.event.payload, request.question, agent)
    if handover:
        return [_handed_over(request.event, agent, handover, context)]
    return await outcome(request, agent, compose, finish, context)


async def outcome(
    request: ParsedRequest,
    agent: Specialist,
    compose: Compose[Composed],
    finish: Finish[Composed],
    context: Context,
) -> Sequence[Outgoing]:
    """Return the one outcome of a request whose words are this agent's; its tutor may still see that it is not."""
    event, started = request.event, perf_counter()
    try:
        composed = await compose(event.payload, request.question)
    except Misrouted as error:
        return [_handed_over(event, agent, Handover(error.target, str(error)), context, error.usage)]
    except TutorUnavailable as error:
        query, now = event.payload.query, context.now()
        return [failed(event, query, Agent(agent), Failure.UNAVAILABLE, str(error), now, error.usage)]
    return reported(event, finish(composed, milliseconds_since(started)), context)


def responding(event: Event[AgentRequest], agent: Specialist, context: Context) -> Finish[Draft]:
    """Return what makes the response of a draft."""
    return lambda draft, spent: [completed(event, event.payload.query, agent, draft, spent, context.now())]


def milliseconds_since(started: float) -> int:
    """Return the time since a reading of perf_counter, at least 1 ms."""
    return max(round((perf_counter() - started) * 1000), 1)


def _handed_over(
    event: Event[AgentRequest], agent: Specialist, handover: Handover, context: Context, usage: tuple[Usage, ...] = ()
) -> Outgoing:
    query = event.payload.query.model_copy(update={"routed_to_agent": handover.target})
    request = event.payload.model_copy(
        update={"query": query, "handed_over_from": agent, "reason": handover.reason, "usage": usage}
    )
    return Outgoing(REQUESTS[handover.target], follow(event, query.query_id, "handover", request, context.now()))
