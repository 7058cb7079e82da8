"""Core and PostgreSQL never disagree: what a row could not hold is refused before either of them believes it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import uuid4

import pytest

from learnflow.topics import STUDENT_EVENTS
from tests.running.bad_input import Bad, Sent
from tests.running.test_bad_input import Played, assert_dead, play
from tests.support.running_system import Client, envelope, until
from tests.support.sink_messages import exercise
from tests.support.topic_watcher import TopicWatcher

TOO_LARGE: Final = 2**31  # for an INTEGER
LONGEST: Final = 255
HISTORIES: Final = (
    "profile_history", "student_exercises", "exercise_submissions", "mastery_history", "struggle_history",
    "response_ratings", "teacher_answers",
)  # fmt: skip
STRUGGLE: Final = {"topic": "loops", "struggle_level": "low", "query_count": 3, "time_window_minutes": 5}


def _bad(event_type: str, reason: str, /, **payload: object) -> tuple[str, Bad]:
    def make(student: str) -> Sent:
        return Sent("student-events", student, json.dumps(envelope(student, event_type, payload)).encode())

    return event_type, Bad(make, reason, "learner")


def _exercise(**changes: object) -> dict[str, Any]:
    return exercise().model_dump(mode="json") | {"exercise_id": str(uuid4())} | changes


def _cases() -> Iterator[tuple[str, Bad]]:
    graded = {"exercise_id": str(uuid4()), "topic": "loops", "score": 0.5, "passed": False}
    level = {"topic": "loops", "level": 0.9, "reason": "an exam"}
    below = f"less than or equal to {TOO_LARGE - 1}"
    yield _bad("student.profile.updated", "email: must have at most", email="@." + "x" * LONGEST, active=False)
    yield _bad("student.profile.updated", "email: must not end in", email="x@students.invalid", active=False)
    yield _bad("exercise.assigned", "tags.0: must have at most", exercise=_exercise(tags=["x" * 9_000]))
    yield _bad("exercise.assigned", "title: must have at most", exercise=_exercise(title="x" * (LONGEST + 1)))
    yield _bad("exercise.verified", "tags.0: must have at most", exercise=_exercise(tags=["x" * 9_000]))
    yield _bad("exercise.hint.given", f"number: Input should be {below}", exercise_id=str(uuid4()), number=TOO_LARGE)
    yield _bad("exercise.graded", "error: must have at most", **graded, error="x" * (LONGEST + 1))
    yield _bad("mastery.level.set", "set_by: must have at most", **level, set_by="x" * (LONGEST + 1))
    rated = {"query_id": str(uuid4()), "rating": "up"}
    yield _bad("response.rated", "rating: Input should be 'up' or 'down'", **rated | {"rating": "sideways"})
    yield _bad("response.rated", "query_id: is not a UUID", **rated | {"query_id": "x"})
    yield _bad("response.rated", "reason: must have at most", **rated, reason="x" * 1_001)
    words = {"query_id": str(uuid4()), "text": "Draw it.", "answered_by": "teacher-7"}
    yield _bad("teacher.answered", "text: has a NUL", **words | {"text": "\0x"})
    yield _bad("teacher.answered", "text: must have at most", **words | {"text": "x" * 8_001})
    yield _bad("teacher.answered", "answered_by: must have at most", **words | {"answered_by": "x" * (LONGEST + 1)})
    yield _bad("student.skill.upgraded", "reason: has a NUL", old_level="beginner", new_level="advanced", reason="\0x")
    for name in ("query_count", "time_window_minutes"):
        struggle = STRUGGLE | {"recommendation": "Rest", name: TOO_LARGE}
        yield _bad("student.struggle.detected", f"{name}: Input should be {below}", **struggle)
    resolved = {"topic": "loops", "resolved_by": "time", "query_count": TOO_LARGE, "reason": "x"}
    yield _bad("struggle.resolved", f"query_count: Input should be {below}", **resolved)
    counted = {"knowledge": {"total_queries": TOO_LARGE}}
    yield _bad("student.progress.rebuilt", f"total_queries: Input should be {below}", state=counted)
    for state in ({"applied": ["\0"]}, {"knowledge": {"exercises": ["\0"]}}):
        yield _bad("student.progress.rebuilt", "state: has a NUL", state=state)


CASES: Final[Mapping[str, Bad]] = {f"{number} {name}": case for number, (name, case) in enumerate(_cases())}


@pytest.fixture(scope="module")
def played(client: Client, watch: TopicWatcher) -> dict[str, Played]:
    """Send all of them."""
    return play(client, watch, CASES)


def test_every_event_type_that_has_rows_is_tried() -> None:
    tried = {name.partition(" ")[2] for name in CASES}
    assert tried | {"student.progress.due", "student.query.cancelled"} == set(STUDENT_EVENTS.events)


@pytest.mark.parametrize("name", CASES)
def test_what_postgresql_could_not_store_is_believed_by_nobody(
    watch: TopicWatcher, played: dict[str, Played], name: str
) -> None:
    one = played[name]
    assert_dead(watch, CASES[name], one)  # of the learner alone, and the student's next question is answered
    for table in HISTORIES:
        assert watch.database.rows(f"SELECT * FROM {table} WHERE student_id = $1", one.student) == []  # noqa: S608 - of the tuple above
    newest = watch.wait("student-progress", lambda seen: seen.key == one.student.encode())[-1].payload
    query = (
        "SELECT p.*, s.version FROM student_progress p JOIN student_state s USING (student_id) WHERE student_id = $1"
    )
    assert until(lambda: watch.database.rows(query, one.student))
    (row,) = watch.database.rows(query, one.student)
    assert (row["version"], row["total_queries"]) == (newest["version"], newest["progress"]["total_queries"]) == (1, 1)
    assert json.loads(row["python_mastery_levels"]) == newest["progress"]["python_mastery_levels"] == {"recursion": 0.0}
    assert row["struggle_topics"] == newest["progress"]["struggle_topics"] == []
