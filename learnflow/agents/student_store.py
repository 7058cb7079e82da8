"""Students as core has them: from its tables, and before the first event from PostgreSQL."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from learnflow.database.postgres import BatchSource
from learnflow.database.students import AssignmentKey, StoredStudent, StudentSource
from learnflow.domain.conversation import Conversation, OpenQuery
from learnflow.domain.student_exercises import Exercises
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.exercise import Assigned
from learnflow.models.learner_model import LearnerState
from learnflow.models.student import Profile
from learnflow.models.student_query import StudentQuery
from learnflow.tables import Tables, open_query_key

NO_CONVERSATION: Final = Conversation()
NO_EXERCISES: Final = Exercises()
# Seconds. An exercise travels on another topic than its answer: that its event waits may not even be known yet.
_PAUSE: Final = 0.15
_SHORTEST_WAIT: Final = 0.6
_LONGEST_WAIT: Final = 30.0


@dataclass(frozen=True, slots=True)
class Student:
    """A student, as far as core has them."""

    profile: Profile
    progress: ProgressUpdated | None = None
    conversation: Conversation = NO_CONVERSATION
    exercises: Exercises = NO_EXERCISES

    @property
    def state(self) -> LearnerState:
        """Return what was observed; nothing yet of a new student."""
        return self.progress.state if self.progress else LearnerState()


NEW = Student(Profile())


@dataclass(frozen=True)
class StudentStore:
    """Reads the tables, and the sources behind them of what they do not have, or no more.

    `behind` says whether student-events of a partition wait to be read. `late` has the students of whom something came
    too late to be put in its place, until their history is replayed.
    """

    tables: Tables
    source: StudentSource
    assignments: BatchSource[AssignmentKey, Assigned]
    behind: Callable[[int], bool]
    late: set[str] = field(default_factory=set)

    def in_tables(self, student_id: str) -> Student | None:
        """Return a student that the tables hold; None before the learner has seen the student."""
        profile = self.tables.profiles.get(student_id)
        if profile is None:
            return None
        return Student(
            profile,
            self.tables.progress.get(student_id),
            self.tables.conversations.get(student_id) or NO_CONVERSATION,
            self.tables.open_exercises.get(student_id) or NO_EXERCISES,
        )

    async def student(self, student_id: str) -> Student:
        """Return a student, from PostgreSQL if need be; waits while that is away."""
        student = self.in_tables(student_id)
        if student is None:
            stored = await self.source.read(student_id)
            student = _from_database(stored) if stored else NEW
        return student

    async def assigned(self, student_id: str, exercise_id: UUID, partition: int) -> Assigned | None:
        """Return an exercise that a student was given, however long ago; one that is on its way is waited for."""
        waited = 0.0
        while waited < (_LONGEST_WAIT if self.behind(partition) else _SHORTEST_WAIT):
            exercises = self.tables.open_exercises.get(student_id) or NO_EXERCISES
            key = AssignmentKey(student_id, exercise_id)
            if assigned := exercises.get(exercise_id) or await self.assignments.read(key):
                return assigned
            waited += _PAUSE
            await asyncio.sleep(_PAUSE)
        return None

    def open_query(self, query: StudentQuery) -> OpenQuery | None:
        """Return a query's entry, while it has no outcome."""
        return self.tables.open_queries.get(open_query_key(query.student_id, query.query_id))


def _from_database(stored: StoredStudent) -> Student:
    progress = None
    if stored.progress is not None and stored.version:
        progress = ProgressUpdated(version=stored.version, progress=stored.progress, state=stored.state)
    return Student(stored.profile, progress, Conversation(turns=stored.turns), stored.exercises)
