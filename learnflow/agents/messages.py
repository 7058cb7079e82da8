"""The messages that agents send: each follows from a cause, and a repeat of the cause gives the same id."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from learnflow.agents.context import Context
from learnflow.models.draft import Draft, Usage
from learnflow.models.envelope import Event, derived_id
from learnflow.models.events import event_with, query_id_of, query_of, request_of
from learnflow.models.events.logs import ActivityLogged, Heartbeat
from learnflow.models.events.responses import Failure, ResponseCompleted, ResponseFailed, ResponseLate
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, CollaborationRequested
from learnflow.models.fields import Model
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Agent, QueryStatus, ResponseType, Specialist
from learnflow.streams.agent_stats import Activity
from learnflow.streams.codec import Refusal
from learnflow.streams.event_producer import Outgoing
from learnflow.topics import AGENT_LOGS, AGENT_RESPONSES

OUR_FAULT: Final = "Something went wrong on our side. Your question is kept, and somebody will look at it."
TOO_LATE: Final = "Nobody could answer this in time. Please ask again."
OUTCOME: Final = "outcome"  # in its id, whether completed or failed
RESPONSE_TYPES: Final = {
    Specialist.CONCEPTS: ResponseType.EXPLANATION,
    Specialist.CODE_REVIEW: ResponseType.CODE_REVIEW,
    Specialist.DEBUG: ResponseType.DEBUG_SOLUTION,
    Specialist.EXERCISE: ResponseType.EXERCISE,
    Specialist.PROGRESS: ResponseType.PROGRESS_REPORT,
}


def follow(  # noqa: PLR0913 - what a message consists of
    cause: Event[Any], query_id: UUID, what: str, payload: Model, now: datetime, *, steps: int = 1
) -> Event[Any]:
    """Return the message that follows from a cause, `steps` further in the query's message flow."""
    student = cause.student_id or ""
    message_id = derived_id(student, query_id, what, cause.attempt)
    sequence = max(cause.sequence + steps, 1)
    return event_with(
        payload, message_id, now, student_id=student, trace_id=cause.trace_id, sequence=sequence, attempt=cause.attempt
    )


def completed(  # noqa: PLR0913, PLR0917 - what a response consists of
    cause: Event[Any], query: StudentQuery, agent: Specialist, draft: Draft, spent_ms: int, now: datetime
) -> Outgoing:
    """The answer to a query."""
    payload = ResponseCompleted(
        query_id=query.query_id,
        agent_name=agent,
        response_text=draft.text,
        processing_time_ms=max(spent_ms, 1),
        confidence=draft.confidence,
        response_id=derived_id(query.student_id, query.query_id, "answer"),
        response_type=RESPONSE_TYPES[agent],
        code_examples=draft.code_examples,
        metadata={**draft.metadata, "topic": draft.topic},
        claude_model=draft.model,
        token_count=draft.token_count,
        query=query.moved_to(QueryStatus.COMPLETED),
        usage=(*_spent_before(cause), *draft.usage),
    )
    return outcome(cause, query, payload, now)


def failed(  # noqa: PLR0913, PLR0917 - what a failure consists of
    cause: Event[Any],
    query: StudentQuery,
    agent: Agent,
    failure: Failure,
    reason: str,
    now: datetime,
    usage: tuple[Usage, ...] = (),
) -> Outgoing:
    """The outcome of a query that cannot be answered, with a reason that its student can read."""
    payload = ResponseFailed(
        query_id=query.query_id,
        agent_name=agent,
        failure=failure,
        reason=reason,
        query=query.moved_to(QueryStatus.FAILED, reason=reason),
        usage=(*_spent_before(cause), *usage),
    )
    return outcome(cause, query, payload, now)


def outcome(
    cause: Event[Any], query: StudentQuery, payload: ResponseCompleted | ResponseFailed, now: datetime
) -> Outgoing:
    """Return the one outcome of a query. Both kinds have one id.

    Past the query's time this is none: then core fails it, and what was spent is told all the same.
    """
    due = answer_due(cause)
    told = ResponseLate(query_id=query.query_id, agent_name=Agent(payload.agent_name), query=query, usage=payload.usage)
    late = Outgoing(AGENT_RESPONSES, follow(cause, query.query_id, f"late/{payload.agent_name}", told, now))
    if due is not None and now >= due:
        return late
    return Outgoing(AGENT_RESPONSES, follow(cause, query.query_id, OUTCOME, payload, now), before=due, instead=late)


def taken_up(decision: Event[Any], at: float) -> Event[Any]:
    """Return a routing decision with the time that its query's limits count from: if it was redriven, since it came."""
    return decision.model_copy(update={"timestamp": datetime.fromtimestamp(at, UTC)}) if decision.attempt else decision


def answer_due(cause: Event[Any]) -> datetime | None:
    """Return until when an agent may answer; None where core set no time."""
    request = request_of(cause)
    return request.due if request else None


def _spent_before(cause: Event[Any]) -> tuple[Usage, ...]:
    """Return what agents spent that had the question before, so that the outcome tells all that it cost."""
    match cause.payload:
        case AgentRequest(usage=usage):
            return usage
        case CollaborationAnswered(request=request) | CollaborationRequested(request=request):
            return request.usage
    return ()


class Reporter:
    """What becomes of the messages of a worker's agents: failed responses for what is refused, and the log."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def refused(self, agent: Agent, refusal: Refusal) -> Sequence[Outgoing]:
        """Return a failed response, where it is known whose question it was."""
        if refusal.student_id is None or refusal.query_id is None:
            return []
        student, query_id = refusal.student_id, refusal.query_id
        reason = f"The question cannot be read: {refusal.reason}"
        payload = ResponseFailed(query_id=query_id, agent_name=agent, failure=Failure.INVALID, reason=reason)
        message_id = derived_id(student, query_id, OUTCOME)
        trace_id = refusal.trace_id or derived_id(student, query_id, "trace")
        now = self._context.now()
        event = event_with(payload, message_id, now, student_id=student, trace_id=trace_id, sequence=1)
        return [Outgoing(AGENT_RESPONSES, event)]

    def broken(self, agent: Agent, event: Event[Any]) -> Sequence[Outgoing]:
        """Return a failed response for a query that an agent could not process."""
        query = query_of(event)
        if query is None or query.status.final:
            return []
        return [failed(event, query, agent, Failure.INTERNAL, OUR_FAULT, self._context.now())]

    def done(self, activity: Activity, event: Event[Any], milliseconds: int) -> Outgoing:
        """Return the log entry of a message that was processed."""
        payload = _logged(activity, event.event_type, query_id_of(event), duration_ms=milliseconds)
        return self.log(payload, event.student_id, event.trace_id)

    def error(self, activity: Activity, refusal: Refusal, action: str) -> Outgoing:
        """Return the log entry of a message that was not."""
        payload = _logged(activity, action, refusal.query_id, error=refusal.reason)
        return self.log(payload, refusal.student_id, refusal.trace_id)

    def log(
        self, payload: ActivityLogged | Heartbeat, student_id: str | None = None, trace_id: UUID | None = None
    ) -> Outgoing:
        """Return the log entry of what was done for a student, or that an agent is alive."""
        now, trace_id = self._context.now(), trace_id or uuid4()
        return Outgoing(AGENT_LOGS, event_with(payload, uuid4(), now, student_id=student_id, trace_id=trace_id))


def _logged(activity: Activity, action: str, query_id: UUID | None, **how: Any) -> ActivityLogged:  # noqa: ANN401 - the rest of its fields
    return ActivityLogged(
        agent_name=activity.agent, instance=activity.instance, action=action, query_id=query_id, **how
    )
