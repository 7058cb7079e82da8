"""Table `progress`: each student's progress, with its version and the queries counted last. Kept for good."""

import faust

from learnflow.models.events.learning import ProgressUpdated
from learnflow.tables.values import ValueTable

NAME = "progress"


def progress(app: faust.App) -> ValueTable[ProgressUpdated]:
    """Keyed by student; written by the learner."""
    return ValueTable(app, NAME, ProgressUpdated)
