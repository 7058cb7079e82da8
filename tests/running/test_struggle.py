"""Struggles in a running system: what is told of them, and what PostgreSQL has."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from learnflow.models.examples import EXAMPLES
from tests.support.running_system import Client, envelope, until
from tests.support.topic_watcher import TopicMessage, TopicWatcher, is_verified

DETECTED: Final = "student.struggle.detected"
RESOLVED: Final = "struggle.resolved"
HISTORY: Final = "SELECT * FROM struggle_history WHERE student_id = $1 ORDER BY at"
RECURSION: Final = "Explain recursion"
NOW: Final = timedelta(0)


def ask(client: Client, student: str, text: str = RECURSION, ago: timedelta = NOW) -> str:
    """Ask, as if it had been so long ago, and return the query's id."""
    message = dated(envelope(student, "student.query.submitted", {"query_text": text}), ago)
    client.send("student-queries", student, message)
    return str(message["message_id"])


def tell(client: Client, student: str, event_type: str, payload: dict[str, Any]) -> str:
    """Say on `student-events` what is so now, and return the message's id."""
    message = dated(envelope(student, event_type, payload))
    client.send("student-events", student, message)
    return str(message["message_id"])


def dated(message: dict[str, Any], ago: timedelta = NOW) -> dict[str, Any]:
    """Return a message with the time so long ago."""
    return message | {"timestamp": (datetime.now(UTC) - ago).isoformat()}


def assign(client: Client, watch: TopicWatcher, student: str, topic: str) -> str:
    """Give the student an exercise, and return its id."""
    exercise = EXAMPLES["exercise.assigned"].payload.exercise.model_dump(mode="json")
    exercise |= {"exercise_id": str(uuid4()), "topic": topic}
    tell(client, student, "exercise.assigned", {"exercise": exercise})
    watch.wait("student-events", lambda seen: is_verified(seen, exercise["exercise_id"]))
    return str(exercise["exercise_id"])


def submit(client: Client, student: str, exercise_id: str, topic: str, score: float = 1.0) -> str:
    payload = {"exercise_id": exercise_id, "topic": topic, "score": score, "passed": score == 1.0}
    return tell(client, student, "exercise.graded", payload)


def told(
    watch: TopicWatcher, student: str, event_type: str = DETECTED, topic: str = "student-struggle"
) -> list[TopicMessage]:
    """Return what was told of a student so far, each message once."""
    kind = [seen for seen in watch.on(topic, student) if seen.event["event_type"] == event_type]
    return list({seen.event["message_id"]: seen for seen in kind}.values())


def all_folded(watch: TopicWatcher, student: str, queries: list[str]) -> None:
    """Return when all questions are answered, and all that follows from them has been seen."""
    for query in queries:
        watch.answered(query)
    routed = watch.wait("triage-routing", lambda seen: seen.payload.get("query_id") in queries, count=len(queries))
    watch.processed(*routed)
    watch.processed(*watch.on("student-events", student))


def test_three_similar_questions_are_told_of_once(client: Client, watch: TopicWatcher, student: str) -> None:
    queries = [ask(client, student) for _ in range(3)]
    all_folded(watch, student, queries)
    (seen,) = watch.on("student-struggle", student)
    payload = seen.payload
    assert (payload["topic"], payload["struggle_level"], payload["query_count"]) == ("recursion", "low", 3)
    assert (payload["evidence"], payload["time_window_minutes"]) == (queries, 0)
    (folded,) = told(watch, student, topic="student-events")
    assert folded.event == seen.event
    watch.processed(seen)
    (row,) = watch.database.rows(HISTORY, student)
    assert (str(row["message_id"]), row["query_count"]) == (seen.event["message_id"], 3)


@pytest.mark.parametrize(
    "questions",
    [
        pytest.param([(RECURSION, 1), (RECURSION, 0)], id="two"),
        pytest.param([(RECURSION, 25), (RECURSION, 12), (RECURSION, 0)], id="three over 25 hours"),
        pytest.param([(RECURSION, 2), ("Explain loops", 1), ("Explain dictionaries", 0)], id="three topics"),
        pytest.param(
            [("What is a base case in recursion?", 2), (RECURSION, 1), ("When is a loop better than recursion?", 0)],
            id="three different questions on one topic",
        ),
        pytest.param(
            [("How do I merge two dictionaries?", 3), ("How do I delete a key from a dictionary?", 2),
             ("How do I check if a key is in a dictionary?", 1), ("How do I loop over a dictionary?", 0)],
            id="four different questions that have a question key in common",
        ),
        pytest.param([("Give me an exercise on loops", hours) for hours in (2, 1, 0)], id="three exercises"),
    ],
)  # fmt: skip
def test_less_is_no_struggle(
    client: Client, watch: TopicWatcher, student: str, questions: list[tuple[str, int]]
) -> None:
    queries = [ask(client, student, text, timedelta(hours=hours)) for text, hours in questions]
    all_folded(watch, student, queries)
    assert watch.on("student-struggle", student) == []


