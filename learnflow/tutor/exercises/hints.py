"""Hints, one at a time, and the solution for who gives up."""

from typing import Final
from uuid import UUID

from learnflow.models.draft import Draft
from learnflow.models.events.students import ExerciseGraded, HintGiven
from learnflow.models.exercise import Assigned, Exercise
from learnflow.models.fields import Model
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Closing
from learnflow.tutor.answer_text import OFFLINE_MODEL
from learnflow.tutor.exercises.reply import ExerciseReply, draft

_NEXT: Final = 'Say "another exercise" when you want to go on.'


def next_hint(assigned: Assigned) -> int | None:
    """Return the number of the hint that comes next, from 1 on; None when all have been given, or it is closed."""
    number = assigned.hints_given + 1
    return number if number <= len(assigned.exercise.hints) and assigned.closed is None else None


def numbered_hint(exercise: Exercise, number: int) -> str:
    """Return a hint with its number, from 1 on."""
    return f"Hint {number} of {len(exercise.hints)}: {exercise.hints[number - 1]}"


def hint(assigned: Assigned | None, query_id: UUID) -> ExerciseReply:
    """Return the next hint to an exercise."""
    if assigned is None:
        return ExerciseReply(_nothing_open("There is no open exercise to give a hint for."))
    exercise, number, most = assigned.exercise, next_hint(assigned), len(assigned.exercise.hints)
    metadata = {"hint": number, "hints_available": most}
    if assigned.closed is not None:
        over = "solved" if assigned.closed is Closing.SOLVED else "given up"
        return ExerciseReply(
            draft(exercise, f'You have {over} "{exercise.name}": there is nothing left to hint at.', _NEXT)
        )
    if number is None:
        opening = f'You have had all {most} hints to "{exercise.name}"' if most else f'"{exercise.name}" has no hints'
        last = f"The last was: {exercise.hints[-1]}" if most else None
        more = 'Send me your code as far as it goes, or say "I give up" and I show you the solution.'
        return ExerciseReply(draft(exercise, f"{opening}.", last, more, metadata=metadata))
    further = 'Say "hint" again for the next one.' if number < most else "That was the last one."
    more = f'{further} If you say "I give up", I show you a solution, and the exercise is closed.'
    answer = draft(
        exercise, f'Hint {number} of {most} for the exercise "{exercise.name}":', exercise.hints[number - 1], more,
        metadata=metadata,
    )  # fmt: skip
    return ExerciseReply(answer, (HintGiven(exercise_id=exercise.exercise_id, number=number, query_id=query_id),))


def solution(assigned: Assigned | None, query_id: UUID) -> ExerciseReply:
    """Return the solution. An exercise that was open is closed by that, and not solved."""
    if assigned is None:
        return ExerciseReply(_nothing_open("There is no open exercise to give up."))
    exercise = assigned.exercise
    events: tuple[Model, ...] = ()
    if assigned.closed is None:
        events = (
            ExerciseGraded(
                exercise_id=exercise.exercise_id, topic=exercise.topic, query_id=query_id, score=0.0, passed=False,
                gave_up=True,
            ),
        )  # fmt: skip
    opening = {
        Closing.SOLVED: f'You have solved "{exercise.name}" yourself. This is how I would write it.',
        Closing.GIVEN_UP: f'Here is the solution of "{exercise.name}" again.',
        None: f'No shame in that. Here is a solution of "{exercise.name}"; the exercise is closed now.',
    }[assigned.closed]
    learn = "Read it line by line, then close it and write it yourself. Ask me about any line that is not clear."
    answer = draft(
        exercise, opening, learn, code=(exercise.solution_code.strip("\n"),),
        metadata={"closed": assigned.closed or Closing.GIVEN_UP},
    )  # fmt: skip
    return ExerciseReply(answer, events)


def _nothing_open(opening: str) -> Draft:
    return Draft(
        text=f'{opening}\n\nSay "give me an exercise on loops", or on any other topic, and you get one.',
        confidence=1.0,
        topic=GENERAL,
        model=OFFLINE_MODEL,
    )
