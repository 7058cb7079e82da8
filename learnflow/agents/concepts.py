"""concepts-requests → tutor → agent-responses; an explanation for another agent goes back to it."""

from collections.abc import Sequence
from time import perf_counter

from learnflow.agents.answers_under_way import Stopped
from learnflow.agents.context import Context
from learnflow.agents.messages import follow
from learnflow.agents.specialist_request import SpecialistRequest, milliseconds_since, supportive
from learnflow.domain.question import distress
from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.draft import Draft
from learnflow.models.envelope import Event
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, CollaborationRequested
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery
from learnflow.topics import REQUESTS
from learnflow.tutor.interface import TutorUnavailable

NAME = Specialist.CONCEPTS


class ConceptsAgent:
    """Explains what was asked, to students and to other agents."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return the response, or the explanation that another agent asked for."""
        if isinstance(delivery.event.payload, CollaborationRequested):
            return await self._contribute(delivery.event)
        request = SpecialistRequest(delivery.event, NAME, self._context)
        if request.event.payload.query.question_key == distress.QUESTION_KEY:
            return await request.outcome(self._support, request.completed)
        return await request.answer(self._context.tutor.explain, request.completed)

    async def _support(self, _: AgentRequest, __: ParsedQuestion) -> Draft:
        """Answer somebody in distress, whoever the tutor is: no lecture on loops, and nobody else is asked."""
        return supportive(self._context)

    async def _contribute(self, event: Event[CollaborationRequested]) -> Sequence[Outgoing]:
        asked = event.payload
        request, explanation, started = asked.request, None, perf_counter()
        try:
            if asked.concept is not None:
                explanation = await self._explanation(event, asked.concept)
        except (TutorUnavailable, Stopped) as error:  # the other agent answers alone, and tells what was paid in vain
            request = request.model_copy(update={"usage": request.usage + error.usage})
        payload = CollaborationAnswered(
            request=request,
            source_agent=asked.source_agent,
            concept=asked.concept,
            draft=asked.draft,
            explanation=explanation,
            stopped=self._context.answers.is_stopped(request.query),
            spent_ms=asked.spent_ms + milliseconds_since(started),
        )
        answered = follow(event, asked.request.query.query_id, "explanation", payload, self._context.now())
        return [Outgoing(REQUESTS[asked.source_agent], answered)]

    async def _explanation(self, event: Event[CollaborationRequested], concept: str) -> Draft:
        """Return the explanation that another agent's answer lacks; the student sees the rest of that meanwhile."""
        asked, question = event.payload, parse_question(event.payload.request.query)
        return await self._context.answers.work(
            event, Agent.CONCEPTS, self._context.now,
            lambda: self._context.tutor.explain_concept(asked.request, question, concept), opening=asked.draft.text,
        )  # fmt: skip
