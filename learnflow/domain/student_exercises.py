"""The exercises of a student: which are open, how far each is, and which are behind them. No clock, no I/O."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from learnflow.models.envelope import Event
from learnflow.models.events.students import ExerciseGraded, ExerciseVerified, HintGiven
from learnflow.models.exercise import Assigned
from learnflow.models.fields import REMEMBERED_IDS, Model, short_id
from learnflow.models.vocabulary import Closing

MOST_KEPT: Final = 6  # exercises in the state; PostgreSQL has them all
MOST_DONE: Final = 512  # exercises that are remembered as done


class Exercises(Model):
    """The exercises given last, oldest first; those that are behind the student, and the events applied last."""

    kept: tuple[Assigned, ...] = ()
    done: tuple[str, ...] = ()
    applied: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[Assigned, ...]:
        """Those that the student may still solve, the newest last."""
        return tuple(item for item in self.kept if item.closed is None)

    def behind(self, exercise_id: UUID) -> bool:
        """Say whether an exercise is solved or given up."""
        return short_id(exercise_id) in self.done

    def get(self, exercise_id: UUID) -> Assigned | None:
        """Return one of those that are kept."""
        return next((item for item in self.kept if item.exercise.exercise_id == exercise_id), None)


def after(exercises: Exercises, event: Event[Any]) -> Exercises:
    """Return the exercises after an event about one of them; the same event again changes nothing."""
    event_id = short_id(event.message_id)
    changed = None if event_id in exercises.applied else _changes(exercises, event)
    if changed is None:
        return exercises
    return exercises.model_copy(update={**changed, "applied": (*exercises.applied, event_id)[-REMEMBERED_IDS:]})


def _changes(exercises: Exercises, event: Event[Any]) -> dict[str, tuple[object, ...]] | None:
    """Return what an event changes; None where it does not count."""
    match event.payload:
        case ExerciseVerified(exercise=exercise):  # one that is open stays as it is, and so does one that is closed
            if exercises.get(exercise.exercise_id) is not None or exercises.behind(exercise.exercise_id):
                return {}
            new = Assigned(exercise=exercise, assigned_at=event.timestamp)
            return {"kept": _bounded((*exercises.kept, new))}
        case HintGiven(exercise_id=exercise_id, number=number):
            item = exercises.get(exercise_id)
            return _updated(exercises, item, hints_given=max(item.hints_given, number)) if item else None
        case ExerciseGraded() as payload:
            return _graded(exercises, payload, event.timestamp)
    return None


def _graded(exercises: Exercises, payload: ExerciseGraded, at: datetime) -> dict[str, tuple[object, ...]] | None:
    """Passing closes an exercise, and so does giving up: whichever was first, in whatever order they arrive."""
    closed = Closing.SOLVED if payload.passed else Closing.GIVEN_UP if payload.gave_up else None
    if closed is None:
        return None
    exercise_id = payload.exercise_id
    done = exercises.done if exercises.behind(exercise_id) else (*exercises.done, short_id(exercise_id))[-MOST_DONE:]
    item = exercises.get(exercise_id)
    first = item is not None and (item.closed is None or (item.closed_at is not None and at < item.closed_at))
    return {"done": done, **(_updated(exercises, item, closed=closed, closed_at=at) if item and first else {})}


def _updated(exercises: Exercises, item: Assigned, **update: object) -> dict[str, tuple[object, ...]]:
    updated = item.model_copy(update=update)
    return {"kept": tuple(updated if each is item else each for each in exercises.kept)}


def _bounded(kept: tuple[Assigned, ...]) -> tuple[Assigned, ...]:
    """Keep the newest; what is closed goes before what is open."""
    while len(kept) > MOST_KEPT:
        first = next((item for item in kept if item.closed is not None), kept[0])
        kept = tuple(item for item in kept if item is not first)
    return kept
