"""Whether a student struggles with a topic, how much, and what of it is to be told. No clock, no I/O.

`observations` is what is looked at, `signals` what tells a struggle from curiosity, `level` the table of rules,
`window` the verdict on 24 hours, and `announcing` what was told and what is to be told now.
"""

from learnflow.domain.struggle.announcements import Announcement, Open, Settled, Struggles, ended, reopened, settle
from learnflow.domain.struggle.observations import Attempt, End, Observation, Question, in_order, observed, question
from learnflow.domain.struggle.window import WINDOW, Struggle, struggle

__all__ = [
    "WINDOW", "Announcement", "Attempt", "End", "Observation", "Open", "Question", "Settled", "Struggle", "Struggles",
    "ended", "in_order", "observed", "question", "reopened", "settle", "struggle",
]  # fmt: skip
