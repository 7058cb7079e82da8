"""student-queries → tutor → triage-routing."""

from collections.abc import Sequence
from dataclasses import replace

from learnflow.agents.answers_under_way import Stopped
from learnflow.agents.context import Context
from learnflow.agents.messages import follow
from learnflow.domain.question import intent
from learnflow.domain.question.intent import Triage, certain_triage
from learnflow.domain.question.parsed_question import parse_question
from learnflow.models.envelope import Event
from learnflow.models.events.queries import QuerySubmitted, submitted_query
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, QueryStatus, Specialist
from learnflow.streams.event_producer import Outgoing
from learnflow.streams.message_processor import Delivery
from learnflow.topics import TRIAGE_ROUTING


class TriageAgent:
    """Decides what each question is, and who answers it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, delivery: Delivery) -> Sequence[Outgoing]:
        """Return the routing decision."""
        query = submitted_query(delivery.event)
        triage = certain_triage(query) or await self._triage(delivery.event, query)
        decision = decide(query, triage, self._context.settings.triage.minimum_confidence)
        routing = follow(delivery.event, query.query_id, "routing", decision, self._context.now())
        return [Outgoing(TRIAGE_ROUTING, routing)]

    async def _triage(self, event: Event[QuerySubmitted], query: StudentQuery) -> Triage:
        """Return what a query is; of one that is stopped, what the rules say: whom it comes to stops it, too."""
        question, tutor, now = parse_question(query), self._context.tutor, self._context.now
        try:
            return await self._context.answers.work(event, Agent.TRIAGE, now, lambda: tutor.triage(query, question))
        except Stopped as stopped:
            return replace(intent.decide(question), usage=stopped.usage)


def decide(query: StudentQuery, triage: Triage, least_confidence: float) -> RoutingDecision:
    """Route a question by its intent; one that is not understood goes to concepts, which asks back."""
    target = triage.intent.specialist if triage.confidence >= least_confidence else Specialist.CONCEPTS
    routed = query.model_copy(
        update={
            "detected_intent": triage.intent,
            "topic": triage.topic,
            "question_key": triage.question_key,
            "triage_confidence": round(triage.confidence, 2),
            "routed_to_agent": target,
        }
    )
    return RoutingDecision(
        query_id=query.query_id,
        target_agent=target,
        confidence=triage.confidence,
        reasoning=triage.reasoning,
        intent=triage.intent,
        topic=triage.topic,
        question_key=triage.question_key,
        query=routed.moved_to(QueryStatus.PROCESSING),
        usage=triage.usage,
    )
