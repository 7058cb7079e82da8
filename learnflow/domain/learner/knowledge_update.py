"""One observation more: how it changes a student's knowledge. No clock, no I/O."""

from datetime import date, timedelta
from typing import Any, Final

from learnflow.domain.learner.progress import WEEK, milestones
from learnflow.domain.mastery import MasteryModel, band
from learnflow.models.fields import short_id
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

_DECIMALS: Final = 4  # of a level; more would only say that floating point was at work
_NEW_TOPIC: Final = TopicKnowledge()


def fold(knowledge: Knowledge, observation: Observation, model: MasteryModel) -> Knowledge:
    """Return what is known after an observation, the latest so far.

    One that is earlier than the last counts as well, and neither prolongs nor breaks a streak.
    """
    since = min(knowledge.since or observation.at, observation.at)
    changed = {"since": since, **_changes(knowledge, observation, model)}
    folded = knowledge.model_copy(update=changed)
    return folded.model_copy(update={"achievements": milestones(folded)})


def _changes(knowledge: Knowledge, observation: Observation, model: MasteryModel) -> dict[str, Any]:
    match observation:
        case Asked():
            return _asked(knowledge, observation, model)
        case Graded():
            return _graded(knowledge, observation, model)
        case LevelSet():
            return _set(knowledge, observation, model)
        case Struggling():
            topic = lookup(observation.topic)
            weight = 0.0 if topic in knowledge.struggles else model.parameters.evidence.struggle
            struggles = {**knowledge.struggles, topic: observation.level} if topic != GENERAL else knowledge.struggles
            return {"struggles": struggles, **_evidence(knowledge, topic, model, 0.0, weight)}
        case Resolved():
            ended = lookup(observation.topic)
            return {"struggles": {name: level for name, level in knowledge.struggles.items() if name != ended}}


def _asked(knowledge: Knowledge, observation: Asked, model: MasteryModel) -> dict[str, Any]:
    changes: dict[str, Any] = {"total_queries": knowledge.total_queries + 1, **_days(knowledge, observation.at.date())}
    changes["last_asked"] = max(knowledge.last_asked or observation.at, observation.at)
    if observation.intent:
        by_type = knowledge.queries_by_type
        changes["queries_by_type"] = {**by_type, observation.intent: by_type.get(observation.intent, 0) + 1}
    evidence = model.parameters.evidence
    weights = {Intent.DEBUG: evidence.debug_question, Intent.CONCEPTS: evidence.concepts_question, None: 0.0}
    weight = weights.get(observation.intent, 0.0)
    return changes | _evidence(knowledge, lookup(observation.topic or GENERAL), model, 0.0, weight, queries=1)


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


def _graded(knowledge: Knowledge, observation: Graded, model: MasteryModel) -> dict[str, Any]:
    exercise = short_id(observation.exercise)
    changes = _evidence(knowledge, lookup(observation.topic), model, observation.score, 1.0)
    if observation.score == 1.0 and exercise not in knowledge.exercises:
        changes["exercises"] = (*knowledge.exercises, exercise)
    return changes


def _evidence(  # noqa: PLR0913 - what evidence consists of
    knowledge: Knowledge, topic: str, model: MasteryModel, score: float, weight: float, *, queries: int = 0
) -> dict[str, Any]:
    """What belongs to no topic that we know has no mastery."""
    if topic == GENERAL:
        return {}
    topic_knowledge = knowledge.topics.get(topic, _NEW_TOPIC)
    student, ability = model.updated(topic, knowledge.ability, topic_knowledge.ability, score, weight)
    level = (
        _moved(topic_knowledge.level, round(model.level(topic, student, ability), _DECIMALS), score)
        if weight
        else topic_knowledge.level
    )
    now = TopicKnowledge.model_construct(
        queries=topic_knowledge.queries + queries,
        ability=ability,
        level=level,
        announced=level if worth_announcing(topic_knowledge.announced, level, model) else topic_knowledge.announced,
    )
    return {"ability": student, "topics": {**knowledge.topics, topic: now}}


def _moved(old: float, new: float, score: float) -> float:
    """Let a success never lower a level and a failure never raise it, whatever was learned elsewhere meanwhile."""
    if score == 1.0:
        return max(old, new)
    return min(old, new) if score == 0.0 else new


def _set(knowledge: Knowledge, observation: LevelSet, model: MasteryModel) -> dict[str, Any]:
    topic = lookup(observation.topic)
    if topic == GENERAL:
        return {}
    topic_knowledge = knowledge.topics.get(topic, _NEW_TOPIC)
    ability = model.set_to(topic, knowledge.ability, topic_knowledge.ability, observation.level)
    update = {"ability": ability, "level": observation.level, "announced": observation.level}
    return {"topics": {**knowledge.topics, topic: topic_knowledge.model_copy(update=update)}}


def worth_announcing(old: float, new: float, model: MasteryModel) -> bool:
    """Whether a level has crossed into another band, or has moved far enough."""
    return band(old) != band(new) or round(abs(new - old), _DECIMALS) >= model.parameters.level.event_move
