"""When a query has waited too long. No clock, no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from learnflow.models.fields import Id, Model, Timestamp
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Specialist


class OpenQuery(Model):
    """A routed query without an outcome, and where its routing decision lay."""

    query: StudentQuery
    trace_id: Id
    routed_at: Timestamp
    partition: int
    offset: int
    attempt: int = 0

    def routed_elsewhere(self, partition: int, offset: int) -> bool:
        """Say whether a routing decision is another one than the one that opened the query."""
        return (self.partition, self.offset) != (partition, offset)


class Due(Enum):
    """What a query has waited too long for."""

    ANSWER = auto()
    COLLABORATION = auto()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a query may be open, and how long its agent may wait for another."""

    answer: timedelta
    collaboration: timedelta


def due(query: OpenQuery, patience: Patience, now: datetime) -> Due | None:
    """Return what is overdue, if anything."""
    waited = now - query.routed_at
    if waited > patience.answer:
        return Due.ANSWER
    if query.query.routed_to_agent is Specialist.DEBUG and waited > patience.collaboration:
        return Due.COLLABORATION
    return None
