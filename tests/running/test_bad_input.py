"""Bad input: each has its outcome, and the good question of the same student right after it is answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import confluent_kafka
import pytest

from tests.running.bad_input import BAD, GOOD, GOOD_AFTER, Bad, Sent, question
from tests.running.bad_internal import INTERNAL
from tests.support.running_system import Client, envelope
from tests.support.topic_watcher import TopicMessage, TopicWatcher

MEGABYTES: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Played:
    """A message that was sent, where it lay, and the good question that the same student asked after it."""

    student: str
    sent: Sent
    seen: TopicMessage
    after: str


def play(client: Client, watch: TopicWatcher, cases: Mapping[str, Bad]) -> dict[str, Played]:
    """Send all cases at once, and return them when everybody is done with all of them."""
    played: dict[str, Played] = {}
    for name, case in cases.items():
        student = f"student-{uuid4()}"
        sent = case.make(student)
        before = {(seen.partition, seen.offset) for seen in watch.on(sent.topic)}
        client.send(sent.topic, sent.key, sent.value)
        seen = watch.wait(
            sent.topic,
            lambda seen, sent=sent, before=before: (  # type: ignore[misc]
                (seen.value or None) == (sent.value or None) and (seen.partition, seen.offset) not in before
            ),
        )[0]
        played[name] = Played(student, sent, seen, client.ask(student, GOOD_AFTER))
    watch.processed(*(one.seen for one in played.values()))
    return played


def letters_of(watch: TopicWatcher, seen: TopicMessage) -> list[TopicMessage]:
    """Return the dead letters of a message."""
    place = (seen.topic, str(seen.partition), str(seen.offset))
    return [
        letter
        for letter in watch.on("dead-letters")
        if (letter.header("topic"), letter.header("partition"), letter.header("offset")) == place
    ]


def assert_dead(watch: TopicWatcher, case: Bad, one: Played) -> None:
    """Check the one dead letter of a message, and that nothing of it but the student's next question is stored."""
    (letter,) = letters_of(watch, one.seen)
    assert (letter.value or b"", letter.key) == (one.sent.value or b"", one.seen.key)
    assert case.reason in letter.header("reason")
    assert (letter.header("agent"), letter.header("attempt")) == (case.by, "0")
    assert ("learnflow-null-value" in letter.headers) == (one.sent.value is None)
    watch.answered(one.after)
    watch.database.stored(one.after, flow=2)
    rows = watch.database.rows("SELECT query_id FROM query_history WHERE student_id = $1", one.student)
    assert [str(row["query_id"]) for row in rows] == [one.after]


@pytest.fixture(scope="module")
def bad(client: Client, watch: TopicWatcher) -> dict[str, Played]:
    """Send all bad questions."""
    return play(client, watch, BAD)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_question_is_one_dead_letter_and_its_student_hears_of_it(
    watch: TopicWatcher, bad: dict[str, Played], name: str
) -> None:
    one = bad[name]
    assert_dead(watch, BAD[name], one)
    responses = [seen for seen in watch.on("agent-responses", one.student) if seen.payload["query_id"] != one.after]
    assert [seen.payload["query_id"] for seen in responses] == ([one.sent.query_id] if one.sent.query_id else [])
    for seen in responses:
        assert (seen.event["event_type"], seen.payload["failure"]) == ("agent.response.failed", "invalid")
        assert BAD[name].reason in seen.payload["reason"]


@pytest.fixture(scope="module")
def good(client: Client, watch: TopicWatcher) -> dict[str, dict[str, Any]]:  # noqa: ARG001 - it looks on from before
    """Send all questions that look odd and are right."""
    messages = {}
    for name, changes in GOOD.items():
        message = messages[name] = question(f"student-{uuid4()}") | changes
        client.send("student-queries", message["student_id"], message)
    return messages


