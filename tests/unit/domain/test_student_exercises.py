"""The exercises of a student: given, hinted at, graded, given up; each event counts once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations
from typing import Any
from uuid import UUID, uuid5

import pytest

from learnflow.domain import student_exercises
from learnflow.domain.student_exercises import MOST_KEPT, Exercises
from learnflow.models.envelope import Event
from learnflow.models.events import EVENT_TYPES
from learnflow.models.events.students import ExerciseGraded, ExerciseVerified, HintGiven
from learnflow.models.exercise import Exercise
from learnflow.models.fields import Model, short_id
from learnflow.models.vocabulary import Closing

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
IDS = UUID("0b6f9a53-6d3a-5f0e-9a54-0f8a1f4f5d7c")

Step = Callable[[Exercises], Exercises]


def uid(name: object) -> UUID:
    return uuid5(IDS, str(name))


def exercise(name: object) -> Exercise:
    return Exercise.model_validate({
        "exercise_id": uid(name), "topic": "loops", "difficulty": "beginner", "problem_text": "Print it.",
        "solution_code": "print(1)", "test_cases": [{"input": n, "output": n} for n in range(3)],
        "created_at": NOON, "language": "python",
    })  # fmt: skip


def step(message: object, payload: Model, at: datetime = NOON) -> Step:
    event = Event[Any](
        message_id=uid(message), timestamp=at, student_id="ann", trace_id=uid("trace"),
        event_type=EVENT_TYPES[type(payload)], payload=payload,
    )  # fmt: skip
    return lambda exercises: student_exercises.after(exercises, event)


def give(name: object, event: object = "given") -> Step:
    return step((name, event), ExerciseVerified(exercise=exercise(name)))


def hint(name: object, number: int) -> Step:
    return step((name, "hint", number), HintGiven(exercise_id=uid(name), number=number))


def grading(name: object, score: float, **more: Any) -> ExerciseGraded:
    return ExerciseGraded(exercise_id=uid(name), topic="loops", score=score, passed=score == 1.0, **more)


def grade(name: object, score: float, event: object, **more: Any) -> Step:
    return step((name, event), grading(name, score, **more))


def after(*steps: Step) -> Exercises:
    return reduce(lambda exercises, step: step(exercises), steps, Exercises())


def test_an_exercise_is_open_until_it_is_passed() -> None:
    found = after(give("a"), grade("a", 0.5, 1))
    assert [(one.closed_at, one.closed) for one in found.open] == [(None, None)]
    solved = grade("a", 1.0, 2)(found)
    assert solved.open == ()
    assert [(one.closed_at, one.closed) for one in solved.kept] == [(NOON, Closing.SOLVED)]
    assert solved.done == (short_id(uid("a")),)


def test_giving_up_closes_it_and_a_later_pass_does_not_make_it_solved() -> None:
    found = after(give("a"), grade("a", 0.0, 1, gave_up=True), grade("a", 1.0, 2))
    assert [one.closed for one in found.kept] == [Closing.GIVEN_UP]


@pytest.mark.parametrize("years", [1, -1])
def test_what_ended_an_exercise_first_counts_whatever_arrives_first(years: int) -> None:
    later = NOON + timedelta(days=365 * years)
    gave_up, solved = grading("a", 0.0, gave_up=True), grading("a", 1.0)
    ends = [step("up", gave_up, later), step("solved", solved), step("try", grading("a", 0.5), later)]
    ended = Closing.SOLVED if years > 0 else Closing.GIVEN_UP
    for order in permutations(ends):
        exercises = after(give("a"), *order, *order)
        assert [(one.closed, one.closed_at) for one in exercises.kept] == [(ended, min(NOON, later))]
        assert exercises.done == (short_id(uid("a")),)
        assert after(*order, give("a")).open == (), "one that was graded before it was given is closed as well"


def test_hints_only_grow() -> None:
    found = after(give("a"), hint("a", 2), hint("a", 1))
    assert [one.hints_given for one in found.kept] == [2]


@pytest.mark.parametrize(
    "steps",
    [
        [give("a")],
        [give("a"), hint("a", 1)],
        [give("a"), grade("a", 0.5, 1)],
        [give("a"), grade("a", 1.0, 1)],
        [grade("never given", 1.0, 1)],
    ],
    ids=["given", "hinted", "failed", "passed", "of an exercise that is not kept"],
)
def test_the_same_event_again_changes_nothing(steps: list[Step]) -> None:
    assert after(*steps, steps[-1]) == after(*steps)


def test_what_is_closed_stays_closed_however_often_it_is_assigned() -> None:
    closed = after(give("a"), grade("a", 1.0, 1))
    assert give("a")(closed).open == ()
    assert give("a", "a second time")(closed).kept == closed.kept


def test_an_exercise_that_is_open_is_not_begun_anew_by_another_assignment() -> None:
    found = after(give("a"), hint("a", 1), give("a", "a second time"))
    assert [one.hints_given for one in found.open] == [1]


def test_what_is_closed_leaves_before_what_is_open() -> None:
    names = range(MOST_KEPT + 1)
    found = after(*(give(name) for name in names[:-1]), grade(3, 1.0, 1), give(names[-1]))
    assert [one.exercise.exercise_id for one in found.kept] == [uid(name) for name in names if name != 3]
    more = after(*(give(name) for name in names))
    assert [one.exercise.exercise_id for one in more.kept] == [uid(name) for name in names[1:]]


def test_what_is_not_known_is_passed_over() -> None:
    assert hint("a", 1)(Exercises()) == Exercises()
    assert grade("a", 0.0, 1)(Exercises()).kept == ()
