"""The tables of core, their changelogs, and where students come from who are in none of them."""

from dataclasses import dataclass
from typing import Final, Self

import faust

from learnflow.domain.conversation import Conversation
from learnflow.domain.learner import Day
from learnflow.domain.open_queries import OpenQuery
from learnflow.domain.struggle import Struggles
from learnflow.domain.student_exercises import Exercises
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.student import Profile
from learnflow.tables import (
    conversations,
    mastery,
    open_exercises,
    open_queries,
    profiles,
    progress,
    struggle,
    struggles,
)
from learnflow.tables.panes import PaneTable
from learnflow.tables.struggle import StruggleTable
from learnflow.tables.values import ValueTable
from learnflow.topics import Topic, changelog

CORE: Final = "learnflow-core"  # the app, and so the prefix of its changelogs


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables of core."""

    profiles: ValueTable[Profile]
    progress: ValueTable[ProgressUpdated]
    mastery: PaneTable[Day]
    conversations: ValueTable[Conversation]
    open_queries: ValueTable[OpenQuery]
    open_exercises: ValueTable[Exercises]
    struggle: StruggleTable
    struggles: ValueTable[Struggles]

    @classmethod
    def of(cls, app: faust.App) -> Self:
        """Declare the tables on core's app."""
        return cls(
            profiles.profiles(app),
            progress.progress(app),
            mastery.mastery(app),
            conversations.conversations(app),
            open_queries.open_queries(app),
            open_exercises.open_exercises(app),
            StruggleTable(app),
            struggles.struggles(app),
        )


_ALL: Final = (profiles, progress, mastery, conversations, open_queries, open_exercises, struggle, struggles)


def changelogs(app: str = CORE) -> tuple[Topic, ...]:
    """The topics that must exist before core starts."""
    return tuple(changelog(app, table.NAME) for table in _ALL)
