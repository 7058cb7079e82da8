"""The bad input that people and programs may send, and what should become of each."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from tests.support.running_system import envelope

NESTED: Final = 100_000
LONGEST_QUERY: Final = 5_000
LONGEST_CODE: Final = 10_000
QUERIES: Final = "student-queries"
GOOD_AFTER: Final = "Explain recursion"
TOMORROW: Final = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it is sent. `query_id` is set where its sender should hear of it."""

    topic: str
    key: str | None
    value: bytes | None
    query_id: str | None = None


@dataclass(frozen=True, slots=True)
class Bad:
    """Makes a bad message of a student; `reason` is part of what the dead letter says, `by` who refuses it."""

    make: Callable[[str], Sent]
    reason: str
    by: str = "triage"


def question(student: str, /, **payload: object) -> dict[str, Any]:
    """Return a good question, but for what is given of its payload."""
    return envelope(student, "student.query.submitted", {"query_text": "Explain recursion", **payload})


def _raw(value: bytes | None, reason: str) -> Bad:
    return Bad(lambda student: Sent(QUERIES, student, value), f"message: {reason}")


def _encoded(student: str, message: Mapping[str, Any], *, heard: bool) -> Sent:
    payload = message["payload"]
    named = payload.get("query_id") if isinstance(payload, dict) else None
    query_id = named or message.get("message_id") if heard else None
    return Sent(QUERIES, student, json.dumps(message).encode(), query_id)


def _envelope(reason: str, *, heard: bool, without: str = "", **fields: object) -> Bad:
    def make(student: str) -> Sent:
        message = {name: value for name, value in (question(student) | fields).items() if name != without}
        return _encoded(student, message, heard=heard)

    return Bad(make, reason)


def _payload(reason: str, *, heard: bool = True, **payload: object) -> Bad:
    return Bad(lambda student: _encoded(student, question(student, **payload), heard=heard), reason)


def _cut_in(text: bytes, reason: str, *, heard: bool = False) -> Bad:
    """Put bytes into a good question, which is where json.dumps would not write them."""

    def make(student: str) -> Sent:
        sent = _encoded(student, question(student, context={"x": "HERE"}), heard=heard)
        return replace(sent, value=(sent.value or b"").replace(b'"HERE"', text))

    return Bad(make, reason)


def _keyed(key: str, reason: str) -> Bad:
    return Bad(lambda student: Sent(QUERIES, key, json.dumps(question(student)).encode()), reason)


def _named(student_id: object, reason: str) -> Bad:
    """Name a student who cannot be; the key says the same."""

    def make(student: str) -> Sent:
        key = student_id if isinstance(student_id, str) else student
        return Sent(QUERIES, key, json.dumps(question(student) | {"student_id": student_id}).encode())

    return Bad(make, reason)