def test_a_question_that_is_late_counts_at_its_own_time(client: Client, watch: TopicWatcher, student: str) -> None:
    queries = [ask(client, student, ago=timedelta(hours=hours)) for hours in (0, 2, 23)]
    all_folded(watch, student, queries)
    (seen,) = told(watch, student)
    assert (seen.payload["evidence"], seen.payload["time_window_minutes"]) == (queries[::-1], 23 * 60)


def test_a_struggle_that_grows_is_told_of_again(client: Client, watch: TopicWatcher, student: str) -> None:
    all_folded(watch, student, [ask(client, student, ago=timedelta(hours=hours)) for hours in (6, 5, 4)])
    all_folded(watch, student, [ask(client, student, ago=timedelta(hours=3))])
    all_folded(watch, student, [ask(client, student, ago=timedelta(hours=hours)) for hours in (2, 1, 0)])
    levels = [seen.payload["struggle_level"] for seen in told(watch, student)]
    assert levels == ["low", "medium", "high"]


def test_five_failures_are_a_struggle_without_any_question(client: Client, watch: TopicWatcher, student: str) -> None:
    exercise = assign(client, watch, student, "recursion")
    for _ in range(5):
        submit(client, student, exercise, "recursion", 0.0)
    seen = watch.wait("student-struggle", lambda seen: seen.key == student.encode())[0]
    assert (seen.payload["topic"], seen.payload["query_count"]) == ("recursion", 5)
    assert seen.payload["struggle_level"] == "medium"


def test_not_being_helped_counts_for_what_was_asked(client: Client, watch: TopicWatcher, student: str) -> None:
    asked = [(RECURSION, 3), ("I still don't get it", 2), ("Can you explain that again?", 1)]
    queries = [ask(client, student, text, timedelta(hours=hours)) for text, hours in asked]
    all_folded(watch, student, queries)
    (seen,) = told(watch, student)
    assert (seen.payload["topic"], seen.payload["evidence"]) == ("recursion", queries)


def test_failures_raise_a_struggle(client: Client, watch: TopicWatcher, student: str) -> None:
    all_folded(watch, student, [ask(client, student) for _ in range(3)])
    exercise = assign(client, watch, student, "recursion")
    for _ in range(3):
        submit(client, student, exercise, "recursion", 0.5)
    grown = watch.wait("student-struggle", lambda seen: seen.key == student.encode(), count=2)[-1]
    assert (grown.payload["struggle_level"], grown.payload["signals"]["failed_runs"]) == ("medium", 3)


def test_a_success_ends_a_struggle(client: Client, watch: TopicWatcher, student: str) -> None:
    all_folded(watch, student, [ask(client, student) for _ in range(3)])
    submit(client, student, assign(client, watch, student, "recursion"), "recursion")
    (end, *_) = watch.wait("student-events", lambda seen: ends(seen, student))
    assert (end.payload["resolved_by"], end.payload["query_count"]) == ("success", 3)
    assert end.payload["reason"] == "Completed a recursion exercise"
    assert until(lambda: len(watch.database.rows(HISTORY, student)) == 2)
    detected, resolved = watch.database.rows(HISTORY, student)
    assert (detected["struggle_level"], resolved["resolved_by"]) == ("low", "success")
    watch.processed(end)
    all_folded(watch, student, [ask(client, student) for _ in range(2)])
    assert len(told(watch, student)) == 1, "questions before a success count no more"
    all_folded(watch, student, [ask(client, student)])
    assert len(told(watch, student)) == 2, "a struggle after the end is another one"
    assert len(told(watch, student, RESOLVED, "student-events")) == 1


def test_a_struggle_ends_by_time(client: Client, watch: TopicWatcher, student: str) -> None:
    almost = timedelta(hours=24) - timedelta(seconds=8)
    queries = [ask(client, student, ago=ago) for ago in (almost, timedelta(hours=2), timedelta(hours=1))]
    all_folded(watch, student, queries)
    assert len(told(watch, student)) == 1
    (end, *_) = watch.wait("student-events", lambda seen: ends(seen, student))
    assert end.payload["resolved_by"] == "time"
    watch.processed(end)
    all_folded(watch, student, [ask(client, student)])
    assert [seen.payload["struggle_level"] for seen in told(watch, student)] == ["low", "low"]


def test_an_end_that_a_teacher_tells_of_counts(client: Client, watch: TopicWatcher, student: str) -> None:
    all_folded(watch, student, [ask(client, student) for _ in range(3)])
    payload = {"topic": "recursion", "resolved_by": "success", "query_count": 3, "reason": "Explained it in class"}
    message = tell(client, student, RESOLVED, payload)
    watch.processed(*watch.wait("student-events", lambda seen: seen.event.get("message_id") == message))
    all_folded(watch, student, [ask(client, student) for _ in range(3)])
    assert [seen.payload["query_count"] for seen in told(watch, student)] == [3, 3]


def ends(seen: TopicMessage, student: str) -> bool:
    """Say whether a message tells of an end of a student's struggle."""
    return seen.key == student.encode() and seen.event["event_type"] == RESOLVED
