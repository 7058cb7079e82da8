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
from learnflow.topics import Topic, changelog

CORE: Final = "learnflow-core"  # the app, and so the prefix of its changelogs
_DAY: Final = timedelta(days=1)


def _table(kind: Callable[..., object], **options: object) -> Mapping[str, object]:
    return {"declare": partial(kind, **options)}


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables of core. Their keys are students, but for the open queries'."""

    # Written by the learner. A student who is in `profiles` has been read from PostgreSQL.
    profiles: ValueTable[Profile] = field(metadata=_table(ValueTable, model=Profile))
    # With its version and the queries counted last. Kept for good.
    progress: ValueTable[ProgressUpdated] = field(metadata=_table(ValueTable, model=ProgressUpdated))
    # A pane of each UTC day: questions and outcomes, topic by topic.
    mastery: PaneTable[Day] = field(
        metadata=_table(PaneTable, model=Day, size=timedelta(days=1), kept=timedelta(days=8))
    )
    # The last turns of each student, and which queries have their outcome. Bounded.
    conversations: ValueTable[Conversation] = field(metadata=_table(ValueTable, model=Conversation))
    # What has been routed and has no outcome yet, by `open_query_key`. An entry goes with its outcome.
    open_queries: ValueTable[OpenQuery] = field(metadata=_table(ValueTable, model=OpenQuery))
    # The exercises that each student was given last, and how far they are with them. Bounded.
    open_exercises: ValueTable[Exercises] = field(metadata=_table(ValueTable, model=Exercises))
    # Written by the struggle agent. Panes of 24 h: the current and the last give the exact last 24 h.
    struggle: StruggleTable = field(metadata=_table(StruggleTable))
    # What each student struggles with, as it was reported. A topic goes when its end is read back.
    struggles: ValueTable[Struggles] = field(metadata=_table(ValueTable, model=Struggles))

    @classmethod
    def of(cls, app: faust.App) -> Self:
        """Declare the tables on core's app."""
        return cls(**{table.name: table.metadata["declare"](app, _name(table)) for table in fields(cls)})


def changelogs(app: str = CORE) -> tuple[Topic, ...]:
    """The topics that must exist before core starts."""
    return tuple(changelog(app, _name(table)) for table in fields(Tables))


def open_query_key(student_id: str, query_id: UUID) -> str:
    """Return a query's key in `open_queries`: many open queries of one student cost no more than one."""
    return f"{student_id}\n{query_id}"


def _name(table: Field[Any]) -> str:
    return table.name.replace("_", "-")
