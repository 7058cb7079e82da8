"""triage-routing, agent-responses, student-events → the tables of core → what is told of what a student has learned."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from time import monotonic
from typing import Any, TypeAlias
from uuid import UUID

from faust.types import EventT
from mode.utils.logging import get_logger

from learnflow.agents.context import Context
from learnflow.agents.messages import follow, taken_up
from learnflow.agents.student_store import NEW, Student, StudentStore
from learnflow.database.students import AssignmentKey
from learnflow.domain.conversation import Conversation, OpenQuery, close, remember
from learnflow.domain.learner.history_replay import rebuilt, withdraw
from learnflow.domain.learner.learner_state import Change, current, observation_of, observe
from learnflow.domain.learner.mastery_change_reasons import CAME_LATE, Day, Reason, outcome_of, reason
from learnflow.domain.learner.progress import progress, upgrade
from learnflow.domain.student_exercises import after
from learnflow.models.envelope import Event
from learnflow.models.events import students
from learnflow.models.events.learning import MasteryUpdated, ProgressUpdated
from learnflow.models.events.queries import QueryRefused
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.fields import Model
from learnflow.models.learner_model import Knowledge, LearnerState, Observation
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import lookup
from learnflow.streams.event_producer import Outgoing
from learnflow.tables import Tables, open_query_key
from learnflow.topics import MASTERY_LEVEL_UPDATED, STUDENT_EVENTS, STUDENT_PROGRESS, Topic

ReasonOf: TypeAlias = Callable[[str, bool], Reason]  # of a topic, and whether its level rose

_log = get_logger(__name__)


class LearnerAgent:
    """The only writer of core's tables of students and of open queries."""

    def __init__(self, context: Context, store: StudentStore) -> None:
        self._context = context
        self._students = store
        self._tables = store.tables
        self._updater = LearnerUpdater(context, store.tables, store.late)
        self._loaded: dict[str, Student] = {}

    async def prepare(self, events: Sequence[Event[Any]]) -> None:
        """Read those who are not in the tables; waits while PostgreSQL is away, and starts nobody from nothing."""
        student_ids = {event.student_id or "" for event in events}
        missing = [student_id for student_id in student_ids if student_id not in self._tables.profiles]
        self._loaded = dict(zip(missing, await asyncio.gather(*map(self._students.student, missing)), strict=True))

    def handle(self, item: EventT[Any], event: Event[Any]) -> Sequence[Outgoing]:
        """Fold what is observed, open a routed query, close an answered one, note a profile."""
        student = self._student(event.student_id or "")
        self._tables.mastery.sweep(item.message.partition, self._context.now())
        match event.payload:
            case RoutingDecision(query=StudentQuery() as query):
                if event.attempt or not student.conversation.has_outcome(query.query_id):
                    self._open(item, event, query)
            case ResponseCompleted(query=StudentQuery() as query) as response:
                self._close(query, self._with_turn(student, response, event.attempt))
            case ResponseFailed(query=StudentQuery() as query):
                self._close(query, student.conversation)
            case students.ProfileUpdated() | students.SkillUpgraded():
                self._note(event, student)
            case students.ExerciseAssigned(exercise=exercise):
                self._students.assigned_at[AssignmentKey(event.student_id or "", exercise.exercise_id)] = monotonic()
            case students.ExerciseVerified() | students.HintGiven() | students.ExerciseGraded():
                self._tables.open_exercises.put(event.student_id or "", after(student.exercises, event))
        return self._updated(event, student)

    def _updated(self, event: Event[Any], student: Student) -> Sequence[Outgoing]:
        match event.payload:
            case QueryRefused(query_id=query_id):
                return self._updater.withdraw(event, query_id, student)
            case students.ProgressDue(day=day):
                return self._updater.review(event, day, student)
            case students.ProgressRebuilt(state=history):
                return self._updater.rebuild(event, history, student)
        observed = observation_of(event)
        return self._updater.observe(event, observed, student) if observed else []

    def _student(self, student_id: str) -> Student:
        student = self._students.in_tables(student_id)
        if student is None:
            student = self._loaded.get(student_id, NEW)
            self._tables.profiles.put(student_id, student.profile)
            if student.progress:
                self._tables.progress.put(student_id, student.progress)
            self._tables.conversations.put(student_id, student.conversation)
            self._tables.open_exercises.put(student_id, student.exercises)
        return student

    def _note(self, event: Event[students.ProfileUpdated] | Event[students.SkillUpgraded], student: Student) -> None:
        said = event.payload
        upgraded = {"skill_level": said.new_level} if isinstance(said, students.SkillUpgraded) else None
        fields = upgraded or said.model_dump(exclude_none=True)
        profile = student.profile.model_validate(student.profile.model_dump() | fields)
        self._tables.profiles.put(event.student_id or "", profile)

    def _open(self, item: EventT[Any], event: Event[Any], query: StudentQuery) -> None:
        key = open_query_key(query.student_id, query.query_id)
        opened = self._tables.open_queries.get(key) or OpenQuery(
            query=query,
            trace_id=event.trace_id,
            routed_at=taken_up(event, item.message.timestamp).timestamp,
            partition=item.message.partition,
            offset=item.message.offset,
            attempt=event.attempt,
        )
        self._tables.open_queries.put(key, opened)

    def _with_turn(self, student: Student, response: ResponseCompleted, attempt: int) -> Conversation:
        """A late answer, to a query that has failed, is no turn."""
        if student.conversation.has_outcome(response.query_id) and not attempt:
            return student.conversation
        return remember(student.conversation, response, self._context.settings.limits.turns)

    def _close(self, query: StudentQuery, conversation: Conversation) -> None:
        self._tables.open_queries.drop(open_query_key(query.student_id, query.query_id))
        self._tables.conversations.put(query.student_id, close(conversation, query.query_id))


