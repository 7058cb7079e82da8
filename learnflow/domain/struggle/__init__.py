"""Whether a student struggles with a topic, how much, and what of it is announced. No clock, no I/O.

`observations` is what is looked at, `signals` what tells a struggle from curiosity, `level` the table of rules,
`window` the verdict on 24 hours, and `announcements` what was announced and what is to be announced now.
"""

from learnflow.domain.struggle.observations import Attempt, End, Observation, Question, in_order, observed, question
from learnflow.domain.struggle.struggle_lifecycle import (
    Announcement,
    OngoingStruggle,
    Struggles,
    StruggleUpdate,
    apply_observation,
    ended_by_time,
    restored_struggle,
)
from learnflow.domain.struggle.window import WINDOW, Struggle, struggle

__all__ = [
    "WINDOW",
    "Announcement",
    "Attempt",
    "End",
    "Observation",
    "OngoingStruggle",
    "Question",
    "Struggle",
    "StruggleUpdate",
    "Struggles",
    "apply_observation",
    "ended_by_time",
    "in_order",
    "observed",
    "question",
    "restored_struggle",
    "struggle",
]
