"""What observations of a student add up to, whatever order they arrive in. No clock, no I/O."""

from learnflow.domain.learner.learner_state import LATENESS, Change, current, observe, rebuilt, state_from_history
from learnflow.domain.learner.mastery_change_reasons import Day, Outcome
from learnflow.domain.learner.progress import progress, streak, velocity

__all__ = [
    "LATENESS",
    "Change",
    "Day",
    "Outcome",
    "current",
    "observe",
    "progress",
    "rebuilt",
    "state_from_history",
    "streak",
    "velocity",
]
