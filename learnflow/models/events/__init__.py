"""Every event type with the model of its payload, from which the contract is generated, and the query it is about."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, cast
from uuid import UUID

from learnflow.models.envelope import Event, Payload, version_metadata
from learnflow.models.events import students
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated, StruggleDetected
from learnflow.models.events.logs import ActivityLogged, Heartbeat
from learnflow.models.events.queries import QueryCancelled, QueryRefused, QuerySubmitted, submitted_query
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed, ResponseLate, ResponseProgress
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, CollaborationRequested, RoutingDecision
from learnflow.models.fields import Model
from learnflow.models.student_query import StudentQuery

PAYLOADS: Final[Mapping[str, type[Model]]] = MappingProxyType({
    "student.query.submitted": QuerySubmitted,
    "triage.routing.decision": RoutingDecision,
    "student.query.refused": QueryRefused,
    "student.query.cancelled": QueryCancelled,
    "agent.request.created": AgentRequest,
    "agent.collaboration.requested": CollaborationRequested,
    "agent.collaboration.answered": CollaborationAnswered,
    "agent.response.completed": ResponseCompleted,
    "agent.response.failed": ResponseFailed,
    "agent.response.late": ResponseLate,
    "agent.response.progress": ResponseProgress,
    "student.struggle.detected": StruggleDetected,
    "mastery.level.updated": MasteryUpdated,
    "student.progress.updated": ProgressUpdated,
    "student.profile.updated": students.ProfileUpdated,
    "exercise.assigned": students.ExerciseAssigned,
    "exercise.verified": students.ExerciseVerified,
    "exercise.hint.given": students.HintGiven,
    "exercise.graded": students.ExerciseGraded,
    "mastery.level.set": students.MasteryLevelSet,
    "response.rated": students.ResponseRated,
    "teacher.answered": students.TeacherAnswered,
    "student.skill.upgraded": students.SkillUpgraded,
    "struggle.resolved": students.StruggleResolved,
    "student.progress.due": students.ProgressDue,
    "student.progress.rebuilt": students.ProgressRebuilt,
    "agent.activity.logged": ActivityLogged,
    "agent.heartbeat": Heartbeat,
})

EVENT_TYPES: Final[Mapping[type[Model], str]] = MappingProxyType({model: name for name, model in PAYLOADS.items()})

EVENTS: Final[Mapping[str, type[Event[Any]]]] = MappingProxyType({
    name: cast("type[Event[Any]]", Event[model])  # type: ignore[valid-type]
    for name, model in PAYLOADS.items()
})


def event_with(  # noqa: PLR0913 - what a message consists of
    payload: Payload,
    message_id: UUID,
    at: datetime,
    *,
    student_id: str | None,
    trace_id: UUID,
    sequence: int | None = None,
    attempt: int = 0,
) -> Event[Payload]:
    """Return a payload in its envelope, as a message that LearnFlow itself produces."""
    name = EVENT_TYPES[type(payload)]
    return EVENTS[name](
        message_id=message_id,
        timestamp=at,
        student_id=student_id,
        trace_id=trace_id,
        event_type=name,
        payload=payload,
        metadata=version_metadata(sequence=sequence, attempt=attempt),
    )


def query_of(event: Event[Any]) -> StudentQuery | None:
    """Return the query that a message submits or carries."""
    return submitted_query(event) if isinstance(event.payload, QuerySubmitted) else carried_query(event)


def carried_query(event: Event[Any]) -> StudentQuery | None:
    """Return the query that a message carries along, as triage routed it."""
    query: StudentQuery | None = getattr(getattr(event.payload, "request", event.payload), "query", None)
    return query


def request_of(event: Event[Any]) -> AgentRequest | None:
    """Return the request that a message is, or carries."""
    request = getattr(event.payload, "request", event.payload)
    return request if isinstance(request, AgentRequest) else None


def taken_up_again(event: Event[Any], attempt: int) -> Event[Any]:
    """Return a message as part of a later attempt; core has closed the query, so that its request is never late."""
    request, redriven = request_of(event), event.redriven(attempt)
    if request is None:
        return redriven
    unlimited = request.model_copy(update={"due": None})
    payload = unlimited if event.payload is request else event.payload.model_copy(update={"request": unlimited})
    return redriven.model_copy(update={"payload": payload})


def query_id_of(event: Event[Any]) -> UUID | None:
    """Return the id of the query that a message is about."""
    if isinstance(event.payload, QuerySubmitted):
        return event.payload.query_id or event.message_id
    query = query_of(event)
    return query.query_id if query else getattr(event.payload, "query_id", None)