class LearnerUpdater:
    """Folds observations. What follows from a repeat has the same ids as the first time."""

    def __init__(self, context: Context, tables: Tables, late: set[str]) -> None:
        self._context = context
        self._model = context.mastery
        self._tables = tables
        self._late = late

    def observe(self, event: Event[Any], observation: Observation, student: Student) -> list[Outgoing]:
        """Add an observation, and return what follows from it."""
        change = observe(student.state, observation, self._model)
        updated = student.progress if change.repeated else None
        updated = updated or self._next_progress(event, student, change.state, change.after)
        day = self._day(event.student_id or "", observation, student)
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
        why = CAME_LATE if student.state.late else "Rebuilt by today's rules"
        rebuilding = Reason(why, (event.message_id,))
        return [
            *self._replace(event, event.message_id, self._next_progress(event, student, state, change.after)),
            *self._levels(event, event.message_id, change, lambda _topic, _rose: rebuilding),
            *self._upgrade(event, event.message_id, change, student),
        ]

    def withdraw(self, event: Event[Any], query_id: UUID, student: Student) -> list[Outgoing]:
        """Let a query that could not be stored count no more."""
        state = withdraw(student.state, query_id)
        if student.progress is None or state == student.state:
            return [] if student.progress is None else self._replace(event, event.message_id, student.progress)
        now = self._next_progress(event, student, state, current(state, self._model))
        return self._replace(event, event.message_id, now)

    def review(self, event: Event[Any], day: date, student: Student) -> list[Outgoing]:
        """Bring what changes by time alone up to date, when a day has ended."""
        if student.progress is None or self._context.now().date() <= day:
            return []
        state = student.progress.state
        now = self._next_progress(event, student, state, current(state, self._model))
        same = now.progress.learning_velocity == student.progress.progress.learning_velocity
        return self._replace(event, event.message_id, student.progress if same else now)

    def _replace(self, event: Event[Any], cause: UUID, updated: ProgressUpdated) -> list[Outgoing]:
        student_id = event.student_id or ""
        self._tables.progress.put(student_id, updated)
        if updated.state.late:
            self._late.add(student_id)
        return [self._follow(event, cause, "progress", updated, STUDENT_PROGRESS)]

    def _next_progress(
        self, event: Event[Any], student: Student, state: LearnerState, knowledge: Knowledge
    ) -> ProgressUpdated:
        return ProgressUpdated(
            version=(student.progress.version if student.progress else 0) + 1,
            progress=progress(event.student_id or "", knowledge, self._context.now()),
            state=state,
        )

    def _day(self, student_id: str, observation: Observation, student: Student) -> Day:
        """Return the day of an observation, and note that there, unless its exercise ended on a day before."""
        day = self._tables.mastery.get(student_id, observation.at) or Day()
        new = outcome_of(observation)
        ended = student.state.closed_on(new.exercise) if new and new.exercise else None
        if new is not None and (ended is None or new.at.date() <= ended):
            day = day.with_outcome(new)
            self._tables.mastery.put(student_id, observation.at, day)
        return day

    def _levels(self, event: Event[Any], cause: UUID, change: Change, reason_of: ReasonOf) -> Iterator[Outgoing]:
        """Tell each level that has moved, and one that a teacher has set even where it has not."""
        teacher = event.payload if isinstance(event.payload, students.MasteryLevelSet) else None
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
