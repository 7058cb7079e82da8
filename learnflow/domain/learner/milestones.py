"""What a student has reached: achievements, which stay, and the next skill level. No clock, no I/O."""

from collections.abc import Iterator
from typing import Final

from learnflow.models.events.students import SkillUpgraded
from learnflow.models.knowledge import Knowledge
from learnflow.models.learning_progress import MASTERED
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import SKILL_LEVELS, SkillLevel

EXERCISES: Final = (10, 25, 50, 100, 250, 500)
STREAKS: Final = (7, 14, 30, 100, 365)  # days
# A level is reached when so many topics that are as hard as the one before it are mastered.
TOPICS_FOR_NEXT_LEVEL: Final = 5


def milestones(knowledge: Knowledge) -> tuple[str, ...]:
    """Return all achievements, those that were there already first."""
    had = knowledge.achievements
    return (*had, *(name for name in _earned(knowledge) if name not in had))


def _earned(knowledge: Knowledge) -> Iterator[str]:
    yield from (f"mastered-{topic}" for topic, known in knowledge.topics.items() if known.level >= MASTERED)
    yield from (f"completed-{count}-exercises" for count in EXERCISES if len(knowledge.exercises) >= count)
    yield from (f"{days}-day-streak" for days in STREAKS if knowledge.streak_days >= days)


def upgrade(before: Knowledge, after: Knowledge, said: SkillLevel | None) -> SkillUpgraded | None:
    """Return the upgrade that a student has just reached, from the level that is said; without one, from beginner."""
    level = said or SkillLevel.BEGINNER
    old, new = _reached(before, level), _reached(after, level)
    if SKILL_LEVELS.index(new) <= SKILL_LEVELS.index(old):
        return None
    passed = SKILL_LEVELS[SKILL_LEVELS.index(new) - 1]
    return SkillUpgraded(old_level=old, new_level=new, reason=f"Mastered {_mastered_at(after, passed)} {passed} topics")


def _reached(knowledge: Knowledge, level: SkillLevel) -> SkillLevel:
    """Return the skill level: each is reached by mastering enough topics of the one before it."""
    while level is not SKILL_LEVELS[-1] and _mastered_at(knowledge, level) >= TOPICS_FOR_NEXT_LEVEL:
        level = SKILL_LEVELS[SKILL_LEVELS.index(level) + 1]
    return level


def _mastered_at(knowledge: Knowledge, difficulty: SkillLevel) -> int:
    return sum(
        known.level >= MASTERED and TOPICS[topic].difficulty is difficulty for topic, known in knowledge.topics.items()
    )
