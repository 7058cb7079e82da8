"""The tables of core, each declared once. A table and its changelog are called as the field, with hyphens."""

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from functools import partial
from typing import Any, Final, Self
from uuid import UUID

import faust

from learnflow.domain.conversation import Conversation, OpenQuery
from learnflow.domain.learner.mastery_change_reasons import Day
from learnflow.domain.struggle.struggle_lifecycle import Struggles
from learnflow.domain.student_exercises import Exercises
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.student import Profile
from learnflow.tables.model_tables import PaneTable, StruggleTable, ValueTable
from learnflow.tables.table_contents import TableContents
from learnflow.topics import Topic, changelog

CORE: Final = "learnflow-core"  # the app, and so the prefix of its changelogs
OPEN_QUERIES: Final = "open-queries"
_DAY: Final = timedelta(days=1)


def _table(kind: Callable[..., object], purpose: str, **options: object) -> Mapping[str, object]:
    return {"declare": partial(kind, **options), "purpose": purpose}


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables of core. Their keys are students, but for the open queries'."""

    profiles: ValueTable[Profile] = field(
        metadata=_table(ValueTable, "Each student that has been read from PostgreSQL.", model=Profile)
    )
    progress: ValueTable[ProgressUpdated] = field(
        metadata=_table(
            ValueTable,
            "Each student's progress, with its version and the queries counted last. Kept for good.",
            model=ProgressUpdated,
        )
    )
    mastery: PaneTable[Day] = field(
        metadata=_table(
            PaneTable,
            "Each student's questions and outcomes, topic by topic, a pane for each UTC day.",
            model=Day,
            size=_DAY,
            kept=8 * _DAY,
        )
    )
    conversations: ValueTable[Conversation] = field(
        metadata=_table(
            ValueTable,
            "The last turns of each student, and which queries have their outcome. Bounded.",
            model=Conversation,
        )
    )
    # By `open_query_key`.
    open_queries: ValueTable[OpenQuery] = field(
        metadata=_table(ValueTable, "Routed queries without an outcome. They go with it.", model=OpenQuery)
    )
    open_exercises: ValueTable[Exercises] = field(
        metadata=_table(
            ValueTable,
            "The exercises that each student was given last, and how far they are with them. Bounded.",
            model=Exercises,
        )
    )
    # Written by the struggle agent. The current pane and the last give the exact last 24 h.
    struggle: StruggleTable = field(
        metadata=_table(StruggleTable, "What each student did, in panes of 24 hours; looked through for struggles.")
    )
    struggles: ValueTable[Struggles] = field(
        metadata=_table(
            ValueTable,
            "What each student struggles with, as it was reported. A topic goes when its end is read back.",
            model=Struggles,
        )
    )

    @classmethod
    def of(cls, app: faust.App) -> Self:
        """Declare the tables on core's app."""
        tables = cls(**{table.name: table.metadata["declare"](app, _name(table)) for table in fields(cls)})
        for table in fields(cls):
            app.tables[_name(table)].help = table.metadata["purpose"]
        return tables

    def contents(self) -> tuple[TableContents, ...]:
        """Return what lies in each table, in the order of their declaration."""
        return tuple(getattr(self, table.name).contents for table in fields(self))


def changelogs(app: str = CORE) -> tuple[Topic, ...]:
    """The topics that must exist before core starts."""
    return tuple(changelog(app, _name(table)) for table in fields(Tables))


def student_of(table: str, key: str) -> str:
    """Return the student whom a key of a table belongs to, and so whose partition it is in."""
    return key.rpartition("\n")[0] if table == OPEN_QUERIES else key


def open_query_key(student_id: str, query_id: UUID) -> str:
    """Return a query's key in `open_queries`: many open queries of one student cost no more than one."""
    return f"{student_id}\n{query_id}"


def _name(table: Field[Any]) -> str:
    return table.name.replace("_", "-")
