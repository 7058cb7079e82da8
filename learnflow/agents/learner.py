"""triage-routing, agent-responses, student-events → the tables of core, and what is learned of the student."""

import asyncio
from collections.abc import Sequence
from typing import Any

from faust.types import EventT

from learnflow.agents.context import Context
from learnflow.agents.learner_updates import LearnerUpdater, observation_of
from learnflow.agents.student_store import NEW, Student, StudentStore
from learnflow.domain.conversation import Conversation, OpenQuery, close, remember
from learnflow.domain.student_exercises import after
from learnflow.models.envelope import Event
from learnflow.models.events.responses import ResponseCompleted, ResponseFailed
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.events.students import (
    ExerciseAssigned,
    ExerciseGraded,
    HintGiven,
    ProfileUpdated,
    ProgressDue,
    ProgressRebuilt,
    SkillUpgraded,
)
from learnflow.models.student_query import StudentQuery
from learnflow.streams.event_producer import Outgoing
from learnflow.tables import open_query_key


class LearnerAgent:
    """The only writer of core's tables of students and of open queries."""

    def __init__(self, context: Context, students: StudentStore) -> None:
        self._context = context
        self._students = students
        self._tables = students.tables
        self._updater = LearnerUpdater(context, students.tables)
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
            case ProfileUpdated() as update:
                self._note(event, student, update.model_dump(exclude_none=True))
            case SkillUpgraded(new_level=level):
                self._note(event, student, {"skill_level": level})
            case ExerciseAssigned() | HintGiven() | ExerciseGraded():
                self._tables.open_exercises.put(event.student_id or "", after(student.exercises, event))
            case ProgressDue(day=day):
                return self._updater.review(event, day, student)
            case ProgressRebuilt(state=history):
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

    def _note(self, event: Event[Any], student: Student, fields: dict[str, Any]) -> None:
        profile = student.profile.model_validate(student.profile.model_dump() | fields)
        self._tables.profiles.put(event.student_id or "", profile)

    def _open(self, item: EventT[Any], event: Event[Any], query: StudentQuery) -> None:
        key = open_query_key(query.student_id, query.query_id)
        opened = self._tables.open_queries.get(key) or OpenQuery(
            query=query,
            trace_id=event.trace_id,
            routed_at=event.timestamp,
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
