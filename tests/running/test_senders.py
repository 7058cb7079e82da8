"""Who sends to LearnFlow is believed as far as the topic allows: no envelope steers what only LearnFlow decides."""

import json
from typing import Any
from uuid import uuid4

import confluent_kafka
import pytest

from tests.running.bad_input import GOOD_AFTER, question
from tests.support.running_system import Client, Systems, envelope
from tests.support.topic_watcher import TopicWatcher


@pytest.mark.parametrize("metadata", [{"sequence": 5}, {"sequence": 2_147_483_646}, {"attempt": 9}, "a remark"])
def test_a_senders_metadata_moves_no_sequence_and_no_attempt(
    client: Client, watch: TopicWatcher, student: str, metadata: Any
) -> None:
    message = question(student) | {"metadata": metadata}
    client.send("student-queries", student, message)
    outcome = watch.answered(message["message_id"])
    (routing,) = watch.on("triage-routing", student)
    assert (routing.event["metadata"]["sequence"], routing.event["metadata"]["attempt"]) == (1, 0)
    assert outcome.event["metadata"]["sequence"] == 2
    stored = watch.database.stored(message["message_id"], flow=2)
    assert stored.query["status"] == "completed"
    assert [row["sequence_order"] for row in stored.flow] == [1, 2]


def test_an_attempt_that_a_sender_writes_makes_no_second_answer(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    message = question(student)
    client.send("student-queries", student, message)
    first = watch.answered(message["message_id"])
    for attempt in (1, 2):
        client.send("student-queries", student, message | {"metadata": {"attempt": attempt}})
    watch.answered(client.ask(student, GOOD_AFTER))
    assert watch.answers(message["message_id"]) == [first]


def test_a_refused_question_can_be_traced(client: Client, watch: TopicWatcher, student: str) -> None:
    message = question(student, query_text="")
    client.send("student-queries", student, message)
    failure = watch.failure(message["message_id"])
    assert failure.event["trace_id"] == message["trace_id"]
    (letter,) = watch.wait("dead-letters", lambda seen: seen.key == student.encode())
    assert letter.header("trace") == message["trace_id"]
    (entry,) = watch.wait("agent-logs", lambda seen: seen.key == student.encode())
    assert entry.event["trace_id"] == message["trace_id"]
    assert (entry.payload["agent_name"], entry.payload["action"]) == ("triage", "message.refused")
    assert entry.payload["error"] == letter.header("reason")


@pytest.mark.parametrize("version", ["2.0", "1"])
def test_a_question_of_another_version_has_its_failed_response(
    client: Client, watch: TopicWatcher, student: str, version: str
) -> None:
    message = question(student) | {"schema_version": version}
    client.send("student-queries", student, message)
    assert version in watch.failure(message["message_id"]).payload["reason"]


def test_a_field_with_an_impossible_name_is_one_dead_letter(client: Client, watch: TopicWatcher, student: str) -> None:
    state: dict[str, Any] = {"knowledge": {"topics": {"a\0b": {}}}}
    client.send("student-events", student, envelope(student, "student.progress.rebuilt", {"state": state}))
    watch.answered(client.ask(student, GOOD_AFTER))
    watch.processed(*watch.on("student-events", student))
    (letter,) = watch.letters("student-events", student)
    assert letter.header("agent") == "learner"


def test_what_a_producer_rolled_back_is_no_question(
    running: Systems, client: Client, watch: TopicWatcher, student: str
) -> None:
    if running.broker.kind != "apache":
        pytest.skip("the embedded broker has no transactions")
    kept, dropped = question(student), question(student)
    producer = confluent_kafka.Producer({
        "bootstrap.servers": running.broker.address,
        "transactional.id": uuid4().hex,
        "partitioner": "murmur2_random",
    })
    producer.init_transactions(20)
    for message, end in ((dropped, producer.abort_transaction), (kept, producer.commit_transaction)):
        producer.begin_transaction()
        producer.produce("student-queries", json.dumps(message).encode(), key=student)
        producer.flush(20)
        end(20)
    watch.answered(kept["message_id"])
    assert watch.answers(dropped["message_id"]) == []
    watch.answered(client.ask(student, GOOD_AFTER))
