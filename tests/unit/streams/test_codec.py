"""What comes over a topic is an event, or a refusal that says why and whose it is."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.models.envelope import Event
from learnflow.models.events import carried_query
from learnflow.models.events.logs import ActivityLogged
from learnflow.models.examples import EXAMPLES
from learnflow.models.fields import Model
from learnflow.models.vocabulary import Agent
from learnflow.streams.codec import LONGEST_REASON, Refusal, decode
from learnflow.topics import AGENT_LOGS, AGENT_RESPONSES, STUDENT_EVENTS, STUDENT_QUERIES, TOPICS, Topic

MESSAGE_ID = "11111111-1111-4111-8111-111111111111"
QUERY_ID = "22222222-2222-4222-8222-222222222222"
KEY = b"student-123"
GONE: Any = object()

OWN = ("student-123", UUID(QUERY_ID))
NOBODY = (None, None)


def message(query: dict[str, Any] | None = None, /, **changes: Any) -> bytes:
    """Return the data model's query as bytes, with fields changed, or GONE."""
    payload = {"query_id": QUERY_ID, "query_text": "Explain recursion", "query_type": "text"} | (query or {})
    envelope = {
        "schema_version": "1.0",
        "message_id": MESSAGE_ID,
        "timestamp": "2026-01-02T14:23:45Z",
        "student_id": "student-123",
        "trace_id": "33333333-3333-4333-8333-333333333333",
        "event_type": "student.query.submitted",
        "payload": {name: value for name, value in payload.items() if value is not GONE},
    } | changes
    return json.dumps({name: value for name, value in envelope.items() if value is not GONE}).encode()


def subclasses(model: type[Model]) -> Iterator[type[Model]]:
    for each in model.__subclasses__():
        yield each
        yield from subclasses(each)


GOOD = {
    "2.8's example": message({"query_id": GONE, "code_snippet": None, "context": {"skill_level": "beginner"}}),
    "a later minor version": message(schema_version="1.7"),
    "no version": message(schema_version=GONE),
    "fields that nobody knows": message({"mood": "curious"}, region="eu"),
    "metadata": message(metadata={"agent_version": "v9", "more": 1}),
    "5,000 characters": message({"query_text": "x" * 5_000}),
    "10,000 characters of code": message({"code_snippet": "x" * 10_000, "language": "python"}),
    "emoji and right-to-left text": message({"query_text": "🧑‍🎓 لماذا؟ \u202eabc"}),
    "a surrogate pair, escaped": message({"query_text": "😀"}).replace("😀".encode(), b"\\ud83d\\ude00"),
    "a time without an offset": message(timestamp="2026-01-02T14:23:45"),
    "a time with an offset": message(timestamp="2026-01-02T16:23:45+02:00"),
    "a student id of 255 characters": message(student_id="s" * 255),
    "empty code": message({"code_snippet": ""}),
}

