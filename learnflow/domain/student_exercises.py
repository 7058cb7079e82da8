"""The exercises of a student: which are open, how far each is, and which are behind them. No clock, no I/O."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from learnflow.domain.remembered_ids import REMEMBERED, shortened
from learnflow.models.envelope import Event
from learnflow.models.events.students import ExerciseAssigned, ExerciseGraded, HintGiven
from learnflow.models.exercise import Assigned
from learnflow.models.fields import Model
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
        return tuple(one for one in self.kept if one.closed is None)

    def behind(self, exercise_id: UUID) -> bool:
        """Say whether an exercise is solved or given up."""
        return shortened(exercise_id) in self.done

    def get(self, exercise_id: UUID) -> Assigned | None:
        """Return one of those that are kept."""
        return next((one for one in self.kept if one.exercise.exercise_id == exercise_id), None)


def after(exercises: Exercises, event: Event[Any]) -> Exercises:
    """Return the exercises after an event about one of them; the same event again changes nothing."""
    match event.payload:
        case ExerciseAssigned() as said:
            return assigned(exercises, event.message_id, event.timestamp, said)
        case HintGiven() as said:
            return hint_given(exercises, event.message_id, said)
        case ExerciseGraded() as said:
            return graded(exercises, event.message_id, said)
    return exercises


def assigned(exercises: Exercises, event_id: UUID, at: datetime, said: ExerciseAssigned) -> Exercises:
    """Add an exercise. One that is open stays as it is, and so does one that is closed."""
    if shortened(event_id) in exercises.applied:
        return exercises
    if exercises.get(said.exercise.exercise_id) is not None or exercises.behind(said.exercise.exercise_id):
        return _applied(exercises, event_id)
    new = Assigned(exercise=said.exercise, assigned_at=at)
    return _applied(exercises, event_id, kept=_bounded((*exercises.kept, new)))


def hint_given(exercises: Exercises, event_id: UUID, said: HintGiven) -> Exercises:
    """Note how many hints there were. Hints of an exercise that is not kept change nothing."""
    known = exercises.get(said.exercise_id)
    if known is None or shortened(event_id) in exercises.applied:
        return exercises
    further = known.model_copy(update={"hints_given": max(known.hints_given, said.number)})
    return _applied(exercises, event_id, kept=_replaced(exercises, known, further))


def graded(exercises: Exercises, event_id: UUID, said: ExerciseGraded) -> Exercises:
    """Count an attempt; one that passed closes the exercise, and so does giving up. After that nothing counts."""
    if shortened(event_id) in exercises.applied or exercises.behind(said.exercise_id):
        return exercises
    closed = Closing.SOLVED if said.passed else Closing.GIVEN_UP if said.gave_up else None
    done = exercises.done if closed is None else _with_done(exercises.done, said.exercise_id)
    known = exercises.get(said.exercise_id)
    if known is None:
        return _applied(exercises, event_id, done=done)
    further = known.model_copy(update={"attempts": known.attempts + 1, "closed": closed})
    return _applied(exercises, event_id, kept=_replaced(exercises, known, further), done=done)


def _applied(exercises: Exercises, event_id: UUID, **changed: tuple[object, ...]) -> Exercises:
    applied = (*exercises.applied, shortened(event_id))[-REMEMBERED:]
    return exercises.model_copy(update={**changed, "applied": applied})


def _replaced(exercises: Exercises, old: Assigned, new: Assigned) -> tuple[Assigned, ...]:
    return tuple(new if one is old else one for one in exercises.kept)


def _with_done(done: tuple[str, ...], exercise_id: UUID) -> tuple[str, ...]:
    short = shortened(exercise_id)
    return (*(one for one in done if one != short), short)[-MOST_DONE:]


def _bounded(kept: tuple[Assigned, ...]) -> tuple[Assigned, ...]:
    """Keep the newest; what is closed goes before what is open."""
    while len(kept) > MOST_KEPT:
        first = next((one for one in kept if one.closed is not None), kept[0])
        kept = tuple(one for one in kept if one is not first)
    return kept
