"""What one event changes in the database. No clock, no I/O."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple, cast

from learnflow.database.postgres import Json, hundredths, json_text
from learnflow.models.envelope import Event
from learnflow.models.events.learning import ProgressUpdated, StruggleDetected
from learnflow.models.events.queries import QuerySubmitted
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed, ResponseLate
from learnflow.models.events.routing import AgentRequest, CollaborationAnswered, CollaborationRequested, RoutingDecision
from learnflow.models.events.students import ExerciseVerified, HintGiven, MasteryLevelSet, SkillUpgraded
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import QueryStatus, Specialist
from learnflow.sink import queries, rows
from learnflow.sink.messages import SinkMessage, Unstorable
from learnflow.sink.rows import QueryContent, QueryState, Row
from learnflow.topics import REQUESTS


class Change(NamedTuple):
    """What one message changes.

    `rows` are written if the query is the student's, `outcome` if it is the query's outcome, `paid` in any case.
    """

    message: SinkMessage
    student_id: str
    at: datetime
    query: QueryContent | StudentQuery | None = None
    state: QueryState | None = None
    handed_over: bool = False
    attempt: int = 0
    rows: tuple[Row, ...] = ()
    outcome: tuple[Row, ...] = ()
    paid: tuple[Row, ...] = ()


def change(message: SinkMessage, event: Event[Any]) -> Change | None:
    """Return what an event changes, or None. Raises Unstorable."""
    nothing = Change(message, _student(event), event.timestamp)
    handler = _OF_QUERIES.get(event.event_type)
    if handler is not None:
        return handler(nothing, event)
    return nothing._replace(rows=_OF_LEARNERS[event.event_type](event))


def _carried(query: StudentQuery | None) -> StudentQuery:
    """Return the query that an event carries, which the codec has checked. Raises Unstorable when there is none."""
    if query is None:
        raise Unstorable("payload.query: must be given, or nothing can be stored")
    return query


def _submitted(nothing: Change, event: Event[QuerySubmitted]) -> Change:
    return nothing._replace(query=queries.submitted(event), state=queries.NEW)


def _routed(nothing: Change, event: Event[RoutingDecision]) -> Change:
    payload = event.payload
    query = _carried(payload.query)
    state = QueryState(
        status=QueryStatus.PROCESSING,
        routed_to_agent=payload.target_agent,
        detected_intent=payload.intent or query.detected_intent,
        triage_confidence=hundredths(payload.confidence),
        topic=payload.topic or query.topic,
        question_key=payload.question_key or query.question_key,
    )
    usage = queries.paid(event, payload.query_id, state.topic, payload.usage)
    return nothing._replace(query=query, state=state, rows=(queries.routed(event),), paid=usage)


def _requested(nothing: Change, event: Event[AgentRequest]) -> Change | None:
    """Keep what was handed over by another specialist; a request of the router leaves no trace of its own."""
    if event.payload.handed_over_from is None:
        return None
    query = _carried(event.payload.query)
    agent = _AGENTS[nothing.message.topic]
    flow = queries.handed_over(event, agent)
    return nothing._replace(query=query, state=queries.carried(query, agent), handed_over=True, rows=(flow,))


def _collaboration(nothing: Change, event: Event[CollaborationRequested] | Event[CollaborationAnswered]) -> Change:
    query = _carried(event.payload.request.query)
    return nothing._replace(query=query, state=queries.carried(query), rows=(queries.collaboration(event),))


def _completed(nothing: Change, event: Event[ResponseCompleted]) -> Change:
    query = _carried(event.payload.query)
    return nothing._replace(
        query=query,
        state=queries.ended(query, QueryStatus.COMPLETED, event.payload.agent_name),
        attempt=event.attempt,
        rows=(queries.outcome(event),),
        outcome=(queries.response(event),),
        paid=queries.paid(event, query.query_id, query.topic, event.payload.usage),
    )


def _failed(nothing: Change, event: Event[ResponseFailed]) -> Change | None:
    """Keep the failure. A query that could not be stored cannot be stored as a failed one either; what it cost can."""
    query, payload = event.payload.query, event.payload
    usage = queries.paid(event, payload.query_id, query.topic if query else None, payload.usage)
    if query is None:
        return nothing._replace(paid=usage) if usage else None
    state = queries.ended(query, QueryStatus.FAILED, query.routed_to_agent, payload.reason)
    return nothing._replace(
        query=query, state=state, attempt=event.attempt, outcome=(queries.outcome(event),), paid=usage
    )


def _late(nothing: Change, event: Event[ResponseLate]) -> Change:
    """Keep in the flow that an answer came too late, and what it cost."""
    query = event.payload.query
    usage = queries.paid(event, query.query_id, query.topic, event.payload.usage)
    return nothing._replace(query=query, state=queries.carried(query), rows=(queries.late(event),), paid=usage)


_AGENTS: Final[Mapping[str, Specialist]] = {topic.name: agent for agent, topic in REQUESTS.items()}
_OF_QUERIES: Final[Mapping[str, Callable[[Change, Event[Any]], Change | None]]] = {
    "student.query.submitted": _submitted,
    "triage.routing.decision": _routed,
    "agent.request.created": _requested,
    "agent.collaboration.requested": _collaboration,
    "agent.collaboration.answered": _collaboration,
    "agent.response.completed": _completed,
    "agent.response.failed": _failed,
    "agent.response.late": _late,
}


def _student(event: Event[Any]) -> str:
    return cast("str", event.student_id)  # the codec has made sure of it


def _history(kind: Callable[..., Row], event: Event[Any], **other: object) -> tuple[Row, ...]:
    """Return a row of a history. Its fields are called as the payload's, but for `other`."""
    return (kind(event.message_id, _student(event), event.timestamp, **(dict(event.payload) | other)),)


