"""Knowledge → LearningProgress (data model 2.4), as of a day. No clock, no I/O."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from learnflow.domain.learner.fold import WEEK
from learnflow.models.knowledge import Knowledge
from learnflow.models.learning_progress import MASTERED, WEAK, LearningProgress

STRENGTHS: Final = 3
QUERIES_FOR_WEAKNESS: Final = 5


def progress(student_id: str, knowledge: Knowledge, now: datetime) -> LearningProgress:
    """Return where a student stands at a time."""
    levels = {topic: known.level for topic, known in knowledge.topics.items()}
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
        learning_velocity=velocity(knowledge, now.date()),
        total_queries=knowledge.total_queries,
        queries_by_type=knowledge.queries_by_type,
        last_activity=knowledge.last_asked or since,
        struggle_topics=tuple(sorted(knowledge.struggles)),
        achievements=knowledge.achievements,
        created_at=since,
        updated_at=now,
    )


def velocity(knowledge: Knowledge, today: date) -> float:
    """Return the questions a day over seven rolling days, of which today is the last, in UTC."""
    asked = sum(count for day, count in knowledge.queries_by_day.items() if day > today - WEEK)
    return round(asked / WEEK.days, 2)


def streak(knowledge: Knowledge, today: date) -> int:
    """Return for how many days in a row the student has asked; today does not break it before it is over."""
    last = max(knowledge.queries_by_day, default=None)
    return knowledge.streak_days if last is not None and last >= today - timedelta(days=1) else 0


def _weaknesses(knowledge: Knowledge, levels: Mapping[str, float]) -> tuple[str, ...]:
    weak = [
        topic
        for topic, known in knowledge.topics.items()
        if known.level < WEAK and known.queries >= QUERIES_FOR_WEAKNESS
    ]
    return tuple(sorted(weak, key=lambda topic: (levels[topic], topic)))