BAD: dict[str, tuple[bytes | None, str, tuple[str | None, UUID | None]]] = {
    "not UTF-8": (b'{"a": "\xff"}', "message: is not valid JSON", NOBODY),
    "not JSON": (b"Explain recursion", "message: is not valid JSON", NOBODY),
    "empty": (b"", "message: is not valid JSON", NOBODY),
    "NaN": (message().replace(b'"1.0"', b"NaN"), "message: is not valid JSON", NOBODY),
    "NaN beside an escaped surrogate": (
        message({"query_text": "\ud800"}).replace(b'"1.0"', b"NaN"), "message: is not valid JSON", NOBODY),
    "Infinity": (message().replace(b'"1.0"', b"-Infinity"), "message: is not valid JSON", NOBODY),
    "nested 100,000 deep": (b"[" * 100_000 + b"]" * 100_000, "message: is not valid JSON", NOBODY),
    "nested 100,000 deep beside a surrogate": (
        b'["\\ud800",' + b"[" * 100_000 + b"]" * 100_001, "message: is not valid JSON", NOBODY),
    "an array": (b"[]", "message: must be a JSON object, not an array", NOBODY),
    "a number": (b"1", "message: must be a JSON object, not a number", NOBODY),
    "null": (b"null", "message: must be a JSON object, not null", NOBODY),
    "no value": (None, "message: has no value", NOBODY),
    "no student": (message(student_id=GONE), "student_id: must be given", NOBODY),
    "a null student": (message(student_id=None), "student_id: must be given", NOBODY),
    "a blank student": (message(student_id="  "), "student_id: must not be blank", NOBODY),
    "a student id of 256 characters": (message(student_id="s" * 256), "student_id: ", NOBODY),
    "a student id that is no text": (message(student_id=7), "student_id: ", NOBODY),
    "no message_id": (message(message_id=GONE), "message_id: ", OWN),
    "a malformed message_id": (message(message_id="msg-001"), "message_id: is not a UUID", OWN),
    "a malformed message_id that is the query's": (
        message({"query_id": GONE}, message_id="msg-001"), "message_id: is not a UUID", NOBODY),
    "no trace_id": (message(trace_id=GONE), "trace_id: ", OWN),
    "a malformed trace_id": (message(trace_id="trace-abc-123"), "trace_id: is not a UUID", OWN),
    "no timestamp": (message(timestamp=GONE), "timestamp: ", OWN),
    "a malformed timestamp": (message(timestamp="yesterday at noon"), "timestamp: is not an ISO 8601", OWN),
    "a number as timestamp": (message(timestamp=1767363825), "timestamp: must be an ISO 8601", OWN),
    "no event type": (message(event_type=GONE), "event_type: must be given", OWN),
    "an unknown event type": (message(event_type="student.query.sung"), "is not known", OWN),
    "an event type that is no text": (message(event_type=["a"]), "event_type: must be text", OWN),
    "an event type of another topic": (message(event_type="agent.heartbeat"), "does not belong on", OWN),
    "a payload of another type": (
        message({"query_id": QUERY_ID, "query_text": GONE, "topic": "loops"}), "payload.query_text: ", OWN),
    "no payload": (message(payload=GONE), "payload: ", ("student-123", UUID(MESSAGE_ID))),
    "a payload that is no object": (
        message(payload=1), "payload: must be a JSON object", ("student-123", UUID(MESSAGE_ID))),
    "version 2.0": (message(schema_version="2.0"), "schema_version: is '2.0', and only 1.x can be read", OWN),
    "version 1": (message(schema_version="1"), "schema_version: ", OWN),
    "no text": (message({"query_text": ""}), "payload.query_text: must not be blank", OWN),
    "only blanks": (message({"query_text": " \n\t"}), "payload.query_text: must not be blank", OWN),
    "5,001 characters": (message({"query_text": "x" * 5_001}), "payload.query_text: ", OWN),
    "10,001 characters of code": (
        message({"code_snippet": "x" * 10_001, "language": "python"}), "payload.code_snippet: ", OWN),
    "code without a language": (message({"code_snippet": "x = 1"}), "language: must be given", OWN),
    "an unknown language": (message({"code_snippet": "x", "language": "cobol"}), "payload.language: ", OWN),
    "an unknown query type": (message({"query_type": "song"}), "payload.query_type: ", OWN),
    "NUL in the text": (message({"query_text": "a\0b"}), "payload.query_text: has a NUL", OWN),
    "NUL in the context": (message({"context": {"a": ["\0"]}}), "payload.context: has a NUL", OWN),
    "a lone surrogate in text": (message({"query_text": "\ud800"}), "payload.query_text: has a lone surrogate", OWN),
    "a lone surrogate in the context": (message({"context": {"\udfff": 1}}), "payload.context: is no JSON", OWN),
    "a lone surrogate in the student": (message(student_id="\ud800"), "student_id: has a lone surrogate", NOBODY),
    "a malformed query id": (message({"query_id": "550e8400-..."}), "payload.query_id: is not a UUID", NOBODY),
    "2 MB of context": (message({"context": {"a": "x" * 2_000_000}}), "payload.context: is larger than", OWN),
    "2 MB of text": (message({"query_text": "x" * 2_000_000}), "payload.query_text: ", OWN),
}  # fmt: skip


def refused(key: bytes | None, value: bytes | None, topic: Topic = STUDENT_QUERIES) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        decode(topic, key, value)
    return refusal.value


@pytest.mark.parametrize("name", GOOD)
def test_good_input_is_read(name: str) -> None:
    key = b"s" * 255 if "255" in name else KEY
    assert decode(STUDENT_QUERIES, key, GOOD[name]).event_type == "student.query.submitted"


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_the_reason_and_its_owner(name: str) -> None:
    value, reason, owner = BAD[name]
    refusal = refused(None, value)
    assert reason in refusal.reason
    assert (refusal.student_id, refusal.query_id) == owner


@pytest.mark.parametrize("metadata", [{"sequence": 2_147_483_646, "attempt": 1}, {"sequence": -1}, "a remark", 7])
def test_what_a_sender_writes_into_the_metadata_steers_nothing(metadata: object) -> None:
    event = decode(STUDENT_QUERIES, KEY, message(metadata=metadata))
    assert (event.metadata, event.sequence, event.attempt) == (None, 0, 0)


def test_what_learnflow_writes_into_the_metadata_is_read() -> None:
    event = decode(AGENT_RESPONSES, None, EXAMPLES["agent.response.completed"].encode())
    assert event.sequence > 0


def test_a_refusal_keeps_the_trace() -> None:
    assert refused(None, message({"query_text": ""})).trace_id == UUID("33333333-3333-4333-8333-333333333333")
    assert refused(None, message(trace_id="trace-abc-123")).trace_id is None


@pytest.mark.parametrize("value", [7, "text", [], {}, None, [{}]], ids=repr)
@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.external], ids=lambda topic: topic.name)
def test_no_reason_names_a_class_of_ours(topic: Topic, value: object) -> None:
    for event_type in topic.events:
        example = json.loads(EXAMPLES[event_type].encode())
        for place in (example, example["payload"]):
            for field, kept in list(place.items()):
                place[field] = value
                assert not CLASSES & set(re.findall(r"\w+", reason(topic, example)))
                place[field] = kept


