"""The table of rules: how much a student struggles who asks the same at least three times within 24 hours.

Each row that holds adds its points: none is low, one is medium, two and more are high. So whoever asks three times,
without haste and without failing, is taken for curious: low. What adds points can only raise the level.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from learnflow.models.events.learning import Signals
from learnflow.models.vocabulary import StruggleLevel

SIMILAR_QUESTIONS: Final = 3  # data model 2.4
HASTE: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Seen:
    """How many similar questions there are, the time between the first and the last, and the signals beside them."""

    count: int
    span: timedelta
    signals: Signals

    @property
    def more(self) -> int:
        """Questions beyond those that make a struggle."""
        return self.count - SIMILAR_QUESTIONS


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table. `source` says where its threshold comes from."""

    sign: str
    points: int
    holds: Callable[[Seen], bool]
    source: str


RULES: Final = (
    Rule("a fourth similar question", 1, lambda seen: seen.more >= 1, "ours: data model 2.4 asks for three"),
    Rule("a fifth similar question", 1, lambda seen: seen.more >= 2, "ours, as above"),  # noqa: PLR2004 - the table
    Rule(
        "four or more within half an hour",
        1,
        lambda seen: seen.more >= 1 and seen.span <= HASTE,
        "data model 2.8: four within 15 minutes are high; twice that time is ours",
    ),
    Rule("three failed runs", 1, lambda seen: seen.signals.failed_runs >= 3, "ours, as many as questions"),  # noqa: PLR2004
    Rule(
        "errors repeated as much as one three times in a row",
        1,
        lambda seen: seen.signals.error_density >= 4 / 3,
        "Becker 2016 has the measure; the threshold, 2²/3, is ours",
    ),
    Rule("wheel-spinning", 2, lambda seen: seen.signals.wheel_spinning, "Beck and Gong 2013: ten tries, three right"),
    Rule(
        "half of the questions want just the answer",
        1,
        lambda seen: seen.signals.answer_seeking >= 1 / 2,
        "Aleven et al. 2006 describe such questions; the share is ours",
    ),
)
_LEVELS: Final = (StruggleLevel.LOW, StruggleLevel.MEDIUM, StruggleLevel.HIGH)
_ORDER: Final = {None: 0, StruggleLevel.LOW: 1, StruggleLevel.MEDIUM: 2, StruggleLevel.HIGH: 3}


def level(seen: Seen) -> StruggleLevel:
    """Return how much of a struggle it is; that there are enough similar questions is settled before."""
    points = sum(rule.points for rule in RULES if rule.holds(seen))
    return _LEVELS[min(points, len(_LEVELS) - 1)]


def higher(one: StruggleLevel, other: StruggleLevel | None) -> bool:
    """Return whether a level is above another; every level is above none."""
    return _ORDER[one] > _ORDER[other]
