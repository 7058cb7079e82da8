"""What all specialists do with a request: hand it over where it is misrouted, else answer it.

Somebody in distress gets the answer that the school has chosen, and those who watch get word. What the student wrote
is never repeated then: the log event and the warning name the question only.
"""

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any, Final, TypeVar

from mode.utils.logging import get_logger

from learnflow.agents.answers_under_way import STOPPED, Stopped
from learnflow.agents.context import Context
from learnflow.agents.messages import TOO_LATE, completed, failed, follow
from learnflow.domain.question import distress
from learnflow.domain.question.handover import Handover, misrouted
from learnflow.domain.question.last_program import with_last_program
from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.draft import OFFLINE_MODEL, Draft, Usage
from learnflow.models.envelope import Event
from learnflow.models.events.logs import ActivityLogged
from learnflow.models.events.responses import Failure, ResponseCompleted
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery
from learnflow.topics import AGENT_LOGS, REQUESTS
from learnflow.tutor.interface import Misrouted, TutorUnavailable

NOTICED: Final = "safety.distress.noticed"  # the action in agent-logs
_log = get_logger(__name__)

Composed = TypeVar("Composed")
Compose = Callable[[AgentRequest, ParsedQuestion], Awaitable[Composed]]
Finish = Callable[[Composed, int], Sequence[Outgoing]]  # what was composed, and the milliseconds that it took


class SpecialistRequest:
    """A request to a specialist; its question is read here once, with the program that it goes on with."""

    def __init__(self, event: Event[AgentRequest], agent: Specialist, context: Context) -> None:
        self.event = event
        question = parse_question(event.payload.query)
        self._request = with_last_program(event.payload, question)
        self.question = question if self._request is event.payload else parse_question(self._request.query)
        self._agent = agent
        self._context = context

    async def answer(self, compose: Compose[Composed], finish: Finish[Composed]) -> Sequence[Outgoing]:
        """Return the one outcome of the request, or its hand-over."""
        handover = misrouted(self._request, self.question, self._agent)
        return [self._handed_over(handover)] if handover else await self.outcome(compose, finish)

    async def outcome(self, compose: Compose[Composed], finish: Finish[Composed]) -> Sequence[Outgoing]:
        """Return the one outcome of a request whose words are this agent's; its tutor may still see that it is not."""
        if (due := self.event.payload.due) is not None and self._context.now() >= due:
            return [self._too_late()]
        started = perf_counter()
        try:
            composed = await self._context.answers.work(
                self.event, Agent(self._agent), self._context.now, lambda: compose(self._request, self.question)
            )
        except Misrouted as error:
            return [self._handed_over(Handover(error.target, str(error)), error.usage)]
        except TutorUnavailable as error:
            query, agent, now = self.event.payload.query, Agent(self._agent), self._context.now()
            return [failed(self.event, query, agent, Failure.UNAVAILABLE, str(error), now, error.usage)]
        except Stopped as stopped:
            query, agent, now = self.event.payload.query, Agent(self._agent), self._context.now()
            return [failed(self.event, query, agent, Failure.STOPPED, STOPPED, now, stopped.usage)]
        return reported(self.event, finish(composed, milliseconds_since(started)), self._context)

    def _too_late(self) -> Outgoing:
        query, agent, now = self.event.payload.query, Agent(self._agent), self._context.now()
        return failed(self.event, query, agent, Failure.OVERDUE, TOO_LATE, now)

    def completed(self, draft: Draft, spent_ms: int) -> Sequence[Outgoing]:
        """Return the response of a draft."""
        return [completed(self.event, self.event.payload.query, self._agent, draft, spent_ms, self._context.now())]

    def _handed_over(self, handover: Handover, usage: tuple[Usage, ...] = ()) -> Outgoing:
        payload = self.event.payload
        query = payload.query.model_copy(update={"routed_to_agent": handover.target})
        changes = {"query": query, "handed_over_from": self._agent, "reason": handover.reason, "usage": usage}
        request, now = payload.model_copy(update=changes), self._context.now()
        return Outgoing(REQUESTS[handover.target], follow(self.event, query.query_id, "handover", request, now))


class TutoredAgent:
    """A specialist that only answers what its tutor composes: code review, progress."""

    def __init__(self, name: Specialist, compose: Compose[Draft], context: Context) -> None:
        self._name = name
        self._compose = compose
        self._context = context

    async def __call__(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return the response."""
        request = SpecialistRequest(delivery.event, self._name, self._context)
        return await request.answer(self._compose, request.completed)


def milliseconds_since(started: float) -> int:
    """Return the time since a reading of perf_counter, at least 1 ms."""
    return max(round((perf_counter() - started) * 1000), 1)


def supportive(context: Context) -> Draft:
    """Return the supportive answer of the settings."""
    return Draft(
        text=context.settings.safety.supportive_answer,
        confidence=1.0,
        topic=GENERAL,
        metadata={distress.METADATA_FIELD: True},
        model=OFFLINE_MODEL,  # no tutor is asked
    )


def reported(event: Event[Any], sent: Sequence[Outgoing], context: Context) -> Sequence[Outgoing]:
    """Return what an agent sends, with a log event where an answer says that somebody is in distress."""
    responses = [message.event.payload for message in sent if isinstance(message.event.payload, ResponseCompleted)]
    noticed = [each for each in responses if (each.metadata or {}).get(distress.METADATA_FIELD) is True]
    return [*sent, *(_log_event(event, response, context) for response in noticed)]


def _log_event(event: Event[Any], response: ResponseCompleted, context: Context) -> Outgoing:
    _log.warning("%s: a student may be in distress or danger: query %s", response.agent_name, response.query_id)
    payload = ActivityLogged(
        agent_name=Agent(response.agent_name), instance=context.instance, action=NOTICED, query_id=response.query_id
    )
    entry = follow(event, response.query_id, distress.METADATA_FIELD, payload, context.now(), steps=0)
    return Outgoing(AGENT_LOGS, entry)
