"""The exercises of a student: which are open, how far each is, and which are behind them. No clock, no I/O."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from learnflow.models.envelope import Event
from learnflow.models.events.students import ExerciseAssigned, ExerciseGraded, HintGiven
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
    match event.payload:
        case ExerciseAssigned() as payload:
            return assigned(exercises, event.message_id, event.timestamp, payload)
        case HintGiven() as payload:
            return hint_given(exercises, event.message_id, payload)
        case ExerciseGraded() as payload:
            return graded(exercises, event.message_id, payload)
    return exercises


def assigned(exercises: Exercises, event_id: UUID, at: datetime, payload: ExerciseAssigned) -> Exercises:
    """Add an exercise. One that is open stays as it is, and so does one that is closed."""
    if short_id(event_id) in exercises.applied:
        return exercises
    if exercises.get(payload.exercise.exercise_id) is not None or exercises.behind(payload.exercise.exercise_id):
        return _applied(exercises, event_id)
    new = Assigned(exercise=payload.exercise, assigned_at=at)
    return _applied(exercises, event_id, kept=_bounded((*exercises.kept, new)))


def hint_given(exercises: Exercises, event_id: UUID, payload: HintGiven) -> Exercises:
    """Note how many hints there were. Hints of an exercise that is not kept change nothing."""
    kept_exercise = exercises.get(payload.exercise_id)
    if kept_exercise is None or short_id(event_id) in exercises.applied:
        return exercises
    further = kept_exercise.model_copy(update={"hints_given": max(kept_exercise.hints_given, payload.number)})
    return _applied(exercises, event_id, kept=_replaced(exercises, kept_exercise, further))


def graded(exercises: Exercises, event_id: UUID, payload: ExerciseGraded) -> Exercises:
    """Count an attempt; one that passed closes the exercise, and so does giving up. After that nothing counts."""
    if short_id(event_id) in exercises.applied or exercises.behind(payload.exercise_id):
        return exercises
    closed = Closing.SOLVED if payload.passed else Closing.GIVEN_UP if payload.gave_up else None
    done = exercises.done if closed is None else _with_done(exercises.done, payload.exercise_id)
    kept_exercise = exercises.get(payload.exercise_id)
    if kept_exercise is None:
        return _applied(exercises, event_id, done=done)
    further = kept_exercise.model_copy(update={"attempts": kept_exercise.attempts + 1, "closed": closed})
    return _applied(exercises, event_id, kept=_replaced(exercises, kept_exercise, further), done=done)


def _applied(exercises: Exercises, event_id: UUID, **changed: tuple[object, ...]) -> Exercises:
    applied = (*exercises.applied, short_id(event_id))[-REMEMBERED_IDS:]
    return exercises.model_copy(update={**changed, "applied": applied})


def _replaced(exercises: Exercises, old: Assigned, new: Assigned) -> tuple[Assigned, ...]:
    return tuple(new if item is old else item for item in exercises.kept)


def _with_done(done: tuple[str, ...], exercise_id: UUID) -> tuple[str, ...]:
    short = short_id(exercise_id)
    return (*(item for item in done if item != short), short)[-MOST_DONE:]


def _bounded(kept: tuple[Assigned, ...]) -> tuple[Assigned, ...]:
    """Keep the newest; what is closed goes before what is open."""
    while len(kept) > MOST_KEPT:
        first = next((item for item in kept if item.closed is not None), kept[0])
        kept = tuple(item for item in kept if item is not first)
    return kept
