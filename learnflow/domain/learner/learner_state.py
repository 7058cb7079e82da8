"""Observations in the order of their times, and how each changes what is known of a student. No clock, no I/O.

The observations of the last hour stay open: a late one is put between them, and they are added up anew. So any order
of arrival within the hour, and any repetition, gives the same knowledge. What arrives later still counts, as the
oldest of those that are open, and makes the state `late`: until the history is replayed (`history_replay.py`).

Submissions are evidence until their exercise is solved or given up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Final
from uuid import UUID

from learnflow.domain.learner.progress import asked_at, milestones
from learnflow.domain.mastery.model import MasteryModel, band
from learnflow.models.envelope import Event
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.events.routing import RoutingDecision
from learnflow.models.events.students import ExerciseGraded, MasteryLevelSet, StruggleResolved
from learnflow.models.fields import REMEMBERED_IDS, short_id
from learnflow.models.learner_model import (
    MOST_CLOSED,
    Asked,
    Graded,
    Knowledge,
    LearnerState,
    LevelSet,
    Observation,
    Place,
    Resolved,
    Struggling,
    TopicKnowledge,
)
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import GENERAL, lookup
from learnflow.models.vocabulary import Intent

_DECIMALS: Final = 4  # of a level; more would only say that floating point was at work
_NEW_TOPIC: Final = TopicKnowledge()
LATENESS: Final = timedelta(hours=1)  # within which the order of arrival makes no difference
LEAST_OPEN: Final = 8  # observations, however old: a crash repeats no more before what follows from them is sent
MOST_OPEN: Final = 64  # observations; a bound on what one student can cost


def observation_of(event: Event[Any]) -> Observation | None:
    """Return what an event says of its student's knowledge, or None."""
    at, message_id = event.timestamp, event.message_id
    match event.payload:
        case RoutingDecision(query=StudentQuery() as query):
            return Asked(at=query.timestamp, id=query.query_id, intent=query.detected_intent, topic=query.topic)
        case ExerciseGraded(topic=topic, exercise_id=exercise, score=score, gave_up=gave_up):
            return Graded(at=at, id=message_id, topic=topic, exercise=exercise, score=score, gave_up=gave_up)
        case MasteryLevelSet(topic=topic, level=level):
            return LevelSet(at=at, id=message_id, topic=topic, level=level)
        case StruggleDetected(topic=topic, struggle_level=level):
            return Struggling(at=at, id=message_id, topic=topic, level=level)
        case StruggleResolved(topic=topic):
            return Resolved(at=at, id=message_id, topic=topic)
    return None


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
    changes: dict[str, Any] = {"total_queries": knowledge.total_queries + 1, **asked_at(knowledge, observation.at)}
    if observation.intent:
        by_type = knowledge.queries_by_type
        changes["queries_by_type"] = {**by_type, observation.intent: by_type.get(observation.intent, 0) + 1}
    evidence = model.parameters.evidence
    weights = {Intent.DEBUG: evidence.debug_question, Intent.CONCEPTS: evidence.concepts_question, None: 0.0}
    weight = weights.get(observation.intent, 0.0)
    return changes | _evidence(knowledge, lookup(observation.topic or GENERAL), model, 0.0, weight, queries=1)


def _graded(knowledge: Knowledge, observation: Graded, model: MasteryModel) -> dict[str, Any]:
    """What comes after the end of its exercise is no evidence; nor is more than can be remembered as ended."""
    exercise = short_id(observation.exercise)
    # The second is of a state that was stored before days were.
    if exercise in knowledge.closed or exercise in knowledge.exercises or len(knowledge.closed) >= MOST_CLOSED:
        return {}
    changes = _evidence(knowledge, lookup(observation.topic), model, observation.score, 1.0)
    if observation.score == 1.0:
        changes["exercises"] = (*knowledge.exercises, exercise)
    if observation.closes:
        changes["closed"] = {**knowledge.closed, exercise: observation.at.date()}
    return changes


