"""An observation → the tables of the learner model → student-progress, mastery-level-updated, student-events."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from learnflow.agents.context import Context
from learnflow.agents.known import Student
from learnflow.agents.messages import follow
from learnflow.agents.observations import outcome
from learnflow.domain.learner import Change, Day, current, observe, progress, rebuilt
from learnflow.domain.learner.milestones import upgrade
from learnflow.domain.learner.reasons import reason
from learnflow.models.envelope import Event
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated
from learnflow.models.events.students import MasteryLevelSet
from learnflow.models.fields import Model
from learnflow.models.knowledge import Knowledge, LearnerState, Observation
from learnflow.streams.outbox import Outgoing
from learnflow.tables import Tables
from learnflow.topics import MASTERY_LEVEL_UPDATED, STUDENT_EVENTS, STUDENT_PROGRESS, Topic

NOTHING_YET: Final = LearnerState()


class Learning:
    """Folds observations. What it returns for a repeat is what it returned the first time, under the same ids."""

    def __init__(self, context: Context, tables: Tables) -> None:
        self._context = context
        self._model = context.mastery
        self._tables = tables

    def observe(self, event: Event[Any], seen: Observation, student: Student) -> list[Outgoing]:
        """Add an observation, and return what follows from it."""
        change = observe(_state(student), seen, self._model)
        standing = student.standing if change.repeated else None
        standing = standing or self._standing(event, student, change.state, change.after)
        self._tables.progress.put(event.student_id or "", standing)
        day = self._day(event.student_id or "", seen)
        return [
            self._follow(event, seen.id, "progress", standing, STUDENT_PROGRESS),
            *self._levels(event, seen, change, day),
            *self._upgrade(event, seen, change, student),
        ]

    def rebuild(self, event: Event[Any], history: LearnerState, student: Student) -> list[Outgoing]:
        """Take over what a student's history adds up to, followed by what is not in there yet."""
        state = rebuilt(history, _state(student), self._model)
        return self._replace(event, self._standing(event, student, state, current(state, self._model)))

    def review(self, event: Event[Any], day: date, student: Student) -> list[Outgoing]:
        """Bring what changes by time alone up to date, when a day has ended."""
        if student.standing is None or self._context.now().date() <= day:
            return []
        state = student.standing.state
        now = self._standing(event, student, state, current(state, self._model))
        same = now.progress.learning_velocity == student.standing.progress.learning_velocity
        return self._replace(event, student.standing if same else now)

    def _replace(self, event: Event[Any], standing: ProgressUpdated) -> list[Outgoing]:
        self._tables.progress.put(event.student_id or "", standing)
        return [self._follow(event, event.message_id, "progress", standing, STUDENT_PROGRESS)]

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

    def _levels(self, event: Event[Any], seen: Observation, change: Change, day: Day) -> Iterator[Outgoing]:
        """Tell each level that has moved, and one that a teacher has set even where it has not."""
        teacher = event.payload if isinstance(event.payload, MasteryLevelSet) else None
        for topic, known in change.after.topics.items():
            before = change.before.topics.get(topic)
            old, new = before.announced if before else 0.0, known.announced
            if old == new and not (teacher and teacher.topic == topic):
                continue
            why = reason(seen, topic, day, rose=new > old)
            said = MasteryUpdated(
                topic=topic,
                old_level=old,
                new_level=new,
                reason=teacher.reason if teacher else why.text,
                evidence=why.evidence,
                model_version=self._model.parameters.version,
                set_by=teacher.set_by if teacher else None,
            )
            yield self._follow(event, seen.id, f"mastery/{topic}", said, MASTERY_LEVEL_UPDATED)

    def _upgrade(self, event: Event[Any], seen: Observation, change: Change, student: Student) -> Iterator[Outgoing]:
        said = upgrade(change.before, change.after, student.profile.skill_level)
        if said:
            yield self._follow(event, seen.id, "skill", said, STUDENT_EVENTS)

    def _follow(self, event: Event[Any], cause: UUID, what: str, payload: Model, topic: Topic) -> Outgoing:
        return Outgoing(topic, follow(event, cause, what, payload, self._context.now()))


def _state(student: Student) -> LearnerState:
    return student.standing.state if student.standing else NOTHING_YET
