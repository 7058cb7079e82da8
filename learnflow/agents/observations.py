"""Events → what the learner observes in them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from learnflow.domain.learner import Outcome
from learnflow.models.envelope import Event
from learnflow.models.events.learning import StruggleDetected
from learnflow.models.events.students import ExerciseGraded, MasteryLevelSet, StruggleResolved
from learnflow.models.events.work import RoutingDecision
from learnflow.models.knowledge import Asked, Graded, LevelSet, Observation, Resolved, Struggling
from learnflow.models.taxonomy import lookup


def observation(event: Event[Any]) -> Observation | None:
    """Return what an event says of its student's knowledge, or None."""
    observe = _OBSERVE.get(type(event.payload))
    return observe(event) if observe else None


def outcome(seen: Observation) -> Outcome | None:
    """Return what an observation is for the day it belongs to, or None."""
    match seen:
        case Asked(topic=str() as topic):
            return Outcome(id=seen.id, topic=lookup(topic), kind="asked")
        case Graded():
            kind: Literal["passed", "failed"] = "passed" if seen.score == 1.0 else "failed"
            return Outcome(id=seen.id, topic=lookup(seen.topic), kind=kind, exercise=seen.exercise)
    return None


def _asked(event: Event[RoutingDecision]) -> Observation | None:
    query = event.payload.query
    if query is None:
        return None
    return Asked(at=query.timestamp, id=query.query_id, intent=query.detected_intent, topic=query.topic)


def _graded(event: Event[ExerciseGraded]) -> Observation:
    said = event.payload
    return Graded(
        at=event.timestamp, id=event.message_id, topic=said.topic, exercise=said.exercise_id, score=said.score
    )


def _set(event: Event[MasteryLevelSet]) -> Observation:
    return LevelSet(at=event.timestamp, id=event.message_id, topic=event.payload.topic, level=event.payload.level)


def _struggling(event: Event[StruggleDetected]) -> Observation:
    said = event.payload
    return Struggling(at=event.timestamp, id=event.message_id, topic=said.topic, level=said.struggle_level)


def _resolved(event: Event[StruggleResolved]) -> Observation:
    return Resolved(at=event.timestamp, id=event.message_id, topic=event.payload.topic)


_OBSERVE: Final[Mapping[type[Any], Callable[[Event[Any]], Observation | None]]] = MappingProxyType({
    RoutingDecision: _asked,
    ExerciseGraded: _graded,
    MasteryLevelSet: _set,
    StruggleDetected: _struggling,
    StruggleResolved: _resolved,
})
