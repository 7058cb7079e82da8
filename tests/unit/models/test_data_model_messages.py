"""Sections 2.5 and 2.8 of the data model, field by field: the envelope, its five payloads, and agents' health."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import pytest
from pydantic import ValidationError

from learnflow.models.agent_health import AgentHealthMetrics
from learnflow.models.envelope import Event
from learnflow.models.events import EVENTS, PAYLOADS
from learnflow.models.fields import explain
from learnflow.models.vocabulary import StruggleLevel

QUERY_ID: Final = "550e8400-e29b-41d4-a716-446655440000"
PAYLOADS_OF_THE_DATA_MODEL: Final[dict[str, dict[str, Any]]] = {
    "student.query.submitted": {
        "query_text": "Explain recursion", "query_type": "text", "code_snippet": None,
        "context": {"skill_level": "beginner"},
    },
    "triage.routing.decision": {
        "query_id": QUERY_ID, "target_agent": "concepts", "confidence": 0.95,
        "reasoning": "Question asks for concept explanation",
    },
    "agent.response.completed": {
        "query_id": QUERY_ID, "agent_name": "concepts", "response_text": "Recursion is...",
        "processing_time_ms": 4823, "confidence": 0.98,
    },
    "student.struggle.detected": {
        "topic": "recursion", "struggle_level": "high", "query_count": 4, "time_window_minutes": 15,
        "recommendation": "Suggest 1-on-1 session",
    },
    "mastery.level.updated": {
        "topic": "loops", "old_level": 0.75, "new_level": 0.88, "reason": "Successfully completed 3 loop exercises",
    },
}  # fmt: skip
ENVELOPE: Final[dict[str, Any]] = {
    "schema_version": "1.0", "message_id": "11111111-1111-4111-8111-111111111111",
    "timestamp": "2026-01-02T14:23:45Z", "student_id": "student-123",
    "trace_id": "33333333-3333-4333-8333-333333333333", "event_type": "mastery.level.updated",
    "payload": PAYLOADS_OF_THE_DATA_MODEL["mastery.level.updated"], "metadata": {"agent_version": "v1.0.0"},
}  # fmt: skip
HEALTH: Final[dict[str, Any]] = {
    "agent_name": "triage", "status": "active", "uptime_seconds": 345600, "total_queries_processed": 12456,
    "queries_last_hour": 234, "error_count": 47, "error_count_last_hour": 2, "avg_response_time_ms": 1823,
    "p95_response_time_ms": 3450, "current_queue_depth": 12, "last_heartbeat": "2026-01-02T14:23:45Z",
    "replica_count": 3, "version": "v1.0.0",
}  # fmt: skip


@pytest.mark.parametrize("event_type", PAYLOADS_OF_THE_DATA_MODEL)
def test_a_payload_of_the_data_model_is_read_and_written_with_its_fields(event_type: str) -> None:
    payload = PAYLOADS_OF_THE_DATA_MODEL[event_type]
    read = PAYLOADS[event_type].model_validate(payload)
    assert read.model_dump(mode="json", exclude_unset=True) == payload


@pytest.mark.parametrize(
    ("event_type", "field"),
    [
        (event_type, field)
        for event_type, payload in PAYLOADS_OF_THE_DATA_MODEL.items()
        for field, value in payload.items()
        if value is not None and field != "context"
    ],
)
def test_a_payload_must_match_its_event_type(event_type: str, field: str) -> None:
    payload = PAYLOADS_OF_THE_DATA_MODEL[event_type]
    with pytest.raises(ValidationError) as error:
        PAYLOADS[event_type].model_validate(payload | {field: {"of": "another kind"}})
    assert field in explain(error.value)


@pytest.mark.parametrize(
    ("event_type", "field"),
    [
        (event_type, field)
        for event_type, payload in PAYLOADS_OF_THE_DATA_MODEL.items()
        for field in payload
        if field not in {"query_type", "code_snippet", "context"}
    ],
)
def test_a_payload_needs_what_its_event_type_has(event_type: str, field: str) -> None:
    payload = PAYLOADS_OF_THE_DATA_MODEL[event_type]
    for values in ({name: payload[name] for name in payload if name != field}, payload | {field: None}):
        with pytest.raises(ValidationError) as error:
            PAYLOADS[event_type].model_validate(values)
        assert field in explain(error.value)


def test_a_struggle_is_low_medium_or_high() -> None:
    assert {level.value for level in StruggleLevel} == {"low", "medium", "high"}


def event(**changes: Any) -> Event[Any]:
    return EVENTS["mastery.level.updated"].model_validate(ENVELOPE | changes)


@pytest.mark.parametrize("field", ENVELOPE)
def test_an_envelope_has_each_field_of_the_data_model(field: str) -> None:
    assert event().model_dump(mode="json", exclude_unset=True)[field] == ENVELOPE[field]


@pytest.mark.parametrize("field", ["message_id", "timestamp", "trace_id", "event_type", "payload"])
def test_an_envelope_needs_these_fields(field: str) -> None:
    without = {name: value for name, value in ENVELOPE.items() if name != field}
    for values in (without, without | {field: None}):
        with pytest.raises(ValidationError) as error:
            EVENTS["mastery.level.updated"].model_validate(values)
        assert field in explain(error.value)


@pytest.mark.parametrize("field", ["student_id", "metadata"])
def test_an_envelope_may_lack_these_fields(field: str) -> None:
    assert getattr(event(**{field: None}), field) is None


def test_the_types_of_an_envelope() -> None:
    read = event()
    assert (type(read.message_id), type(read.trace_id), type(read.timestamp)) == (UUID, UUID, datetime)
    assert event(schema_version="1.9").schema_version == "1.9"
    for changes in ({"message_id": "msg-001"}, {"trace_id": "trace-1"}, {"timestamp": "today"}):
        with pytest.raises(ValidationError):
            event(**changes)


def test_the_version_is_1_0_where_none_is_told() -> None:
    values = {name: value for name, value in ENVELOPE.items() if name != "schema_version"}
    assert EVENTS["mastery.level.updated"].model_validate(values).schema_version == "1.0"
    with pytest.raises(ValidationError, match="schema_version"):
        event(schema_version="2.0")


def test_the_partition_key_is_the_student() -> None:
    assert event().key == b"student-123"
    assert event(student_id=None).key is None


def health(**changes: Any) -> AgentHealthMetrics:
    return AgentHealthMetrics.model_validate(HEALTH | changes)


@pytest.mark.parametrize("field", HEALTH)
def test_health_has_each_field_of_the_data_model(field: str) -> None:
    assert health().model_dump(mode="json")[field] == HEALTH[field]


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("agent_name", ["triage", "concepts", "code-review", "debug", "exercise", "progress"], ["oracle", None]),
        ("status", ["active", "error", "starting", "stopping"], ["idle?", None]),
        ("uptime_seconds", [0], [-1]),
        ("total_queries_processed", [0], [-1]),
        ("queries_last_hour", [1], [-1]),
        ("error_count", [0], [-1]),
        ("error_count_last_hour", [0, 10], [-1]),
        ("avg_response_time_ms", [1], [0]),
        ("p95_response_time_ms", [1], [0]),
        ("current_queue_depth", [0], [-1]),
        ("last_heartbeat", ["2026-01-02T14:23:45+00:00"], [None, "now"]),
        ("replica_count", [0, 1], [-1]),  # 0 is an agent that runs nowhere, which is shown too
        ("version", ["v1.0.0"], [None, ""]),
    ],
)
def test_a_field_of_health_takes_these_values_and_no_others(field: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert health(**{field: value})
    for value in bad:
        with pytest.raises(ValidationError) as error:
            health(**{field: value})
        assert field in explain(error.value)


def test_one_replica_is_taken_for_granted() -> None:
    values = {name: value for name, value in HEALTH.items() if name != "replica_count"}
    assert AgentHealthMetrics.model_validate(values).replica_count == 1


def test_idle_is_a_status_of_who_had_no_query() -> None:
    assert health(status="idle", queries_last_hour=0).status == "idle"
