"""Decide how hard an exercise should be. No clock, no I/O."""

from typing import Final

from learnflow.domain.mastery import BANDS
from learnflow.models.taxonomy import difficulties
from learnflow.models.vocabulary import SKILL_LEVELS, SkillLevel

_HARDEST: Final = len(SKILL_LEVELS) - 1


def difficulty_for(topic: str, level: float | None, skill: SkillLevel | None) -> SkillLevel:
    """Return how hard an exercise on a topic should be for a student, within what fits the topic.

    The mastery of the topic (0..1) decides: below 0.5 beginner, below 0.85 intermediate, then advanced. While it is
    unknown (None), the student's skill level does, and a student of whom nothing is known begins.
    """
    wanted = _rank(level) if level is not None else SKILL_LEVELS.index(skill or SkillLevel.BEGINNER)
    return min(difficulties(topic), key=lambda one: abs(SKILL_LEVELS.index(one) - wanted))


def _rank(level: float) -> int:
    return min(sum(level >= start for start in BANDS) - 1, _HARDEST)
