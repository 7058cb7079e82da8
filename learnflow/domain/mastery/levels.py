"""Mastery levels: how people read them, and how hard an exercise they call for. No clock, no I/O."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from learnflow.models.learning_progress import MASTERED
from learnflow.models.taxonomy import difficulties
from learnflow.models.vocabulary import SKILL_LEVELS, SkillLevel

BANDS: Final[Mapping[float, str]] = MappingProxyType({
    0.0: "new",
    0.5: "learning",
    MASTERED: "mastered",
    0.95: "expert",
})


def band(level: float) -> str:
    """Return the name of the highest band that a level reaches."""
    return BANDS[max(start for start in BANDS if start <= level)]


_ROUNDING = 1e-6  # 0.29 * 100 is 28.999999999999996


def hundredths(level: float) -> int:
    """Return a level's whole hundredths, rounded down: 0.849 is not 0.85, which would be mastered."""
    return int(level * 100 + _ROUNDING)


def decimals(level: float) -> str:
    """Return a level as teachers and programs write it: 0.84."""
    return f"{hundredths(level) / 100:.2f}"


def percent(level: float) -> str:
    """Return a level as students read it: 84%."""
    return f"{hundredths(level)}%"


def in_words(level: float) -> str:
    """Return a level and what it is called: 84% (learning)."""
    return f"{percent(level)} ({band(level)})"


def reached(topic: str, levels: Mapping[str, float]) -> str:
    """Tell a student how far they are with a topic; a level of 0 means that nothing was solved yet."""
    return f"you are at {in_words(levels[topic])}" if levels.get(topic) else "you have not shown me yet what you can do"


_HARDEST: Final = len(SKILL_LEVELS) - 1


def difficulty_for(topic: str, level: float | None, skill: SkillLevel | None) -> SkillLevel:
    """Return how hard an exercise on a topic should be for a student, within what fits the topic.

    The mastery of the topic (0..1) decides: below 0.5 beginner, below 0.85 intermediate, then advanced. While it is
    unknown (None), the student's skill level does, and a student of whom nothing is known begins.
    """
    wanted = _rank(level) if level is not None else SKILL_LEVELS.index(skill or SkillLevel.BEGINNER)
    return min(difficulties(topic), key=lambda difficulty: abs(SKILL_LEVELS.index(difficulty) - wanted))


def _rank(level: float) -> int:
    return min(sum(level >= start for start in BANDS) - 1, _HARDEST)
