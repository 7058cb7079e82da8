"""Table `conversations`: the last turns of each student, and which queries have their outcome. Bounded."""

import faust

from learnflow.domain.conversation import Conversation
from learnflow.tables.values import ValueTable

NAME = "conversations"


def conversations(app: faust.App) -> ValueTable[Conversation]:
    """Keyed by student; written by the learner."""
    return ValueTable(app, NAME, Conversation)
