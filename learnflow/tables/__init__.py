"""The tables of core, their changelogs, and where students come from who are in none of them."""

from dataclasses import dataclass
from typing import Final, Self

import faust

from learnflow.domain.conversation import Conversation
from learnflow.domain.open_queries import OpenQuery
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.student import Profile
from learnflow.tables import conversations, open_queries, profiles, progress, struggle
from learnflow.tables.struggle import StruggleTable
from learnflow.tables.values import ValueTable
from learnflow.topics import Topic, changelog

CORE: Final = "learnflow-core"  # the app, and so the prefix of its changelogs


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables of core."""

    profiles: ValueTable[Profile]
    progress: ValueTable[ProgressUpdated]
    conversations: ValueTable[Conversation]
    open_queries: ValueTable[OpenQuery]
    struggle: StruggleTable

    @classmethod
    def of(cls, app: faust.App) -> Self:
        """Declare the tables on core's app."""
        return cls(
            profiles.profiles(app),
            progress.progress(app),
            conversations.conversations(app),
            open_queries.open_queries(app),
            StruggleTable(app),
        )


_ALL: Final = (profiles, progress, conversations, open_queries, struggle)


def changelogs(app: str = CORE) -> tuple[Topic, ...]:
    """The topics that must exist before core starts."""
    return tuple(changelog(app, table.NAME) for table in _ALL)
