"""A redrive sends dead letters again: what they asked for happens then, and once."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from learnflow.streams.dead_letters import DeadLetter
from tests.running.bad_input import GOOD_AFTER
from tests.support.running_system import Client, Systems, envelope
from tests.support.topic_watcher import TopicMessage, TopicWatcher


def redrive(running: Systems, *letters: TopicMessage) -> None:
    """Send dead letters again, as an operator does."""
    places = [f"{letter.partition}:{letter.offset}" for letter in letters]
    command = [sys.executable, "-m", "learnflow", "dead-letters", "redrive", *places]
    done = subprocess.run(command, env=running.environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.count("(attempt 1)")) == (0, len(letters)), done.stderr


def test_a_redrive_applies_what_the_database_refused_once_its_cause_is_gone(
    running: Systems, client: Client, watch: TopicWatcher, student: str
) -> None:
    taken = f"{student}@example.com"

    def tell(who: str, **profile: object) -> None:
        client.send("student-events", who, envelope(who, "student.profile.updated", profile))

    tell("owner-" + student, email=taken)
    watch.processed(*watch.wait("student-events", lambda seen: seen.key == f"owner-{student}".encode()))
    tell(student, email=taken, name="Jane Doe", active=False)
    (letter,) = watch.wait("dead-letters", lambda seen: seen.key == student.encode())
    assert letter.header("agent") == "sink"
    assert letter.header("reason") == "payload.email: is another student's; the rest was applied"
    refused = client.ask(student, GOOD_AFTER)
    assert watch.failure(refused).payload["failure"] == "inactive"
    (row,) = watch.database.rows("SELECT name, active FROM students WHERE student_id = $1", student)
    assert row == {"name": "Jane Doe", "active": False}, "core and PostgreSQL agree"
    tell("owner-" + student, email=f"other-{taken}")
    watch.processed(*watch.wait("student-events", lambda seen: seen.key == f"owner-{student}".encode(), count=2))
    redrive(running, letter)
    watch.processed(*watch.wait("student-events", lambda seen: seen.key == student.encode(), count=2))
    (row,) = watch.database.rows("SELECT name, email FROM students WHERE student_id = $1", student)
    assert row == {"name": "Jane Doe", "email": taken}
    assert len(watch.on("dead-letters", student)) == 1


@pytest.mark.parametrize("topic", ["student-queries", "triage-routing"])
def test_a_redrive_turns_a_failed_query_into_an_answered_one(
    running: Systems, client: Client, watch: TopicWatcher, student: str, topic: str
) -> None:
    query_id = failed_query(client, watch, student)
    # What a version with a fault in it would have left behind.
    (original,) = watch.on(topic, student)
    letter = dead_letter_of(client, watch, original)
    redrive(running, letter, letter)
    after = client.ask(student, "What is a loop?")  # answered in order, so after what a second answer would be
    watch.answered(after)
    failed, completed = watch.answers(query_id)
    assert (failed.event["event_type"], failed.event["metadata"]["attempt"]) == ("agent.response.failed", 0)
    assert (completed.event["event_type"], completed.event["metadata"]["attempt"]) == ("agent.response.completed", 1)
    watch.processed(completed)
    stored = watch.database.stored(query_id)
    assert (stored.query["status"], stored.query["failure_reason"]) == ("completed", None)
    assert [str(row["response_id"]) for row in stored.responses] == [completed.payload["response_id"]]
    totals = [seen.payload["progress"]["total_queries"] for seen in watch.on("student-progress", student)]
    assert max(totals) == 2


@pytest.mark.parametrize("claim", [b"1", b"0:0", b"place"])
def test_who_only_claims_to_redrive_is_not_believed(
    client: Client, watch: TopicWatcher, student: str, claim: bytes
) -> None:
    query_id = failed_query(client, watch, student)
    (original,) = watch.on("student-queries", student)
    if claim == b"place":  # a dead letter there is, of another message of the same student
        other = envelope(student, "student.query.submitted", {"query_text": ""})
        client.send("student-queries", student, other)
        (letter,) = watch.wait("dead-letters", lambda seen: seen.key == student.encode())
        claim = f"{letter.partition}:{letter.offset}".encode()
    client.producer.produce(
        "student-queries", value=original.value, key=student, headers=[("learnflow-redrive", claim)]
    )
    client.producer.flush(20)
    after = client.ask(student, "What is a loop?")
    watch.answered(after)
    assert [seen.event["event_type"] for seen in watch.answers(query_id)] == ["agent.response.failed"]


def failed_query(client: Client, watch: TopicWatcher, student: str) -> str:
    """Return a query that failed, because its student was not active until after it."""

    def active(*, now: bool, messages: int) -> None:
        client.send("student-events", student, envelope(student, "student.profile.updated", {"active": now}))
        watch.processed(*watch.wait("student-events", lambda seen: seen.key == student.encode(), count=messages))

    active(now=False, messages=1)
    query_id = client.ask(student, GOOD_AFTER)
    watch.failure(query_id)
    assert watch.database.stored(query_id).query["status"] == "failed"
    active(now=True, messages=2)
    return query_id


def dead_letter_of(client: Client, watch: TopicWatcher, original: TopicMessage) -> TopicMessage:
    """Put a message among the dead letters, as an agent does."""
    letter = DeadLetter(
        reason="ValueError: a fault of ours", topic=original.topic, partition=original.partition,
        offset=original.offset, agent="triage", at=datetime.now(UTC), key=original.key, value=original.value,
    )  # fmt: skip
    client.producer.produce(
        "dead-letters", value=letter.to_value(), key=original.key, headers=list(letter.to_headers())
    )
    client.producer.flush(20)
    return watch.wait("dead-letters", lambda seen: seen.key == original.key)[0]
