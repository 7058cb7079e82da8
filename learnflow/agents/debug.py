"""debug-requests → sandbox → tutor → agent-responses; where a concept is missing, concepts is asked first.

The draft travels with the question to concepts and comes back with the explanation. It is remembered meanwhile, so that
nothing is asked and paid again when core wants the answer without concepts, and so that the student's next answers take
the same way, whatever they lack and however late they are: sent at once, they would come before their turn.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from learnflow.agents.answers_under_way import STOPPED
from learnflow.agents.context import Context
from learnflow.agents.messages import completed, failed, follow
from learnflow.agents.specialist_request import SpecialistRequest, reported
from learnflow.bounded_cache import BoundedCache
from learnflow.domain.question import distress
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.draft import Draft, token_count
from learnflow.models.envelope import Event
from learnflow.models.events.responses import Failure
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, CollaborationRequested
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, Specialist
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery
from learnflow.topics import CONCEPTS_REQUESTS
from learnflow.tutor.answer_text import joined
from learnflow.tutor.code_run import CodeRunner

NAME = Specialist.DEBUG

_REMEMBERED: Final = 1_024  # questions


class DebugAgent:
    """Finds errors, with an explanation of the concept behind them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._code_runner = CodeRunner(context.sandbox)
        self._sent: BoundedCache[tuple[UUID, int], CollaborationRequested | None] = BoundedCache(_REMEMBERED)

    async def __call__(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return the response, or the question to concepts."""
        event = delivery.event
        if isinstance(event.payload, CollaborationAnswered):
            answered: CollaborationAnswered = event.payload
            self._sent[answered.request.query.query_id, event.attempt] = None
            if answered.stopped or self._context.answers.is_stopped(answered.request.query):
                return [self._stopped(event, answered.request.query, answered.draft, answered.explanation)]
            draft, now = combine(answered.draft, answered.explanation), self._context.now()
            response = completed(event, answered.request.query, NAME, draft, answered.spent_ms, now)
            return reported(event, [response], self._context)
        work = (event.payload.query.query_id, event.attempt)
        if event.payload.alone and work in self._sent:
            asked = self._sent[work]
            self._sent[work] = None
            if asked is None:  # the question has left here with its answer, or for good
                return []
            if self._context.answers.is_stopped(event.payload.query):
                return [self._stopped(event, asked.request.query, asked.draft)]
            return [completed(event, event.payload.query, NAME, asked.draft, asked.spent_ms, self._context.now())]
        request = SpecialistRequest(event, NAME, self._context)
        sent = await request.answer(self._draft, lambda draft, spent: [self._next(event, draft, spent)])
        first = sent[0].event.payload
        self._sent[work] = first if isinstance(first, CollaborationRequested) else None
        return sent

    async def _draft(self, request: AgentRequest, question: ParsedQuestion) -> Draft:
        """Run the code first: what really happens is the ground of every explanation."""
        ran = await self._code_runner.run_question(request, question)
        return await self._context.tutor.debug(request, question, ran)

    def _next(self, event: Event[AgentRequest], draft: Draft, spent_ms: int) -> Outgoing:
        request = event.payload
        if request.alone or (draft.missing_concept is None and not self._awaited(request.query.student_id)):
            return completed(event, request.query, NAME, draft, spent_ms, self._context.now())
        asked = CollaborationRequested(
            request=request, source_agent=NAME, concept=draft.missing_concept, draft=draft, spent_ms=spent_ms
        )
        question = follow(event, request.query.query_id, "collaboration", asked, self._context.now())
        return Outgoing(CONCEPTS_REQUESTS, question)

    def _stopped(self, event: Event[Any], query: StudentQuery, *drafts: Draft | None) -> Outgoing:
        """Return the outcome of a query whose answer was stopped while concepts had it, with what it has cost."""
        usage = tuple(usage for draft in drafts if draft for usage in draft.usage)
        now = self._context.now()
        return failed(event, query, Agent.DEBUG, Failure.STOPPED, STOPPED, now, usage)

    def _awaited(self, student_id: str) -> bool:
        """Say whether an answer of a student is with concepts, as far as this worker has sent it there."""
        return any(asked is not None and asked.request.query.student_id == student_id for asked in self._sent.values())


def combine(draft: Draft, explanation: Draft | None) -> Draft:
    """Make one answer of debug's and concepts' part, which is written to follow on debug's."""
    if explanation is None:
        return draft
    usage = draft.usage + explanation.usage
    if explanation.metadata.get(distress.METADATA_FIELD):  # then nothing else is said
        return explanation.model_copy(update={"token_count": token_count(explanation.model, usage), "usage": usage})
    # What was explained, and by whom: it need not be who wrote the rest.
    prompt = {key: value for key, value in explanation.metadata.items() if key == "prompt"}
    origin = {"topic": explanation.topic, "model": explanation.model, **prompt}
    return draft.model_copy(
        update={
            "text": joined(draft.text, explanation.text),
            "code_examples": tuple(dict.fromkeys(draft.code_examples + explanation.code_examples)),
            "confidence": round(min(draft.confidence, explanation.confidence), 2),
            "metadata": {**draft.metadata, "explained": origin},
            "token_count": token_count(draft.model, usage),
            "usage": usage,
        }
    )
