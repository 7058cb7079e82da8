"""What knowledge comes to: LearningProgress (data model 2.4), achievements, the next skill level. No clock, no I/O."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any, Final

from learnflow.models.events.students import SkillUpgraded
from learnflow.models.learner_model import Knowledge
from learnflow.models.learning_progress import FASTEST, MASTERED, WEAK, LearningProgress
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import SKILL_LEVELS, SkillLevel

WEEK: Final = timedelta(days=7)
MINUTES_OF_WEEK: Final = WEEK // timedelta(minutes=1)
MOST_MINUTES: Final = 1_000  # of a week in which a student asked; a bound on what one student can cost
STRENGTHS: Final = 3
QUERIES_FOR_WEAKNESS: Final = 5


def progress(student_id: str, knowledge: Knowledge, now: datetime) -> LearningProgress:
    """Return where a student stands at a time."""
    levels = {topic: each.level for topic, each in knowledge.topics.items()}
    mastered = tuple(topic for topic, level in levels.items() if level >= MASTERED)
    since = knowledge.since or now
    return LearningProgress(
        student_id=student_id,
        python_mastery_levels=levels,
        completed_exercises=len(knowledge.exercises),
        topics_mastered=mastered,
        topics_covered=tuple(levels),
        strengths=tuple(sorted(mastered, key=lambda topic: (-levels[topic], topic))[:STRENGTHS]),
        weaknesses=_weaknesses(knowledge, levels),
        learning_velocity=velocity(knowledge, now),
        total_queries=knowledge.total_queries,
        queries_by_type=knowledge.queries_by_type,
        last_activity=knowledge.last_asked or since,
        struggle_topics=tuple(sorted(knowledge.struggles)),
        achievements=knowledge.achievements,
        created_at=since,
        updated_at=now,
    )


def asked_at(knowledge: Knowledge, at: datetime) -> dict[str, Any]:
    """Return what changes of the times of questions with one more."""
    last = knowledge.last_asked.date() if knowledge.last_asked else None
    follows = last is not None and at.date() - last == timedelta(days=1)
    streak = knowledge.streak_days if last is not None and at.date() <= last else 1 + knowledge.streak_days * follows
    newest = max(knowledge.last_asked or at, at)
    asked, week = minute(at), dict(knowledge.queries_by_minute)  # in order: looking through all would be slow
    week[asked] = week.get(asked, 0) + 1
    if at < newest:
        week = dict(sorted(week.items()))
    for old in [*takewhile(lambda each: each <= minute(newest) - MINUTES_OF_WEEK, week)]:
        del week[old]
    while len(week) > MOST_MINUTES:  # the two oldest become one
        oldest, following = islice(week, 2)
        week[following] += week.pop(oldest)
    return {"last_asked": newest, "queries_by_minute": week, "streak_days": streak}


def velocity(knowledge: Knowledge, now: datetime) -> float:
    """Return the questions of the last 7 times 24 hours, to the minute, divided by 7."""
    asked = sum(count for each, count in knowledge.queries_by_minute.items() if each > minute(now) - MINUTES_OF_WEEK)
    return min(round(asked / WEEK.days, 2), FASTEST)


def minute(at: datetime) -> int:
    """Return the number of a time's minute since 1970."""
    return int(at.timestamp()) // 60


def streak(knowledge: Knowledge, today: date) -> int:
    """Return for how many days in a row the student has asked; today does not break it before it is over."""
    last = knowledge.last_asked
    return knowledge.streak_days if last is not None and last.date() >= today - timedelta(days=1) else 0


def _weaknesses(knowledge: Knowledge, levels: Mapping[str, float]) -> tuple[str, ...]:
    asked = (topic for topic, each in knowledge.topics.items() if each.queries >= QUERIES_FOR_WEAKNESS)
    return tuple(topic for level, topic in sorted((levels[topic], topic) for topic in asked) if level < WEAK)


EXERCISES: Final = (10, 25, 50, 100, 250, 500)
STREAKS: Final = (7, 14, 30, 100, 365)  # days
# A level is reached when so many topics that are as hard as the one before it are mastered.
TOPICS_FOR_NEXT_LEVEL: Final = 5


def milestones(knowledge: Knowledge) -> tuple[str, ...]:
    """Return all achievements, those that were there already first."""
    had = knowledge.achievements
    return (*had, *(name for name in _earned(knowledge) if name not in had))


def _earned(knowledge: Knowledge) -> Iterator[str]:
    yield from (f"mastered-{topic}" for topic, each in knowledge.topics.items() if each.level >= MASTERED)
    yield from (f"completed-{count}-exercises" for count in EXERCISES if len(knowledge.exercises) >= count)
    yield from (f"{days}-day-streak" for days in STREAKS if knowledge.streak_days >= days)


def upgrade(before: Knowledge, after: Knowledge, current_level: SkillLevel | None) -> SkillUpgraded | None:
    """Return the upgrade that a student has just reached, from the level in the profile; without one, from beginner."""
    level = current_level or SkillLevel.BEGINNER
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
    mastered = (topic for topic, each in knowledge.topics.items() if each.level >= MASTERED)
    return sum(TOPICS[topic].difficulty is difficulty for topic in mastered)
