"""Table `mastery`: a pane of each UTC day, keyed by student: questions and outcomes, topic by topic. Kept 8 days."""

from datetime import timedelta

import faust

from learnflow.domain.learner import Day
from learnflow.tables.panes import PaneTable

NAME = "mastery"


def mastery(app: faust.App) -> PaneTable[Day]:
    """Keyed by student; written by the learner."""
    return PaneTable(app, NAME, Day, size=timedelta(days=1), kept=timedelta(days=8))
