"""A time far in the future is refused like any other bad field, by whoever has a clock."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from learnflow.models.events import carried_query
from learnflow.models.examples import EXAMPLES
from learnflow.sink.messages import SinkMessage
from learnflow.sink.sink import Sink
from learnflow.streams.codec import Clock, Refusal, decode
from learnflow.topics import STUDENT_PROGRESS, TOPICS

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
CLOCK = Clock(lambda: NOW, timedelta(seconds=300))
SUBMITTED = "student.query.submitted"


@pytest.mark.parametrize(
    ("ahead", "fault"),
    [
        (timedelta(days=-700), None),
        (timedelta(0), None),
        (timedelta(seconds=300), None),
        (timedelta(seconds=301), "lies 6 minutes in the future; clocks may differ by 300 seconds"),
        (timedelta(days=2), "lies 2,880 minutes in the future; clocks may differ by 300 seconds"),
    ],
)
def test_a_time_is_believed_up_to_the_difference(ahead: timedelta, fault: str | None) -> None:
    assert CLOCK.disbelieves(NOW + ahead) == fault


def test_one_minute_is_said_as_one() -> None:
    clock = Clock(lambda: NOW, timedelta(seconds=30))
    assert clock.disbelieves(NOW + timedelta(seconds=31)) == (
        "lies 1 minute in the future; clocks may differ by 30 seconds"
    )


def test_the_end_of_time_is_refused_and_stops_nothing() -> None:
    assert CLOCK.disbelieves(datetime.max.replace(tzinfo=UTC))


def later(event_type: str, **changes: Any) -> bytes:
    message = json.loads(EXAMPLES[event_type].encode())
    return json.dumps(message | {"timestamp": (NOW + timedelta(minutes=10)).isoformat()} | changes).encode()


def refused(event_type: str, value: bytes) -> Refusal:
    topic = next(one for one in TOPICS if event_type in one.events)
    with pytest.raises(Refusal) as refusal:
        decode(topic, None, value, CLOCK)
    return refusal.value


@pytest.mark.parametrize("event_type", EXAMPLES)
def test_every_event_of_later_is_refused(event_type: str) -> None:
    refusal = refused(event_type, later(event_type))
    assert refusal.reason.startswith("timestamp: lies 10 minutes in the future")
    assert (refusal.student_id is None) == (refusal.query_id is None)


def test_whose_question_lies_in_the_future_is_said() -> None:
    refusal = refused(SUBMITTED, later(SUBMITTED))
    query_id = EXAMPLES[SUBMITTED].message_id
    assert (refusal.student_id, refusal.query_id) == (EXAMPLES[SUBMITTED].student_id, query_id)


def test_another_students_key_is_refused_before_the_time_and_is_nobodys() -> None:
    topic = next(one for one in TOPICS if SUBMITTED in one.events)
    with pytest.raises(Refusal, match="differs from the message's key") as refusal:
        decode(topic, b"somebody-else", later(SUBMITTED), CLOCK)
    assert refusal.value.student_id is None


@pytest.mark.parametrize("event_type", [name for name in EXAMPLES if carried_query(EXAMPLES[name])])
def test_so_is_a_question_of_later_that_is_carried(event_type: str) -> None:
    message = json.loads(EXAMPLES[event_type].encode())
    holder = message["payload"].get("request", message["payload"])
    holder["query"]["timestamp"] = (NOW + timedelta(minutes=10)).isoformat()
    refusal = refused(event_type, json.dumps(message).encode())
    assert refusal.reason.startswith("payload.query.timestamp: lies 10 minutes")
    assert str(refusal.query_id) == holder["query"]["query_id"]


@pytest.mark.parametrize("event_type", EXAMPLES)
def test_without_a_clock_every_time_is_read(event_type: str) -> None:
    topic = next(one for one in TOPICS if event_type in one.events)
    assert decode(topic, None, later(event_type)).timestamp == NOW + timedelta(minutes=10)


async def test_the_sink_refuses_it_where_it_is_the_reader_and_else_leaves_it_out() -> None:
    messages = [
        SinkMessage(topic, 0, number, None, later(event_type))
        for number, (topic, event_type) in enumerate((
            ("student-progress", "student.progress.updated"),
            ("student-queries", "student.query.submitted"),
        ))
    ]
    # It needs no database: there is nothing to write.
    (rejected,) = await Sink("postgresql://nobody@127.0.0.1:1/none").write(messages, CLOCK)
    assert rejected.message.topic == STUDENT_PROGRESS.name
    assert rejected.reason.startswith("timestamp: lies 10 minutes in the future")