def _skill(event: Event[SkillUpgraded]) -> tuple[Row, ...]:
    level, reason = event.payload.new_level, event.payload.reason
    return (rows.ProfileRow(event.message_id, _student(event), event.timestamp, skill_level=level, reason=reason),)


def _verified(event: Event[ExerciseVerified]) -> tuple[Row, ...]:
    exercise = event.payload.exercise
    test_cases = json_text([case.model_dump() for case in exercise.test_cases])
    return (
        rows.ExerciseRow(**(dict(exercise) | {"test_cases": test_cases})),
        rows.AssignmentRow(_student(event), exercise.exercise_id, event.timestamp),
    )


def _hint_given(event: Event[HintGiven]) -> tuple[Row, ...]:
    return (rows.HintRow(_student(event), event.payload.exercise_id, event.payload.number),)


def _level_set(event: Event[MasteryLevelSet]) -> tuple[Row, ...]:
    said = event.payload
    row = rows.MasteryRow(event.message_id, _student(event), event.timestamp, said.topic, said.level, said.reason)
    return (row._replace(set_by=said.set_by),)


def _struggle(event: Event[StruggleDetected]) -> tuple[Row, ...]:
    return _history(rows.StruggleRow, event, signals=Json(event.payload.signals.model_dump_json()))


def _nothing(_event: Event[Any]) -> tuple[Row, ...]:
    """An agent is concerned; what comes of it is stored."""
    return ()


def _progress(event: Event[ProgressUpdated]) -> tuple[Row, ...]:
    progress = event.payload.progress
    if progress.student_id != event.student_id:
        raise Unstorable("payload.progress.student_id: differs from the message's student_id")
    converted = {
        "version": event.payload.version,
        "state": Json(event.payload.state.model_dump_json()),
        "python_mastery_levels": json_text(progress.python_mastery_levels),
        "queries_by_type": json_text({intent.value: count for intent, count in progress.queries_by_type.items()}),
    }
    return (rows.ProgressRow(**(dict(progress) | converted)),)


_OF_LEARNERS: Final[Mapping[str, Callable[[Event[Any]], tuple[Row, ...]]]] = {
    "student.profile.updated": partial(_history, rows.ProfileRow),
    "student.skill.upgraded": _skill,
    "exercise.assigned": _nothing,
    "exercise.verified": _verified,
    "exercise.hint.given": _hint_given,
    "exercise.graded": partial(_history, rows.SubmissionRow),
    "mastery.level.set": _level_set,
    "response.rated": partial(_history, rows.RatingRow),
    "teacher.answered": partial(_history, rows.TeacherAnswerRow),
    "mastery.level.updated": partial(_history, rows.MasteryRow),
    "student.struggle.detected": _struggle,
    "struggle.resolved": partial(_history, rows.StruggleRow),
    "student.progress.updated": _progress,
    "student.query.refused": _nothing,
    "student.query.cancelled": _nothing,
    "student.progress.due": _nothing,
    "student.progress.rebuilt": _nothing,
}
