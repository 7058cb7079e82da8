"""A submission is evidence until its exercise ends: in core's tables, on the topics and in PostgreSQL alike."""

import random
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import orjson
import pytest

from learnflow.domain.learner.learner_state import current
from learnflow.domain.mastery.model import shipped
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.learner_model import Graded, LearnerState
from learnflow.models.learning_progress import MASTERED
from learnflow.tables import CORE
from learnflow.topics import changelog
from tests.running.test_learner import LEDGER, PROGRESS, levels, newest, settle
from tests.support.observations import known
from tests.support.running_system import Client, until
from tests.support.submissions import NOON, assigned, event
from tests.support.topic_watcher import TopicWatcher

YEAR: Final = timedelta(days=365)
EXERCISES: Final = "SELECT * FROM student_exercises WHERE student_id = $1"
SUBMISSIONS: Final = "SELECT * FROM exercise_submissions WHERE student_id = $1"
STRUGGLES: Final = "SELECT * FROM struggle_history WHERE student_id = $1"


def grade(student: str, exercise: str, score: float, ago: timedelta) -> dict[str, Any]:
    """Return a grade from elsewhere, with a message id of its own."""
    payload = {"exercise_id": exercise, "topic": "loops", "score": score, "passed": score == 1.0}
    return event(student, "exercise.graded", payload, NOON - ago)


def table_entry(client: Client, student: str) -> ProgressUpdated:
    """Return a student's entry in core's table `progress`."""
    with client.reading(changelog(CORE, "progress").name) as reader:
        entries = [seen.value() for seen in reader.everything() if seen.key() == student.encode()]
    return ProgressUpdated.model_validate_json(entries[-1] or b"")


def agree(client: Client, watch: TopicWatcher, student: str, told: dict[str, Any]) -> None:
    """Fail where the table, the topics and the rows differ."""
    assert table_entry(client, student).model_dump(mode="json") == told
    (row,) = watch.database.rows(PROGRESS, student)
    progress = told["progress"]
    assert orjson.loads(row["python_mastery_levels"]) == progress["python_mastery_levels"]
    assert (row["completed_exercises"], row["topics_mastered"], row["achievements"]) == (
        progress["completed_exercises"], progress["topics_mastered"], progress["achievements"],
    )  # fmt: skip
    ledger = {(one["old_level"], one["new_level"]) for one in watch.database.rows(LEDGER, student)}
    assert ledger == {(seen.payload["old_level"], seen.payload["new_level"]) for seen in levels(watch, student)}


@pytest.mark.parametrize("between", [timedelta(0), timedelta(minutes=1), YEAR], ids=["at once", "minutes", "years"])
def test_twelve_grades_of_one_exercise_are_no_mastery(
    client: Client, watch: TopicWatcher, student: str, between: timedelta
) -> None:
    exercise = str(uuid4())
    client.send("student-events", student, assigned(student, exercise, at=NOON - 13 * between))
    for number in range(12):
        client.send("student-events", student, grade(student, exercise, 1.0, (12 - number) * between))
    told = newest(watch, student, 12)
    assert told["progress"]["python_mastery_levels"]["loops"] < MASTERED
    assert (told["progress"]["completed_exercises"], told["progress"]["achievements"]) == (1, [])
    knowledge = current(LearnerState.model_validate(told["state"]), shipped())
    assert knowledge.topics["loops"].ability.graded_successes == 1
    assert [seen.payload["old_level"] for seen in levels(watch, student)] == [0.0], "one exercise, one change"
    agree(client, watch, student, told)
    assert until(lambda: len(watch.database.rows(SUBMISSIONS, student)) == 12)
    (row,) = watch.database.rows(EXERCISES, student)
    assert (row["attempts"], row["best_score"]) == (1, 1.0)


def test_grades_years_apart_lead_to_the_same_in_any_order(client: Client, watch: TopicWatcher, student: str) -> None:
    exercises = [str(uuid4()) for _ in range(5)]
    grades = [grade(student, exercises[n % 5], (n % 4) / 3, (40 - n) * YEAR / 2) for n in range(40)]
    shuffled = random.Random(7).sample(grades, len(grades))  # noqa: S311 - an order like any other
    for message in (*shuffled, *shuffled[:10]):
        client.send("student-events", student, message)

    def replayed() -> bool:
        settle(watch, student)
        state = watch.on("student-progress", student)[-1].payload["state"]
        return not state["late"] and len(watch.database.rows(SUBMISSIONS, student)) == len(grades)

    newest(watch, student, 40)
    assert until(replayed)
    told = newest(watch, student, watch.on("student-progress", student)[-1].payload["version"])
    in_order = known(Graded.model_validate({
        "at": each["timestamp"], "id": each["message_id"], "topic": "loops", "exercise": each["payload"]["exercise_id"],
        "score": each["payload"]["score"],
    }) for each in grades)  # fmt: skip
    assert told["progress"]["python_mastery_levels"] == {"loops": in_order.topics["loops"].level}
    assert told["progress"]["completed_exercises"] == len(in_order.exercises) == 5
    agree(client, watch, student, told)


def test_failures_long_after_an_exercise_was_solved_are_no_struggle(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    solved, other = str(uuid4()), str(uuid4())
    client.send("student-events", student, grade(student, solved, 1.0, YEAR))
    newest(watch, student, 1)
    for number in range(6):
        client.send("student-events", student, grade(student, solved, 0.0, timedelta(minutes=30 - number)))
    newest(watch, student, 7)
    settle(watch, student)
    assert watch.on("student-struggle", student) == []
    for number in range(5):
        client.send("student-events", student, grade(student, other, 0.0, timedelta(minutes=20 - number)))
    newest(watch, student, 12)
    settle(watch, student)
    assert [seen.payload["topic"] for seen in watch.on("student-struggle", student)] == ["loops"], "of one not solved"
    assert until(lambda: watch.database.rows(STRUGGLES, student))
