"""A student's observations for tests: when, and of what."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from learnflow.domain.learner.learner_state import current, state_from_history
from learnflow.domain.mastery.model import shipped
from learnflow.models.learner_model import Asked, Graded, Knowledge, LevelSet, Observation, Resolved, Struggling
from learnflow.models.vocabulary import Intent, StruggleLevel

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
_TESTS: Final = UUID("5a9a7a0e-2d3b-5a55-8f0c-2f1f6f0c7b11")


def uid(name: object) -> UUID:
    """Return the id of a thing by its name."""
    return uuid5(_TESTS, str(name))


def asked(name: object, topic: str | None = "loops", intent: Intent = Intent.CONCEPTS, **ago: float) -> Asked:
    """A question, so long before noon."""
    return Asked(at=NOON - timedelta(**ago), id=uid(name), intent=intent, topic=topic)


def graded(name: object, score: float = 1.0, topic: str = "loops", **ago: float) -> Graded:
    """A submission to an exercise of its own, so long before noon."""
    return Graded(at=NOON - timedelta(**ago), id=uid(name), topic=topic, exercise=uid(f"exercise {name}"), score=score)


def attempt(exercise: object, name: object, score: float = 1.0, *, gave_up: bool = False, **ago: float) -> Graded:
    """A submission to an exercise that may have others, so long before noon; one on loops."""
    at, exercise_id = NOON - timedelta(**ago), uid(f"exercise {exercise}")
    return Graded(at=at, id=uid(name), topic="loops", exercise=exercise_id, score=score, gave_up=gave_up)


def level_set(name: object, level: float, topic: str = "loops", **ago: float) -> LevelSet:
    """A teacher's word, so long before noon."""
    return LevelSet(at=NOON - timedelta(**ago), id=uid(name), topic=topic, level=level)


def struggling(name: object, topic: str = "loops", **ago: float) -> Struggling:
    """A struggle that is detected, so long before noon."""
    return Struggling(at=NOON - timedelta(**ago), id=uid(name), topic=topic, level=StruggleLevel.LOW)


def resolved(name: object, topic: str = "loops", **ago: float) -> Resolved:
    """A struggle that ends, so long before noon."""
    return Resolved(at=NOON - timedelta(**ago), id=uid(name), topic=topic)


def known(seen: Iterable[Observation]) -> Knowledge:
    """Return the knowledge after observations, in the order given."""
    return current(state_from_history(seen, shipped()), shipped())
