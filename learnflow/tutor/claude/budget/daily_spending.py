"""What is known of a day's spending: this worker's own, and what PostgreSQL has of all workers. No clock, no I/O."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias
from uuid import UUID

from learnflow.models.vocabulary import Agent

MOST_STUDENTS: Final = 2_000  # whose questions are remembered; of others, PostgreSQL is read again
Work: TypeAlias = tuple[UUID, Agent]  # a question, and who worked on it


@dataclass(frozen=True, slots=True)
class Spent:
    """The dollars of all workers that PostgreSQL has, and which of this worker's own work is among them."""

    usd: float
    work: frozenset[Work]


@dataclass(slots=True)
class Today:
    """A day's spending, in US dollars, and its students' questions.

    A sum of this worker's own counts until PostgreSQL has it, and then in PostgreSQL's sum: never twice, however long
    the sink takes. `paid` are questions that a call was paid for, `open` those with a call under way.
    """

    day: date
    stored_usd: float = 0.0
    own: dict[Work, float] = field(default_factory=dict)
    paid: OrderedDict[str, set[UUID]] = field(default_factory=OrderedDict)
    open: dict[str, set[UUID]] = field(default_factory=dict)

    @property
    def usd(self) -> float:
        """What was spent, as far as it is known."""
        return self.stored_usd + sum(self.own.values())

    def questions(self, student_id: str) -> set[UUID]:
        """Return the questions of a student that Claude has worked on, or is working on."""
        return self.paid.get(student_id, set()) | self.open.get(student_id, set())

    def pay(self, work: Work, usd: float) -> None:
        """Count what is to be paid."""
        self.own[work] = self.own.get(work, 0.0) + usd

    def take_over(self, spent: Spent, asked: Mapping[Work, float]) -> None:
        """Go by what PostgreSQL has; `asked` are this worker's own sums, as they were when it was asked."""
        self.stored_usd = spent.usd
        for work in spent.work & self.own.keys():
            left = self.own[work] - asked.get(work, 0.0)
            if left > 0.0:
                self.own[work] = left
            else:
                del self.own[work]

    def remember(self, student_id: str, questions: Collection[UUID]) -> None:
        """Count questions of a student that Claude has worked on."""
        self.paid.setdefault(student_id, set()).update(questions)
        self.paid.move_to_end(student_id)
        if len(self.paid) > MOST_STUDENTS:
            self.paid.popitem(last=False)
