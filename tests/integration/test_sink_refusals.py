"""What cannot be stored is handed back with its reason, and costs nobody else anything."""

import asyncpg
import pytest

from learnflow.models.events.students import ProfileUpdated
from learnflow.sink.messages import SinkMessage, TooManyRejections
from learnflow.sink.sink import Sink
from tests.support.sink_messages import Way, struggle, student_event


async def count(database: asyncpg.Connection, table: str) -> int:
    return int(await database.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - of the tuple above


async def test_another_students_query_is_refused(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write(Way(1).whole())
    before = await database.fetch("SELECT * FROM query_history")
    rejected = await sink.write([*Way(1, "bob").whole(), *Way(2, "bob").whole()])
    assert {one.reason for one in rejected} == {"query_id: belongs to another student"}
    assert len(rejected) == 5
    assert await database.fetch("SELECT * FROM query_history WHERE student_id = 'ann'") == before
    assert await count(database, "message_flow") == 8


@pytest.mark.parametrize("size", [1, 2, 25])
async def test_a_refused_row_is_found_and_the_rest_is_written(
    sink: Sink, database: asyncpg.Connection, size: int
) -> None:
    too_many = struggle("none", 2**31)
    good = [one for number in range(1, size) for one in Way(number).whole()]
    rejected = await sink.write([*good[: len(good) // 2], too_many, *good[len(good) // 2 :]])
    assert [one.message for one in rejected] == [too_many]
    assert "int32" in rejected[0].reason or "out of range" in rejected[0].reason
    assert await count(database, "agent_responses") == size - 1


async def test_an_email_of_another_student_is_refused_with_the_databases_reason(
    sink: Sink, database: asyncpg.Connection
) -> None:
    first = student_event(ProfileUpdated(name="Ann", email="a@b.c"), "ann", "first")
    second = student_event(ProfileUpdated(name="Bob", email="a@b.c"), "bob", "second")
    assert await sink.write([first]) == []
    rejected = await sink.write([second, student_event(ProfileUpdated(name="Eve"), "eve", "third")])
    assert [one.message for one in rejected] == [second]
    assert rejected[0].reason == (
        'duplicate key value violates unique constraint "idx_student_email": Key (email)=(a@b.c) already exists.'
    )
    assert not rejected[0].ours
    assert [row["name"] for row in await database.fetch("SELECT name FROM students ORDER BY name")] == ["Ann", "Eve"]


@pytest.mark.parametrize(
    "value",
    [None, b"", b"\xff", b"[]", b'{"event_type": "agent.heartbeat"}'],
    ids=["null", "empty", "bytes", "array", "type"],
)
@pytest.mark.parametrize(
    ("topic", "handed_back"), [("student-queries", 0), ("agent-responses", 0), ("student-progress", 1)]
)
async def test_what_cannot_be_read_is_handed_back_by_its_reader_only(
    sink: Sink, database: asyncpg.Connection, topic: str, handed_back: int, value: bytes | None
) -> None:
    bad = SinkMessage(topic, 3, 99, b"ann", value)
    rejected = await sink.write([bad, *Way(1).whole()])
    assert [one.message for one in rejected] == [bad] * handed_back
    assert await count(database, "query_history") == 1


@pytest.mark.parametrize("nul", [b"\\u0000", b"\\ud800"], ids=["NUL", "lone surrogate"])
async def test_what_postgresql_cannot_store_does_not_reach_it(sink: Sink, nul: bytes) -> None:
    good = struggle("Suggest 1-on-1 session")
    bad = good._replace(value=(good.value or b"").replace(b"1-on-1", nul))
    rejected = await sink.write([bad])
    assert [one.message for one in rejected] == [bad]
    assert rejected[0].reason.startswith("payload.recommendation: has a")


async def test_thousands_of_refused_messages_of_one_student_do_not_stop_it(
    sink: Sink, database: asyncpg.Connection
) -> None:
    bad = [Way(number).routing(sequence=2**31) for number in range(2, 2_002)]
    rejected = await sink.write([*bad, *Way(1).whole()])
    assert len(rejected) == len(bad)
    sink.stop_if_at_fault()
    assert await count(database, "message_flow") == 4


async def test_one_cause_over_many_students_stops_it_once_the_rest_is_written(
    sink: Sink, database: asyncpg.Connection
) -> None:
    bad = [Way(number, f"student-{number}").routing(sequence=2**31 + number) for number in range(2, 22)]
    rejected = await sink.write([*Way(1).whole(), *bad[:19], *Way(30).whole(), *bad[19:], *Way(31).whole()])
    assert {one.message for one in rejected} == set(bad)
    sink.stop_if_at_fault()
    rejected = await sink.write([*bad, *Way(32).whole()])
    assert await count(database, "agent_responses") == 4
    with pytest.raises(TooManyRejections, match=r"^messages about 20 students could not be stored; the last, triage"):
        sink.stop_if_at_fault()


async def test_a_thousand_bad_ones_from_outside_do_not(sink: Sink, database: asyncpg.Connection) -> None:
    taken = ProfileUpdated(email="a@b.c")
    assert await sink.write([student_event(taken, "ann", "first")]) == []
    bad = [SinkMessage("student-queries", 0, offset, None, b"{") for offset in range(1_000)]
    refused = [student_event(taken, "bob", str(number)) for number in range(300)]
    rejected = await sink.write([*bad, *refused, *Way(1).whole()])
    assert len(rejected) == len(refused)
    assert await count(database, "agent_responses") == 1
    sink.stop_if_at_fault()
