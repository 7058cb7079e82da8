"""An observation → the tables of the learner model → student-progress, mastery-level-updated, student-events."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from mode.utils.logging import get_logger

from learnflow.agents.context import Context
from learnflow.agents.messages import follow
from learnflow.agents.observations import outcome
from learnflow.agents.student_store import Student
from learnflow.domain.learner import Change, Day, current, observe, progress, rebuilt
from learnflow.domain.learner.milestones import upgrade
from learnflow.domain.learner.reasons import Reason, reason
from learnflow.models.envelope import Event
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated
from learnflow.models.events.students import MasteryLevelSet
from learnflow.models.fields import Model
from learnflow.models.knowledge import Knowledge, LearnerState, Observation
from learnflow.models.taxonomy import lookup
from learnflow.streams.outbox import Outgoing
from learnflow.tables import Tables
from learnflow.topics import MASTERY_LEVEL_UPDATED, STUDENT_EVENTS, STUDENT_PROGRESS, Topic

Why: TypeAlias = Callable[[str, bool], Reason]  # of a topic, and whether its level rose

NOTHING_YET: Final = LearnerState()
_log = get_logger(__name__)


class Learning:
    """Folds observations. What follows from a repeat has the same ids as the first time."""

    def __init__(self, context: Context, tables: Tables) -> None:
        self._context = context
        self._model = context.mastery
        self._tables = tables

    def observe(self, event: Event[Any], seen: Observation, student: Student) -> list[Outgoing]:
        """Add an observation, and return what follows from it."""
        change = observe(_state(student), seen, self._model)
        standing = student.standing if change.repeated else None
        standing = standing or self._standing(event, student, change.state, change.after)
        day = self._day(event.student_id or "", seen)
        return [
            *self._replace(event, seen.id, standing),
            *self._levels(event, seen.id, change, lambda topic, rose: reason(seen, topic, day, rose=rose)),
            *self._upgrade(event, seen.id, change, student),
        ]

    def rebuild(self, event: Event[Any], history: LearnerState, student: Student) -> list[Outgoing]:
        """Take over what a student's history adds up to, followed by what is not in there yet."""
        live = _state(student)
        state = rebuilt(history, live, self._model)
        if state is None:
            _log.warning("%s is not rebuilt: PostgreSQL lacks some of the history; is a sink behind?", event.student_id)
            return []
        change = Change(state, current(live, self._model), current(state, self._model))
        why = Reason("Rebuilt by today's rules", (event.message_id,))
        return [
            *self._replace(event, event.message_id, self._standing(event, student, state, change.after)),
            *self._levels(event, event.message_id, change, lambda _topic, _rose: why),
            *self._upgrade(event, event.message_id, change, student),
        ]

    def review(self, event: Event[Any], day: date, student: Student) -> list[Outgoing]:
        """Bring what changes by time alone up to date, when a day has ended."""
        if student.standing is None or self._context.now().date() <= day:
            return []
        state = student.standing.state
        now = self._standing(event, student, state, current(state, self._model))
        same = now.progress.learning_velocity == student.standing.progress.learning_velocity
        return self._replace(event, event.message_id, student.standing if same else now)

    def _replace(self, event: Event[Any], cause: UUID, standing: ProgressUpdated) -> list[Outgoing]:
        self._tables.progress.put(event.student_id or "", standing)
        return [self._follow(event, cause, "progress", standing, STUDENT_PROGRESS)]

    def _standing(
        self, event: Event[Any], student: Student, state: LearnerState, knowledge: Knowledge
    ) -> ProgressUpdated:
        return ProgressUpdated(
            version=(student.standing.version if student.standing else 0) + 1,
            progress=progress(event.student_id or "", knowledge, self._context.now()),
            state=state,
        )

    def _day(self, student_id: str, seen: Observation) -> Day:
        day = self._tables.mastery.get(student_id, seen.at) or Day()
        new = outcome(seen)
        if new is not None:
            day = day.with_(new)
            self._tables.mastery.put(student_id, seen.at, day)
        return day

    def _levels(self, event: Event[Any], cause: UUID, change: Change, why: Why) -> Iterator[Outgoing]:
        """Tell each level that has moved, and one that a teacher has set even where it has not."""
        teacher = event.payload if isinstance(event.payload, MasteryLevelSet) else None
        for topic, known in change.after.topics.items():
            before = change.before.topics.get(topic)
            old, new = before.announced if before else 0.0, known.announced
            its_teacher = teacher if teacher and lookup(teacher.topic) == topic else None
            if old == new and its_teacher is None:
                continue
            because = why(topic, new > old)
            said = MasteryUpdated(
                topic=topic,
                old_level=old,
                new_level=new,
                reason=its_teacher.reason if its_teacher else because.text,
                evidence=because.evidence,
                model_version=self._model.parameters.version,
                set_by=its_teacher.set_by if its_teacher else None,
            )
            yield self._follow(event, cause, f"mastery/{topic}", said, MASTERY_LEVEL_UPDATED)

    def _upgrade(self, event: Event[Any], cause: UUID, change: Change, student: Student) -> Iterator[Outgoing]:
        said = upgrade(change.before, change.after, student.profile.skill_level)
        if said:
            yield self._follow(event, cause, "skill", said, STUDENT_EVENTS)

    def _follow(self, event: Event[Any], cause: UUID, what: str, payload: Model, topic: Topic) -> Outgoing:
        return Outgoing(topic, follow(event, cause, what, payload, self._context.now()))


def _state(student: Student) -> LearnerState:
    return student.standing.state if student.standing else NOTHING_YET