BAD: Final[Mapping[str, Bad]] = {
    "not UTF-8": _raw(b'{"event_type": "\xff\xfe"}', "is not valid JSON"),
    "not JSON": _raw(b"Explain recursion", "is not valid JSON"),
    "empty": _raw(b"", "is not valid JSON"),
    "null value": _raw(None, "has no value"),
    "an array": _raw(b"[1, 2]", "must be a JSON object, not an array"),
    "a string": _raw(b'"Explain recursion"', "must be a JSON object, not a string"),
    "nesting": _raw(b"[" * NESTED + b"]" * NESTED, "is not valid JSON"),
    "nesting around a lone surrogate": _raw(b'{"a":' * NESTED + b'"\\ud800"' + b"}" * NESTED, "is not valid JSON"),
    "nested context": _cut_in(b"[" * 900 + b"]" * 900, "payload.context: is no JSON that can be stored", heard=True),
    "NaN": _cut_in(b"NaN", "message: is not valid JSON"),
    "Infinity": _cut_in(b"-Infinity", "message: is not valid JSON"),
    "NaN beside a lone surrogate": _cut_in(b'[NaN, "\\ud800"]', "NaN is no JSON"),
    "a number beyond floats": _cut_in(b"1e999", "message: is not valid JSON: number is infinity"),
    "another's key": _keyed("somebody-else", "student_id: differs from the message's key"),
    "an empty key": _keyed("", "student_id: differs from the message's key"),
    "no student_id": _envelope("student_id: must be given", heard=False, without="student_id"),
    "student_id null": _named(None, "student_id: must be given"),
    "student_id a number": _named(7, "student_id: "),
    "student_id blank": _named(" ", "student_id: must not be blank"),
    "student_id of 256": _named("s" * 256, "student_id: must have at most 255 characters"),
    "no message_id": _envelope("message_id: Field required", heard=False, without="message_id"),
    "malformed message_id": _envelope("message_id: is not a UUID", heard=False, message_id="msg-001"),
    "no trace_id": _envelope("trace_id: Field required", heard=True, without="trace_id"),
    "malformed trace_id": _envelope("trace_id: is not a UUID", heard=True, trace_id="trace-abc-123"),
    "no timestamp": _envelope("timestamp: Field required", heard=True, without="timestamp"),
    "malformed timestamp": _envelope("timestamp: is not an ISO 8601", heard=True, timestamp="2nd of January"),
    "a clock a day ahead": _envelope("timestamp: lies ", heard=True, timestamp=TOMORROW),
    "the last of all years": _envelope("timestamp: lies ", heard=True, timestamp="9999-12-31T23:59:59Z"),
    "timestamp a number": _envelope("timestamp: must be an ISO 8601", heard=True, timestamp=1767363825),
    "no event type": _envelope("event_type: must be given", heard=True, without="event_type"),
    "unknown event type": _envelope("event_type: 'x.y' is not known", heard=True, event_type="x.y"),
    "event type of another topic": _envelope(
        "event_type: 'agent.heartbeat' does not belong on student-queries", heard=True, event_type="agent.heartbeat"
    ),
    "payload of another type": _envelope(
        "payload.query_text: Field required", heard=True, payload={"target_agent": "concepts", "confidence": 0.95}
    ),
    "payload that is a list": _envelope("payload: ", heard=True, payload=[]),
    "version 2.0": _envelope("schema_version: is '2.0', and only 1.x", heard=True, schema_version="2.0"),
    "version a number": _envelope("schema_version: ", heard=True, schema_version=1.0),
    "malformed query_id": _payload("query_id: is not a UUID", heard=False, query_id="17"),
    "query empty": _payload("query_text: must not be blank", query_text=""),
    "query blank": _payload("query_text: must not be blank", query_text=" \n\t\u3000"),
    "query of 5,001": _payload("query_text: must have at most 5,000 characters", query_text="x" * (LONGEST_QUERY + 1)),
    "code of 10,001": _payload(
        "code_snippet: must have at most 10,000 characters", code_snippet="x" * (LONGEST_CODE + 1), language="python"
    ),
    "code without a language": _payload("language: must be given when code_snippet is", code_snippet="x = 1"),
    "unknown language": _payload("language: Input should be 'python'", code_snippet="x = 1", language="cobol"),
    "NUL in the query": _payload("query_text: has a NUL", query_text="What is \x00?"),
    "NUL in the code": _payload("code_snippet: has a NUL", code_snippet="\x00", language="python"),
    "NUL in the context": _payload("context: has a NUL", context={"a": ["\x00"]}),
    "lone surrogate in the query": _payload("query_text: has a lone surrogate", query_text="What is \ud83d?"),
    "lone surrogate in the context": _payload("context: ", context={"\udc00": 1}),
    "context of 17 kB": _payload("context: is larger than 16,384 bytes", context={"a": "x" * 17_000}),
    "query_id of one's own": _payload("query_text: must not be blank", query_text="", query_id=str(uuid4())),
}

GOOD: Final[Mapping[str, dict[str, Any]]] = {
    "version 1.7 and unknown fields": {"schema_version": "1.7", "mood": "fine"},
    "query of 5,000": {"payload": {"query_text": ("Explain recursion " * 300)[:LONGEST_QUERY]}},
    "one word of 5,000": {"payload": {"query_text": "x" * LONGEST_QUERY}},
    "5,000 emoji": {"payload": {"query_text": "\N{SNAKE}" * LONGEST_QUERY}},
    "code of 10,000": {
        "payload": {"query_text": "Please review", "code_snippet": "x = 1\n" * 1_666 + "x=1\n", "language": "python"}
    },
    "right-to-left text": {"payload": {"query_text": "מה זה recursion? \u202eشرح"}},
    "emoji with joiners": {"payload": {"query_text": "Explain recursion 👩‍👩‍👧‍👦🏳️‍🌈"}},
    "backslash before u0000": {"payload": {"query_text": "What is \\u0000 in JSON?", "context": {"a": "\\u0000"}}},
    "empty code without a language": {"payload": {"query_text": "Explain recursion", "code_snippet": ""}},
    "a number beyond 64 bits": {"payload": {"query_text": "Explain recursion", "context": {"n": 10**30}}},
    "a time with an offset": {"timestamp": "2026-01-02T23:23:45.123+09:00"},
    "a time without an offset": {"timestamp": "2026-01-02T14:23:45"},
    "the first of all years": {"timestamp": "0001-01-01T00:00:01Z"},
    "a clock a minute ahead": {"timestamp": (datetime.now(UTC) + timedelta(minutes=1)).isoformat()},
    "metadata of one's own": {"metadata": {"client": "a school's portal"}},
}
