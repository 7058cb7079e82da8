"""What observations of a student add up to, whatever order they arrive in. No clock, no I/O."""

from learnflow.domain.learner.day import Day, Outcome
from learnflow.domain.learner.ordering import LATENESS, Change, current, observe, of_history, rebuilt
from learnflow.domain.learner.progress import progress, streak, velocity

__all__ = [
    "LATENESS",
    "Change",
    "Day",
    "Outcome",
    "current",
    "observe",
    "of_history",
    "progress",
    "rebuilt",
    "streak",
    "velocity",
]
