"""A batch of messages → rows, merged; without a database."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import pytest

from learnflow.database.postgres import hundredths, json_rows, json_text
from learnflow.models.student import enrolment_email
from learnflow.models.vocabulary import Language, QueryStatus, Specialist
from learnflow.sink.batch_plan import STRANGER, Rows, StoredQuery, merged_profiles, settle
from learnflow.sink.changes import Change, change
from learnflow.sink.messages import BY_NAME, Refusals, Rejected, SinkMessage, Unstorable
from learnflow.sink.queries import NEW
from learnflow.sink.rows import QUERY_COLUMNS, FlowRow, ProfileRow, ProgressRow, ResponseRow, Row
from learnflow.streams.codec import decode
from tests.support.sink_messages import AT, Way, progress, uid


def changes(*messages: SinkMessage) -> list[Change]:
    decoded = (change(one, decode(BY_NAME[one.topic], one.key, one.value)) for one in messages)
    return [one for one in decoded if one is not None]


def planned(*messages: SinkMessage, stored: dict[UUID, StoredQuery] | None = None) -> tuple[Rows, list[Rejected]]:
    return settle(changes(*messages), stored or {})


def of(rows: Rows, kind: type[Row]) -> list[Row]:
    return rows.of.get(kind, [])


def test_a_whole_question_is_one_row_of_query_history() -> None:
    rows, rejected = planned(*Way(1).whole())
    assert not rejected
    assert [(content.query_id, state.status, state.routed_to_agent) for content, state in rows.new_queries] == [
        (uid(1), "completed", "debug")
    ]
    assert [row.student_id for row in rows.students] == ["ann"]
    assert rows.students[0].email == enrolment_email("ann")
    assert len(of(rows, ResponseRow)) == 1
    assert not rows.moved_queries


def test_the_flow_tells_who_told_whom() -> None:
    rows, _ = planned(*Way(1).whole())
    flow = [row for row in of(rows, FlowRow) if isinstance(row, FlowRow)]
    assert [(row.source_agent, row.destination_agent, row.message_type, row.sequence_order) for row in flow] == [
        ("triage", "debug", "routing_decision", 1),
        ("debug", "concepts", "collaboration", 2),
        ("concepts", "debug", "response", 3),
        ("debug", "student", "response", 4),
    ]


def test_a_handover_is_a_request_to_the_agent_of_the_topic() -> None:
    rows, _ = planned(Way(1).handed_over(Specialist.EXERCISE))
    (flow,) = of(rows, FlowRow)
    assert isinstance(flow, FlowRow)
    assert (flow.source_agent, flow.destination_agent, flow.message_type) == ("debug", "exercise", "request")
    assert rows.new_queries[0][1].routed_to_agent == "exercise"


def test_a_request_of_the_router_leaves_nothing() -> None:
    assert changes(Way(1).request()) == []


def test_a_failure_without_a_query_leaves_nothing() -> None:
    assert changes(Way(1).failed(query=False)) == []


def test_a_failure_has_no_response_row() -> None:
    rows, _ = planned(Way(1).failed())
    assert of(rows, ResponseRow) == []
    assert [(state.status, state.failure_reason) for _, state in rows.new_queries] == [
        ("failed", "Nobody answered in time.")
    ]


@pytest.mark.parametrize("outcomes", [("failed", "completed"), ("completed", "failed")])
def test_the_first_outcome_of_a_batch_wins(outcomes: tuple[str, str]) -> None:
    way = Way(1)
    rows, _ = planned(*(getattr(way, outcome)() for outcome in outcomes))
    assert rows.new_queries[0][1].status == outcomes[0]
    assert len(of(rows, ResponseRow)) == outcomes.index("failed")


def test_a_stored_query_is_moved_and_not_inserted() -> None:
    rows, _ = planned(Way(1).completed(), stored={uid(1): StoredQuery("ann", NEW)})
    assert not rows.new_queries
    assert [(query_id, state.status) for query_id, state in rows.moved_queries] == [(uid(1), "completed")]


def test_a_repeat_moves_nothing() -> None:
    first, _ = planned(*Way(1).whole())
    stored = {uid(1): StoredQuery("ann", first.new_queries[0][1])}
    again, _ = planned(*Way(1).whole(), stored=stored)
    assert not again.moved_queries
    assert of(again, ResponseRow) == []


@pytest.mark.parametrize("stored", [{}, {uid(1): StoredQuery("ann", NEW)}], ids=["of this batch", "of the database"])
def test_another_students_query_is_refused_with_all_that_claims_it(stored: dict[UUID, StoredQuery]) -> None:
    rows, rejected = planned(Way(1).submitted(), *Way(1, "bob").whole(), stored=stored)
    assert {one.reason for one in rejected} == {STRANGER}
    assert len(rejected) == len(changes(*Way(1, "bob").whole()))
    assert not any(one.ours for one in rejected)
    assert [row.student_id for row in rows.students] == ["ann"]
    assert not rows.of


def test_only_the_newest_progress_is_written() -> None:
    rows, _ = planned(progress("ann", 2), progress("ann", 3), progress("bob", 1), progress("ann", 1))
    versions = [(row.student_id, row.version) for row in of(rows, ProgressRow) if isinstance(row, ProgressRow)]
    assert versions == [("ann", 3), ("bob", 1)]


def test_an_event_that_carries_no_query_is_unstorable() -> None:
    bare = json.loads(Way(1).completed().value or b"")
    bare["payload"]["query"] = None
    with pytest.raises(Unstorable, match=r"payload\.query: must be given"):
        changes(Way(1).completed()._replace(value=json.dumps(bare).encode()))


def profile(number: int, student: str = "ann", name: str | None = None, email: str | None = None) -> ProfileRow:
    return ProfileRow(uid(number), student, AT, name, email)


def test_profiles_merge_to_the_last_that_was_said_of_each_field() -> None:
    rows = [
        profile(1, name="A", email="a@b.c"),
        profile(2, name="B"),
        profile(1, "bob", name="C"),
        profile(1, name="A"),
    ]
    merged = merged_profiles(rows, {("ann", uid(1)), ("ann", uid(2)), ("bob", uid(1))})
    assert [(row.student_id, row.name, row.email) for row in merged] == [("ann", "B", "a@b.c"), ("bob", "C", None)]


def test_a_profile_that_is_known_already_is_not_said_again() -> None:
    assert merged_profiles([profile(1, name="A")], {("bob", uid(1))}) == []


def refuse(refusals: Refusals, topic: str, students: int, reason: str = "no") -> None:
    messages = [SinkMessage(topic, 0, n, f"student-{n}".encode(), None) for n in range(students)]
    rejected = [Rejected(one, reason.format(n=one.offset), ours=not one.external) for one in messages]
    refusals.count(messages, rejected)


def test_however_many_are_refused_of_one_student_is_no_fault_of_ours() -> None:
    refusals = Refusals()
    for _ in range(5_000):
        refuse(refusals, "agent-responses", 1)
    refuse(refusals, "agent-responses", 19)
    assert refusals.fault is None


@pytest.mark.parametrize(
    "reason",
    [
        "query_id: is not a UUID",
        'value "99999999{n}" is out of range for type integer',
        'new row for relation "message_flow" violates check constraint "message_flow_sequence_order_check"',
        'duplicate key value violates unique constraint "c": Key (email)=(student-{n}@b.c) already exists.',
        "schema_version: is 'version {n}', and only 1.x can be read",
    ],
)
def test_one_cause_over_many_students_is_a_fault_of_ours(reason: str) -> None:
    refusals = Refusals()
    refuse(refusals, "agent-responses", 19, reason)
    assert refusals.fault is None
    refuse(refusals, "agent-responses", 20, reason)
    assert str(refusals.fault) == (
        "messages about 20 students could not be stored; the last, agent-responses[0] @ 19: " + reason.format(n=19)
    )


def test_two_constraints_are_two_causes() -> None:
    refusals = Refusals()
    messages = [SinkMessage("agent-responses", 0, n, str(n).encode(), None) for n in range(38)]
    reasons = ('violates check constraint "a"', 'violates check constraint "b"')
    refusals.count(messages, [Rejected(one, reasons[one.offset % 2], ours=True) for one in messages])
    assert refusals.fault is None


def test_what_comes_from_outside_or_is_stored_in_between_is_no_sign_of_a_fault() -> None:
    refusals = Refusals()
    refuse(refusals, "student-events", 1_000)
    for _ in range(5):
        refuse(refusals, "agent-responses", 19)
        refusals.count([SinkMessage("agent-responses", 0, 0, b"ann", None)], [])
    assert refusals.fault is None
    refuse(refusals, "agent-responses", 19)
    refusals.count([SinkMessage("triage-routing", 0, 0, b"ann", None)], [])
    refuse(refusals, "agent-responses", 20)
    assert refusals.fault is not None, "what is stored of another topic says nothing of this one"


def test_rows_are_handed_over_as_one_json_array() -> None:
    query_id, at = uuid4(), datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    row = (
        query_id, "student", 'say "hi", {NULL} \\', at, None, Language.CPP, json_text({"depth": 1.5}),
        QueryStatus.PENDING, None, None, hundredths(0.9), None, None, None,
    )  # fmt: skip
    assert orjson.loads(json_rows([row], QUERY_COLUMNS)) == [
        {
            "query_id": str(query_id), "student_id": "student", "query_text": 'say "hi", {NULL} \\',
            "timestamp": "2026-01-02T03:04:05.000678+00:00", "code_snippet": None, "language": "cpp",
            "context": {"depth": 1.5}, "status": "pending", "routed_to_agent": None, "detected_intent": None,
            "triage_confidence": "0.9", "topic": None, "question_key": None, "failure_reason": None,
        }
    ]  # fmt: skip