@pytest.mark.parametrize("name", GOOD)
def test_an_odd_question_is_answered_and_stored_as_it_came(
    watch: TopicWatcher, good: dict[str, dict[str, Any]], name: str
) -> None:
    message = good[name]
    watch.answered(message["message_id"])
    query = watch.database.stored(message["message_id"]).query
    payload = message["payload"]
    assert (query["status"], query["query_text"]) == ("completed", payload["query_text"])
    assert query["code_snippet"] == (payload.get("code_snippet") or None)
    moment = datetime.fromisoformat(message["timestamp"])
    assert query["timestamp"] == (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    refused = [letter for letter in watch.on("dead-letters") if letter.key == message["student_id"].encode()]
    assert [letter.header("reason") for letter in refused] == []
    assert watch.letters("student-queries", message["student_id"]) == []


def test_the_longest_student_id_is_accepted(client: Client, watch: TopicWatcher) -> None:
    student = f"{uuid4()}".ljust(255, "ü")
    query_id = client.ask(student, GOOD_AFTER)
    watch.answered(query_id)
    assert watch.database.stored(query_id).query["student_id"] == student


def test_a_message_of_two_megabytes_is_refused_somewhere(client: Client, watch: TopicWatcher, student: str) -> None:
    message = question(student, query_text="x" * MEGABYTES)
    try:
        client.send("student-queries", student, message)
    except confluent_kafka.KafkaException as refusal:
        # Kafka tells the producer; the embedded broker takes it.
        assert refusal.args[0].code() == confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE  # noqa: PT017
    else:
        (letter,) = watch.wait("dead-letters", lambda seen: seen.key == student.encode())
        assert letter.value == json.dumps(message).encode()
        assert "query_text" in watch.failure(message["message_id"]).payload["reason"]
    watch.answered(client.ask(student, GOOD_AFTER))


def test_a_question_under_another_students_query_id_touches_nothing_of_theirs(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    query_id = client.ask("owner-" + student, "Explain recursion")
    before = watch.database.stored(query_id, flow=2)
    client.ask(student, "What is a loop?", query_id=query_id)
    after = client.ask(student, "What is a dictionary?")
    watch.answered(after)
    watch.database.stored(after, flow=2)
    watch.processed(*(seen for topic in TOUCHED for seen in watch.on(topic, student)))
    assert watch.database.stored(query_id, flow=2) == before
    for topic in TOUCHED:
        (letter,) = watch.letters(topic, student)
        assert (letter.header("agent"), letter.header("reason")) == ("sink", "query_id: belongs to another student")
    # Nobody but the sink knows whose an id is: the second student gets an answer, which is not stored.
    assert [seen.key for seen in watch.answers(query_id)] == [f"owner-{student}".encode(), student.encode()]


TOUCHED: Final = ("student-queries", "triage-routing", "agent-responses")


def test_a_thousand_bad_messages_in_a_row_stop_nobody(client: Client, watch: TopicWatcher, student: str) -> None:
    for number in range(1_000):
        client.producer.produce("student-queries", value=f"bad {number}".encode(), key=student)
    client.producer.flush(20)
    query_id = client.ask(student, GOOD_AFTER)
    watch.answered(query_id)
    watch.database.stored(query_id, flow=2)
    watch.processed(*watch.on("student-queries", student))
    values = [letter.value or b"" for letter in watch.letters("student-queries", student)]
    assert sorted(values) == sorted(f"bad {number}".encode() for number in range(1_000))


@pytest.fixture(scope="module")
def internal(client: Client, watch: TopicWatcher) -> dict[str, Played]:
    """Send all bad messages on internal topics."""
    return play(client, watch, INTERNAL)


@pytest.mark.parametrize("name", INTERNAL)
def test_a_bad_message_on_an_internal_topic_is_one_dead_letter(
    watch: TopicWatcher, internal: dict[str, Played], name: str
) -> None:
    assert_dead(watch, INTERNAL[name], internal[name])


def test_what_cannot_be_read_makes_no_second_outcome_of_a_question(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    query_id = client.ask(student, GOOD_AFTER)
    watch.answered(query_id)
    broken = envelope(student, "student.query.submitted", {"query_text": ""}, query_id)
    client.send("student-queries", student, broken)
    watch.wait("dead-letters", lambda seen: seen.key == student.encode())
    after = client.ask(student, GOOD_AFTER)
    watch.answered(after)
    assert len(watch.answers(query_id)) == 1