def _evidence(  # noqa: PLR0913 - what evidence consists of
    knowledge: Knowledge, topic: str, model: MasteryModel, score: float, weight: float, *, queries: int = 0
) -> dict[str, Any]:
    """What belongs to no topic that we know has no mastery."""
    if topic == GENERAL:
        return {}
    topic_knowledge = knowledge.topics.get(topic, _NEW_TOPIC)
    student, ability = model.updated(topic, knowledge.ability, topic_knowledge.ability, score, weight)
    level = topic_knowledge.level
    if weight:
        level = _moved(level, round(model.level(topic, student, ability), _DECIMALS), score)
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


@dataclass(frozen=True, slots=True)
class Change:
    """What one observation did: the state to keep, and the knowledge without it and with it."""

    state: LearnerState
    before: Knowledge
    after: Knowledge
    repeated: bool = False


def current(state: LearnerState, model: MasteryModel) -> Knowledge:
    """Return the knowledge of a student, with all that is still open."""
    return _folded(state.knowledge, state.recent, model)


def observe(state: LearnerState, observation: Observation, model: MasteryModel) -> Change:
    """Add an observation.

    One that was added before, and is still open, gives the change that it makes in its place: what it gave the first
    time, unless it had come late. One that is closed changes nothing.
    """
    place = next((number for number, each in enumerate(state.recent) if each.id == observation.id), None)
    if place is not None:
        before = _folded(state.knowledge, state.recent[:place], model)
        return Change(state, before, fold(before, state.recent[place], model), repeated=True)
    before = current(state, model)
    if short_id(observation.id) in (*state.applied, *state.withdrawn):
        return Change(state, before, before, repeated=True)
    latest = not state.recent or in_order(observation) > in_order(state.recent[-1])
    added = _added(state, observation, model)
    return Change(added, before, fold(before, observation, model) if latest else current(added, model))


def state_from_history(observations: Iterable[Observation], model: MasteryModel) -> LearnerState:
    """Return the state that all observations of a student lead to."""
    return reduce(lambda state, each: observe(state, each, model).state, observations, LearnerState())


def _added(state: LearnerState, observation: Observation, model: MasteryModel) -> LearnerState:
    place, folded_to = in_order(observation), state.folded_to
    late = state.late or (folded_to is not None and place < (folded_to.at, folded_to.id))
    recent = sorted((*state.recent, observation), key=in_order)
    return fold_oldest(state.model_copy(update={"late": late}), recent, model)


def fold_oldest(state: LearnerState, observations: Sequence[Observation], model: MasteryModel) -> LearnerState:
    """Return a state with all that is open, in order; the oldest, which need not stay open, go into its knowledge."""
    closed = _closed(observations)
    folded, folded_to = observations[:closed], state.folded_to
    if folded and (folded_to is None or in_order(folded[-1]) > (folded_to.at, folded_to.id)):
        folded_to = Place(at=folded[-1].at, id=folded[-1].id)
    return LearnerState.model_construct(
        knowledge=_folded(state.knowledge, folded, model),
        recent=tuple(observations[closed:]),
        applied=(*state.applied, *(short_id(each.id) for each in folded))[-REMEMBERED_IDS:],
        withdrawn=state.withdrawn,
        folded_to=folded_to,
        late=state.late,
    )


def _closed(recent: Sequence[Observation]) -> int:
    """Return how many of the oldest are no longer open."""
    late = sum(recent[-1].at - each.at > LATENESS for each in recent)
    return max(min(late, len(recent) - LEAST_OPEN), len(recent) - MOST_OPEN, 0)


def _folded(knowledge: Knowledge, observations: Sequence[Observation], model: MasteryModel) -> Knowledge:
    return reduce(lambda so_far, observation: fold(so_far, observation, model), observations, knowledge)


def in_order(observation: Observation) -> tuple[datetime, UUID]:
    """Return what observations are sorted by."""
    return observation.at, observation.id
