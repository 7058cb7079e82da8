"""Why a level has changed, told from the outcomes of a day: in words, and with their messages. No clock, no I/O."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, Self
from uuid import UUID

from learnflow.domain.phrasing import many
from learnflow.models.fields import Id, Model, TopicKey
from learnflow.models.learner_model import Asked, Graded, LevelSet, Observation, Struggling
from learnflow.models.taxonomy import GENERAL, TOPICS, lookup

MOST: Final = 100  # outcomes of a day, the newest: a bound on what one student can cost


class Outcome(Model):
    """A question, or a graded submission of an exercise."""

    id: Id
    topic: TopicKey
    kind: Literal["asked", "passed", "failed"]
    exercise: Id | None = None


def outcome_of(observation: Observation) -> Outcome | None:
    """Return what an observation is for the day it belongs to, or None."""
    match observation:
        case Asked(id=query_id, topic=str() as topic):
            return Outcome(id=query_id, topic=lookup(topic), kind="asked")
        case Graded(id=message_id, topic=topic, exercise=exercise, score=score):
            kind: Literal["passed", "failed"] = "passed" if score == 1.0 else "failed"
            return Outcome(id=message_id, topic=lookup(topic), kind=kind, exercise=exercise)
    return None


class Day(Model):
    """All of a student's outcomes of one day; the same one twice counts once."""

    outcomes: tuple[Outcome, ...] = ()

    def with_outcome(self, new: Outcome) -> Self:
        """Return the day with one outcome more."""
        if any(each.id == new.id for each in self.outcomes):
            return self
        return self.model_copy(update={"outcomes": (*self.outcomes, new)[-MOST:]})

    def on(self, topic: str, kind: str) -> tuple[Outcome, ...]:
        """Return one kind of outcome on a topic."""
        return tuple(each for each in self.outcomes if (each.topic, each.kind) == (topic, kind))


MOST_EVIDENCE: Final = 20  # messages that an event names


class Reason(NamedTuple):
    """One sentence, and the queries and submissions that it is about."""

    text: str
    evidence: tuple[UUID, ...]


def reason(observation: Observation, topic: str, day: Day, *, rose: bool) -> Reason:
    """Return why the level of a topic has changed with an observation, given the day that it belongs to."""
    name = TOPICS[topic].title.lower()
    if lookup(getattr(observation, "topic", None) or GENERAL) != topic:
        return Reason("Something earlier became known late", (observation.id,))
    match observation:
        case Graded():
            return _graded(name, day.on(topic, "passed"), day.on(topic, "failed"), rose=rose)
        case Asked():
            asked = day.on(topic, "asked")
            return _reason(f"Asked {many(len(asked), 'question')} on {name} in a day", asked)
        case Struggling():
            return Reason(f"Struggles with {name}", (observation.id,))
        case LevelSet():
            return Reason("Set by a teacher", (observation.id,))
    return Reason(f"No longer struggles with {name}", (observation.id,))


def _graded(name: str, passed: Sequence[Outcome], failed: Sequence[Outcome], *, rose: bool) -> Reason:
    if rose and passed:
        return _reason(f"Successfully completed {_exercises(passed)} on {name}", passed)
    if rose:
        return _reason(f"Solved a part of {_exercises(failed)} on {name}", failed)
    tries = many(len(passed) + len(failed), "submission")
    return _reason(f"{len(failed)} of {tries} on {name} did not pass", failed)


def _exercises(outcomes: Sequence[Outcome]) -> str:
    return many(len({each.exercise for each in outcomes}), "exercise")


def _reason(text: str, outcomes: Sequence[Outcome]) -> Reason:
    return Reason(text, tuple(each.id for each in outcomes[-MOST_EVIDENCE:]))
