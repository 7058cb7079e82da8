"""Students as core has them: from its tables, and before the first event from PostgreSQL."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from learnflow.bounded_cache import BoundedCache
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
_MOST_ASSIGNED: Final = 20_000


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
    too late to be put in its place, until their history is replayed; `assigned_at` what was assigned a moment ago, and
    is run before its student has it (times of `time.monotonic`).
    """

    tables: Tables
    source: StudentSource
    assignments: BatchSource[AssignmentKey, Assigned]
    behind: Callable[[int], bool]
    late: set[str] = field(default_factory=set)
    assigned_at: BoundedCache[AssignmentKey, float] = field(default_factory=lambda: BoundedCache(_MOST_ASSIGNED))

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
        waited, key = 0.0, AssignmentKey(student_id, exercise_id)
        while waited < (_LONGEST_WAIT if self.behind(partition) or self._is_run(key) else _SHORTEST_WAIT):
            exercises = self.tables.open_exercises.get(student_id) or NO_EXERCISES
            if assigned := exercises.get(exercise_id) or await self.assignments.read(key):
                return assigned
            waited += _PAUSE
            await asyncio.sleep(_PAUSE)
        return None

    def _is_run(self, key: AssignmentKey) -> bool:
        return time.monotonic() - self.assigned_at.get(key, -_LONGEST_WAIT) < _LONGEST_WAIT

    def open_query(self, query: StudentQuery) -> OpenQuery | None:
        """Return a query's entry, while it has no outcome."""
        return self.tables.open_queries.get(open_query_key(query.student_id, query.query_id))


def _from_database(stored: StoredStudent) -> Student:
    progress = None
    if stored.progress is not None and stored.version:
        progress = ProgressUpdated(version=stored.version, progress=stored.progress, state=stored.state)
    return Student(stored.profile, progress, Conversation(turns=stored.turns), stored.exercises)
