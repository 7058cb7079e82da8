"""Why a level has changed, told from the outcomes of a day: in words, and with their messages. No clock, no I/O."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple, Self
from uuid import UUID

from learnflow.domain.phrasing import many
from learnflow.models.fields import Id, Model, Timestamp, TopicKey
from learnflow.models.learner_model import Asked, Graded, LevelSet, Observation, Struggling
from learnflow.models.taxonomy import GENERAL, TOPICS, lookup

BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)
MOST: Final = 100  # outcomes of a day, the newest: a bound on what one student can cost


class Outcome(Model):
    """A question, or a graded submission of an exercise, which may end with it."""

    at: Timestamp = BEFORE_ALL  # of one that was stored before times were
    id: Id
    topic: TopicKey
    kind: Literal["asked", "passed", "failed"]
    exercise: Id | None = None
    closes: bool = False


def outcome_of(observation: Observation) -> Outcome | None:
    """Return what an observation is for the day it belongs to, or None."""
    match observation:
        case Asked(at=at, id=query_id, topic=str() as topic):
            return Outcome(at=at, id=query_id, topic=lookup(topic), kind="asked")
        case Graded(at=at, id=message_id, topic=topic, exercise=exercise, score=score, closes=closes):
            kind: Literal["passed", "failed"] = "passed" if score == 1.0 else "failed"
            return Outcome(at=at, id=message_id, topic=lookup(topic), kind=kind, exercise=exercise, closes=closes)
    return None


class Day(Model):
    """A student's outcomes of one day, in the order of their times; the same one twice counts once.

    Of an exercise there are those up to the one that closes it.
    """

    outcomes: tuple[Outcome, ...] = ()

    def with_outcome(self, new: Outcome) -> Self:
        """Return the day with one outcome more."""
        if any(each.id == new.id for each in self.outcomes):
            return self
        ended, outcomes = set[UUID | None](), list[Outcome]()
        for each in sorted((*self.outcomes, new), key=lambda outcome: (outcome.at, outcome.id)):
            if each.exercise not in ended:
                outcomes.append(each)
                ended.update((each.exercise,) if each.closes else ())
        return self.model_copy(update={"outcomes": tuple(outcomes[-MOST:])})

    def on(self, topic: str, kind: str) -> tuple[Outcome, ...]:
        """Return one kind of outcome on a topic."""
        return tuple(each for each in self.outcomes if (each.topic, each.kind) == (topic, kind))


MOST_EVIDENCE: Final = 20  # messages that an event names
CAME_LATE: Final = "Something earlier became known late"


class Reason(NamedTuple):
    """One sentence, and the queries and submissions that it is about."""

    text: str
    evidence: tuple[UUID, ...]


def reason(observation: Observation, topic: str, day: Day, *, rose: bool) -> Reason:
    """Return why the level of a topic has changed with an observation, given the day that it belongs to."""
    name = TOPICS[topic].title.lower()
    if lookup(getattr(observation, "topic", None) or GENERAL) != topic:
        return Reason(CAME_LATE, (observation.id,))
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