def reason(topic: Topic, example: dict[str, Any]) -> str:
    try:
        decode(topic, None, json.dumps(example).encode())
    except Refusal as refusal:
        return refusal.reason
    return ""


CLASSES = {each.__name__ for each in subclasses(Model)}


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "k" * 500_000])
def test_a_reason_that_names_what_its_sender_wrote_can_be_told(name: str) -> None:
    event = json.loads(EXAMPLES["student.progress.rebuilt"].encode())
    event["payload"]["state"]["knowledge"] = {"topics": {name: {}}}
    refusal = refused(None, json.dumps(event).encode(), STUDENT_EVENTS)
    assert len(refusal.reason) <= LONGEST_REASON
    told = ActivityLogged(agent_name=Agent.LEARNER, instance="one", action="message.refused", error=refusal.reason)
    assert ActivityLogged.model_validate_json(told.model_dump_json()) == told


@pytest.mark.parametrize("name", BAD)
def test_a_reason_is_short_and_one_line(name: str) -> None:
    reason = refused(None, BAD[name][0]).reason
    assert len(reason) < 500
    assert "\n" not in reason


def test_no_key_is_accepted_and_set_from_then_on() -> None:
    assert decode(STUDENT_QUERIES, None, message()).key == KEY


def test_a_key_that_differs_is_refused_and_nobody_is_answered() -> None:
    refusal = refused(b"student-999", message())
    assert "differs from the message's key" in refusal.reason
    assert (refusal.student_id, refusal.query_id) == NOBODY


def test_a_bad_message_under_another_key_is_nobodys() -> None:
    refusal = refused(b"student-999", message({"query_text": ""}))
    assert (refusal.student_id, refusal.query_id) == NOBODY


@pytest.mark.parametrize("event_type", [name for name in EXAMPLES if carried_query(EXAMPLES[name])])
def test_another_students_query_is_refused(event_type: str) -> None:
    topic = next(one for one in TOPICS if event_type in one.events)
    stranger = json.loads(EXAMPLES[event_type].encode()) | {"student_id": "somebody-else"}
    refusal = refused(None, json.dumps(stranger).encode(), topic)
    assert refusal.reason == "payload.query.student_id: differs from the message's student_id"
    assert refusal.student_id is None


def test_a_message_about_one_query_that_carries_another_is_refused() -> None:
    mixed = json.loads(EXAMPLES["agent.response.completed"].encode())
    mixed["payload"]["query_id"] = QUERY_ID
    assert "payload.query.query_id: differs" in refused(None, json.dumps(mixed).encode(), AGENT_RESPONSES).reason


def test_without_a_student_only_logs_are_read() -> None:
    beat = {"event_type": "agent.activity.logged", "student_id": None}
    value = message({"agent_name": "debug", "instance": "w", "action": "started"}, **beat)
    assert decode(AGENT_LOGS, None, value).student_id is None


def test_the_same_message_is_read_the_same() -> None:
    assert decode(STUDENT_QUERIES, KEY, message()) == decode(STUDENT_QUERIES, KEY, message())


def test_times_are_utc() -> None:
    times = {decode(STUDENT_QUERIES, KEY, GOOD[name]).timestamp.isoformat() for name in GOOD if "offset" in name}
    assert times == {"2026-01-02T14:23:45+00:00"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def either(topic: Topic, key: bytes | None, value: bytes | None) -> None:
    try:
        event = decode(topic, key, value)
    except Refusal as refusal:
        both_or_none = (refusal.student_id is None) == (refusal.query_id is None)
        assert both_or_none
    else:
        assert isinstance(event, Event)
        assert decode(topic, key, event.encode()) == event


@given(st.sampled_from(TOPICS), st.none() | st.binary(max_size=20), st.none() | st.binary())
def test_any_bytes_give_an_event_or_a_refusal(topic: Topic, key: bytes | None, value: bytes | None) -> None:
    either(topic, key, value)


@given(json_values)
def test_any_json_gives_an_event_or_a_refusal(value: object) -> None:
    either(STUDENT_QUERIES, None, json.dumps(value).encode())


@given(st.sampled_from(["schema_version", "message_id", "timestamp", "student_id", "trace_id", "event_type", "payload",
                        "metadata"]), json_values)  # fmt: skip
def test_any_envelope_field_gives_an_event_or_a_refusal(field: str, value: object) -> None:
    either(STUDENT_QUERIES, None, message(**{field: value}))


@given(st.sampled_from(["query_id", "query_text", "query_type", "code_snippet", "language", "context"]), json_values)
def test_any_payload_field_gives_an_event_or_a_refusal(field: str, value: object) -> None:
    either(STUDENT_QUERIES, KEY, message({field: value}))


@given(json_values)
def test_any_metadata_of_a_response_gives_an_event_or_a_refusal(value: object) -> None:
    answer = {"agent_name": "concepts", "response_text": "Recursion is …", "processing_time_ms": 1, "confidence": 0.5}
    payload = {"query_id": QUERY_ID, **answer, "metadata": value}
    either(AGENT_RESPONSES, KEY, message(event_type="agent.response.completed", payload=payload))
