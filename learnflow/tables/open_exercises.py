"""Table `open-exercises`: the exercises that each student was given last, and how far they are with them. Bounded."""

import faust

from learnflow.domain.student_exercises import Exercises
from learnflow.tables.values import ValueTable

NAME = "open-exercises"


def open_exercises(app: faust.App) -> ValueTable[Exercises]:
    """Keyed by student; written by the learner."""
    return ValueTable(app, NAME, Exercises)
