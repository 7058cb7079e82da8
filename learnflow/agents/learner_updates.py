"""Events → observations → the tables of the learner model → student-progress, mastery-level-updated, student-events."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Literal, TypeAlias
from uuid import UUID

from mode.utils.logging import get_logger

from learnflow.agents.context import Context
from learnflow.agents.messages import follow
from learnflow.agents.student_store import Student
from learnflow.domain.learner.learner_state import Change, current, observe, rebuilt
from learnflow.domain.learner.mastery_change_reasons import Day, Outcome, Reason, reason
from learnflow.domain.learner.progress import progress, upgrade
from learnflow.models.envelope import Event
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated, StruggleDetected
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.events.students import ExerciseGraded, MasteryLevelSet, StruggleResolved
from learnflow.models.fields import Model
from learnflow.models.learner_model import (
    Asked,
    Graded,
    Knowledge,
    LearnerState,
    LevelSet,
    Observation,
    Resolved,
    Struggling,
)
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import lookup
from learnflow.streams.event_producer import Outgoing
from learnflow.tables import Tables
from learnflow.topics import MASTERY_LEVEL_UPDATED, STUDENT_EVENTS, STUDENT_PROGRESS, Topic

ReasonOf: TypeAlias = Callable[[str, bool], Reason]  # of a topic, and whether its level rose

_log = get_logger(__name__)


class LearnerUpdater:
    """Folds observations. What follows from a repeat has the same ids as the first time."""

    def __init__(self, context: Context, tables: Tables) -> None:
        self._context = context
        self._model = context.mastery
        self._tables = tables

    def observe(self, event: Event[Any], observation: Observation, student: Student) -> list[Outgoing]:
        """Add an observation, and return what follows from it."""
        change = observe(student.state, observation, self._model)
        updated = student.progress if change.repeated else None
        updated = updated or self._next_progress(event, student, change.state, change.after)
        day = self._day(event.student_id or "", observation)
        return [
            *self._replace(event, observation.id, updated),
            *self._levels(
                event, observation.id, change, lambda topic, rose: reason(observation, topic, day, rose=rose)
            ),
            *self._upgrade(event, observation.id, change, student),
        ]

    def rebuild(self, event: Event[Any], history: LearnerState, student: Student) -> list[Outgoing]:
        """Take over what a student's history adds up to, followed by what is not in there yet."""
        state = rebuilt(history, student.state, self._model)
        if state is None:
            _log.warning("%s is not rebuilt: PostgreSQL lacks some of the history; is a sink behind?", event.student_id)
            return []
        change = Change(state, current(student.state, self._model), current(state, self._model))
        rebuilding = Reason("Rebuilt by today's rules", (event.message_id,))
        return [
            *self._replace(event, event.message_id, self._next_progress(event, student, state, change.after)),
            *self._levels(event, event.message_id, change, lambda _topic, _rose: rebuilding),
            *self._upgrade(event, event.message_id, change, student),
        ]

    def review(self, event: Event[Any], day: date, student: Student) -> list[Outgoing]:
        """Bring what changes by time alone up to date, when a day has ended."""
        if student.progress is None or self._context.now().date() <= day:
            return []
        state = student.progress.state
        now = self._next_progress(event, student, state, current(state, self._model))
        same = now.progress.learning_velocity == student.progress.progress.learning_velocity
        return self._replace(event, event.message_id, student.progress if same else now)

    def _replace(self, event: Event[Any], cause: UUID, updated: ProgressUpdated) -> list[Outgoing]:
        self._tables.progress.put(event.student_id or "", updated)
        return [self._follow(event, cause, "progress", updated, STUDENT_PROGRESS)]

    def _next_progress(
        self, event: Event[Any], student: Student, state: LearnerState, knowledge: Knowledge
    ) -> ProgressUpdated:
        return ProgressUpdated(
            version=(student.progress.version if student.progress else 0) + 1,
            progress=progress(event.student_id or "", knowledge, self._context.now()),
            state=state,
        )

    def _day(self, student_id: str, observation: Observation) -> Day:
        day = self._tables.mastery.get(student_id, observation.at) or Day()
        new = _outcome(observation)
        if new is not None:
            day = day.with_outcome(new)
            self._tables.mastery.put(student_id, observation.at, day)
        return day

    def _levels(self, event: Event[Any], cause: UUID, change: Change, reason_of: ReasonOf) -> Iterator[Outgoing]:
        """Tell each level that has moved, and one that a teacher has set even where it has not."""
        teacher = event.payload if isinstance(event.payload, MasteryLevelSet) else None
        for topic, estimate in change.after.topics.items():
            before = change.before.topics.get(topic)
            old, new = before.announced if before else 0.0, estimate.announced
            set_by_teacher = teacher if teacher and lookup(teacher.topic) == topic else None
            if old == new and set_by_teacher is None:
                continue
            because = reason_of(topic, new > old)
            update = MasteryUpdated(
                topic=topic,
                old_level=old,
                new_level=new,
                reason=set_by_teacher.reason if set_by_teacher else because.text,
                evidence=because.evidence,
                model_version=self._model.parameters.version,
                set_by=set_by_teacher.set_by if set_by_teacher else None,
            )
            yield self._follow(event, cause, f"mastery/{topic}", update, MASTERY_LEVEL_UPDATED)

    def _upgrade(self, event: Event[Any], cause: UUID, change: Change, student: Student) -> Iterator[Outgoing]:
        upgraded = upgrade(change.before, change.after, student.profile.skill_level)
        if upgraded:
            yield self._follow(event, cause, "skill", upgraded, STUDENT_EVENTS)

    def _follow(self, event: Event[Any], cause: UUID, what: str, payload: Model, topic: Topic) -> Outgoing:
        return Outgoing(topic, follow(event, cause, what, payload, self._context.now()))


def observation_of(event: Event[Any]) -> Observation | None:
    """Return what an event says of its student's knowledge, or None."""
    at, message_id = event.timestamp, event.message_id
    match event.payload:
        case RoutingDecision(query=StudentQuery() as query):
            return Asked(at=query.timestamp, id=query.query_id, intent=query.detected_intent, topic=query.topic)
        case ExerciseGraded(topic=topic, exercise_id=exercise, score=score):
            return Graded(at=at, id=message_id, topic=topic, exercise=exercise, score=score)
        case MasteryLevelSet(topic=topic, level=level):
            return LevelSet(at=at, id=message_id, topic=topic, level=level)
        case StruggleDetected(topic=topic, struggle_level=level):
            return Struggling(at=at, id=message_id, topic=topic, level=level)
        case StruggleResolved(topic=topic):
            return Resolved(at=at, id=message_id, topic=topic)
    return None


def _outcome(observation: Observation) -> Outcome | None:
    """Return what an observation is for the day it belongs to, or None."""
    match observation:
        case Asked(id=query_id, topic=str() as topic):
            return Outcome(id=query_id, topic=lookup(topic), kind="asked")
        case Graded(id=message_id, topic=topic, exercise=exercise, score=score):
            kind: Literal["passed", "failed"] = "passed" if score == 1.0 else "failed"
            return Outcome(id=message_id, topic=lookup(topic), kind=kind, exercise=exercise)
    return None
