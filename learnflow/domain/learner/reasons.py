"""Why a level has changed: in words, and with the messages behind it. No clock, no I/O."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from learnflow.domain.learner.day import Day, Outcome
from learnflow.domain.phrasing import many
from learnflow.models.knowledge import Asked, Graded, LevelSet, Observation, Struggling
from learnflow.models.taxonomy import GENERAL, TOPICS, lookup

MOST_EVIDENCE: Final = 20  # messages that an event names


class Reason(NamedTuple):
    """One sentence, and the queries and submissions that it is about."""

    text: str
    evidence: tuple[UUID, ...]


def reason(seen: Observation, topic: str, day: Day, *, rose: bool) -> Reason:
    """Return why the level of a topic has changed with an observation, given the day that it belongs to."""
    name = TOPICS[topic].title.lower()
    if lookup(getattr(seen, "topic", None) or GENERAL) != topic:
        return Reason("Something earlier became known late", (seen.id,))
    match seen:
        case Graded():
            return _graded(name, day.on(topic, "passed"), day.on(topic, "failed"), rose=rose)
        case Asked():
            asked = day.on(topic, "asked")
            return _reason(f"Asked {many(len(asked), 'question')} on {name} in a day", asked)
        case Struggling():
            return Reason(f"Struggles with {name}", (seen.id,))
        case LevelSet():
            return Reason("Set by a teacher", (seen.id,))
    return Reason(f"No longer struggles with {name}", (seen.id,))


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
