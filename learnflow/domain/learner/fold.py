"""One observation more: how it changes a student's knowledge. No clock, no I/O."""

from datetime import date, timedelta
from typing import Any, Final

from learnflow.domain.learner.milestones import milestones
from learnflow.domain.mastery import MasteryModel, band
from learnflow.domain.remembered_ids import shortened
from learnflow.models.knowledge import (
    Asked,
    Graded,
    Knowledge,
    LevelSet,
    Observation,
    Resolved,
    Struggling,
    TopicKnowledge,
)
from learnflow.models.taxonomy import GENERAL, lookup
from learnflow.models.vocabulary import Intent

WEEK: Final = timedelta(days=7)
_DECIMALS: Final = 4  # of a level; more would only say that floating point was at work
_NEW_TOPIC: Final = TopicKnowledge()


def fold(knowledge: Knowledge, seen: Observation, model: MasteryModel) -> Knowledge:
    """Return what is known after an observation, the latest so far.

    One that is earlier than the last counts as well, and neither prolongs nor breaks a streak.
    """
    changed = {"since": min(knowledge.since or seen.at, seen.at), **_changes(knowledge, seen, model)}
    folded = knowledge.model_copy(update=changed)
    return folded.model_copy(update={"achievements": milestones(folded)})


def _changes(knowledge: Knowledge, seen: Observation, model: MasteryModel) -> dict[str, Any]:
    match seen:
        case Asked():
            return _asked(knowledge, seen, model)
        case Graded():
            return _graded(knowledge, seen, model)
        case LevelSet():
            return _set(knowledge, seen, model)
        case Struggling():
            topic = lookup(seen.topic)
            weight = 0.0 if topic in knowledge.struggles else model.parameters.evidence.struggle
            struggles = {**knowledge.struggles, topic: seen.level} if topic != GENERAL else knowledge.struggles
            return {"struggles": struggles, **_evidence(knowledge, topic, model, 0.0, weight)}
        case Resolved():
            ended = lookup(seen.topic)
            return {"struggles": {name: level for name, level in knowledge.struggles.items() if name != ended}}


def _asked(knowledge: Knowledge, seen: Asked, model: MasteryModel) -> dict[str, Any]:
    changes: dict[str, Any] = {"total_queries": knowledge.total_queries + 1, **_days(knowledge, seen.at.date())}
    changes["last_asked"] = max(knowledge.last_asked or seen.at, seen.at)
    if seen.intent:
        by_type = knowledge.queries_by_type
        changes["queries_by_type"] = {**by_type, seen.intent: by_type.get(seen.intent, 0) + 1}
    evidence = model.parameters.evidence
    weights = {Intent.DEBUG: evidence.debug_question, Intent.CONCEPTS: evidence.concepts_question, None: 0.0}
    weight = weights.get(seen.intent, 0.0)
    return changes | _evidence(knowledge, lookup(seen.topic or GENERAL), model, 0.0, weight, queries=1)


def _days(knowledge: Knowledge, day: date) -> dict[str, Any]:
    by_day = dict(knowledge.queries_by_day)
    last = max(by_day, default=None)
    by_day[day] = by_day.get(day, 0) + 1
    newest = max(by_day)
    follows = last is not None and day - last == timedelta(days=1)
    streak = knowledge.streak_days if last is not None and day <= last else 1 + knowledge.streak_days * follows
    return {
        "queries_by_day": {each: count for each, count in sorted(by_day.items()) if newest - each < WEEK},
        "streak_days": streak,
    }


def _graded(knowledge: Knowledge, seen: Graded, model: MasteryModel) -> dict[str, Any]:
    exercise = shortened(seen.exercise)
    changes = _evidence(knowledge, lookup(seen.topic), model, seen.score, 1.0)
    if seen.score == 1.0 and exercise not in knowledge.exercises:
        changes["exercises"] = (*knowledge.exercises, exercise)
    return changes


def _evidence(  # noqa: PLR0913 - what evidence consists of
    knowledge: Knowledge, topic: str, model: MasteryModel, score: float, weight: float, *, queries: int = 0
) -> dict[str, Any]:
    """What belongs to no topic that we know has no mastery."""
    if topic == GENERAL:
        return {}
    known = knowledge.topics.get(topic, _NEW_TOPIC)
    student, ability = model.updated(topic, knowledge.ability, known.ability, score, weight)
    level = (
        _moved(known.level, round(model.level(topic, student, ability), _DECIMALS), score) if weight else known.level
    )
    now = TopicKnowledge.model_construct(
        queries=known.queries + queries,
        ability=ability,
        level=level,
        announced=level if worth_saying(known.announced, level, model) else known.announced,
    )
    return {"ability": student, "topics": {**knowledge.topics, topic: now}}


def _moved(old: float, new: float, score: float) -> float:
    """Let a success never lower a level and a failure never raise it, whatever was learned elsewhere meanwhile."""
    if score == 1.0:
        return max(old, new)
    return min(old, new) if score == 0.0 else new


def _set(knowledge: Knowledge, seen: LevelSet, model: MasteryModel) -> dict[str, Any]:
    topic = lookup(seen.topic)
    if topic == GENERAL:
        return {}
    known = knowledge.topics.get(topic, _NEW_TOPIC)
    ability = model.set_to(topic, knowledge.ability, known.ability, seen.level)
    update = {"ability": ability, "level": seen.level, "announced": seen.level}
    return {"topics": {**knowledge.topics, topic: known.model_copy(update=update)}}


def worth_saying(old: float, new: float, model: MasteryModel) -> bool:
    """Whether a level has crossed into another band, or has moved far enough."""
    return band(old) != band(new) or round(abs(new - old), _DECIMALS) >= model.parameters.level.event_move
