"""What core knows of a student: its tables, and before the first event PostgreSQL."""

from dataclasses import dataclass
from typing import Final, Protocol

from learnflow.domain.conversation import Conversation
from learnflow.domain.open_queries import OpenQuery
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.student import Profile
from learnflow.models.student_query import StudentQuery
from learnflow.sink.read import StoredStudent
from learnflow.tables import Tables, open_queries

NOTHING_SAID: Final = Conversation()


@dataclass(frozen=True, slots=True)
class Student:
    """A student as core knows them."""

    profile: Profile
    standing: ProgressUpdated | None = None
    conversation: Conversation = NOTHING_SAID


NEW = Student(Profile())


class Source(Protocol):
    """Where students come from who are not in the tables. It waits while it is away."""

    async def read(self, student_id: str) -> StoredStudent | None:
        """Return a student, or None where nobody knows them."""


class Known:
    """Reads the tables, and the source behind them."""

    def __init__(self, tables: Tables, source: Source) -> None:
        self.tables = tables
        self._source = source

    def in_tables(self, student_id: str) -> Student | None:
        """Return a student that the tables hold; None before the learner has seen the student."""
        profile = self.tables.profiles.get(student_id)
        if profile is None:
            return None
        conversation = self.tables.conversations.get(student_id) or NOTHING_SAID
        return Student(profile, self.tables.progress.get(student_id), conversation)

    async def student(self, student_id: str) -> Student:
        """Return a student, from PostgreSQL if need be; waits while that is away."""
        known = self.in_tables(student_id)
        if known is None:
            stored = await self._source.read(student_id)
            known = _from_store(stored) if stored else NEW
        return known

    def open_query(self, query: StudentQuery) -> OpenQuery | None:
        """Return a query's entry, while it has no outcome."""
        return self.tables.open_queries.get(open_queries.key(query.student_id, query.query_id))


def _from_store(stored: StoredStudent) -> Student:
    standing = None
    if stored.progress is not None and stored.version:
        standing = ProgressUpdated(version=stored.version, progress=stored.progress, state=stored.state)
    return Student(stored.profile, standing, Conversation(turns=stored.turns))
