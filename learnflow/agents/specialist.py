"""What all specialists do with a request: hand it over where it is misrouted, else answer it."""

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter

from learnflow.agents.context import Context
from learnflow.agents.messages import completed, failed, follow
from learnflow.domain.handover import Handover, misrouted
from learnflow.models.draft import Draft
from learnflow.models.envelope import Event
from learnflow.models.events.responses import Failure
from learnflow.models.events.work import AgentRequest
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.streams.outbox import Outgoing
from learnflow.topics import REQUESTS
from learnflow.tutor.interface import TutorUnavailable

Finish = Callable[[Draft, int], Outgoing]


async def answer(
    event: Event[AgentRequest], agent: Specialist, compose: Callable[[AgentRequest], Awaitable[Draft]],
    context: Context, finish: Finish | None = None,
) -> Sequence[Outgoing]:  # fmt: skip
    """Return the one outcome of a request, or its hand-over.

    `finish` makes a message of the draft and the milliseconds it took; without it, that is the response.
    """
    request = event.payload
    handover = misrouted(request, agent)
    if handover:
        return [_handed_over(event, agent, handover, context)]
    started = perf_counter()
    try:
        draft = await compose(request)
    except TutorUnavailable as error:
        return [failed(event, request.query, Agent(agent), Failure.UNAVAILABLE, str(error), context.now())]
    spent = milliseconds_since(started)
    if finish:
        return [finish(draft, spent)]
    return [completed(event, request.query, agent, draft, spent, context.now())]


def milliseconds_since(started: float) -> int:
    """Return the time since a reading of perf_counter, at least 1 ms."""
    return max(round((perf_counter() - started) * 1000), 1)


def _handed_over(event: Event[AgentRequest], agent: Specialist, handover: Handover, context: Context) -> Outgoing:
    query = event.payload.query.model_copy(update={"routed_to_agent": handover.target})
    request = event.payload.model_copy(update={"query": query, "handed_over_from": agent, "reason": handover.reason})
    return Outgoing(REQUESTS[handover.target], follow(event, query.query_id, "handover", request, context.now()))
