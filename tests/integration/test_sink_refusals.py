"""What cannot be stored is handed back with its reason, and costs nobody else anything."""

from typing import Any

import asyncpg
import pytest

from learnflow.models.envelope import Event
from learnflow.models.events.students import ExerciseVerified, ProfileUpdated
from learnflow.sink.changes import change
from learnflow.sink.connection_writer import apply_each
from learnflow.sink.messages import SinkMessage, TooManyRejections
from learnflow.sink.sink import Sink
from tests.support.sink_messages import Way, exercise, struggle, student_event


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
    too_many = Way(99).routing(sequence=2**31)
    good = [one for number in range(1, size) for one in Way(number).whole()]
    rejected = await sink.write([*good[: len(good) // 2], too_many, *good[len(good) // 2 :]])
    assert [one.message for one in rejected] == [too_many]
    assert "int32" in rejected[0].reason or "out of range" in rejected[0].reason
    assert await count(database, "agent_responses") == size - 1


async def test_an_email_of_another_student_is_refused_and_the_rest_applied(
    sink: Sink, database: asyncpg.Connection
) -> None:
    first = student_event(ProfileUpdated(name="Ann", email="a@b.c"), "ann", "first")
    old = student_event(ProfileUpdated(email="bob@b.c"), "bob", "old")
    second = student_event(ProfileUpdated(name="Bob", email="a@b.c", active=False), "bob", "second", 1)
    assert await sink.write([first, old]) == []
    rejected = await sink.write([second, student_event(ProfileUpdated(name="Eve"), "eve", "third")])
    assert [(one.message, one.reason, one.ours) for one in rejected] == [
        (second, "payload.email: is another student's; the rest was applied", False)
    ]
    profiles = "SELECT name, email, active FROM students WHERE student_id <> 'eve' ORDER BY name"
    assert [tuple(row) for row in await database.fetch(profiles)] == [("Ann", "a@b.c", True), ("Bob", "bob@b.c", False)]
    assert await database.fetchval("SELECT name FROM students WHERE student_id = 'eve'") == "Eve"


async def test_an_email_is_applied_by_a_repeat_once_it_is_free(sink: Sink, database: asyncpg.Connection) -> None:
    def told(what: str, seconds: int, **profile: Any) -> SinkMessage:
        return student_event(ProfileUpdated(**profile), "bob", what, seconds)

    async def bob() -> tuple[object, ...]:
        return tuple(await database.fetchrow("SELECT name, email FROM students WHERE student_id = 'bob'") or ())

    await sink.write([student_event(ProfileUpdated(email="a@b.c"), "ann", "first")])
    refused = told("refused", 1, name="Bob", email="a@b.c")
    await sink.write([refused, told("renamed", 2, name="Bobby")])
    assert len(await sink.write([refused, refused])) == 2, "it is still another's"
    assert (await bob())[0] == "Bobby"
    await sink.write([student_event(ProfileUpdated(email="ann@b.c"), "ann", "freed")])
    assert await sink.write([refused]) == []
    assert await bob() == ("Bobby", "a@b.c"), "and what was said after it stays"
    later = told("later", 4, email="new@b.c")
    assert await sink.write([later, refused]) == []
    assert await bob() == ("Bobby", "new@b.c")


async def test_a_refused_email_does_not_come_back_over_a_later_one(sink: Sink, database: asyncpg.Connection) -> None:
    taken = ProfileUpdated(email="a@b.c")
    await sink.write([student_event(taken, "ann", "first")])
    refused = student_event(taken, "bob", "refused", 1)
    assert len(await sink.write([refused])) == 1
    assert await sink.write([student_event(ProfileUpdated(email="new@b.c"), "bob", "later", 2)]) == []
    await sink.write([student_event(ProfileUpdated(email="ann@b.c"), "ann", "freed")])
    assert await sink.write([refused]) == []
    assert await database.fetchval("SELECT email FROM students WHERE student_id = 'bob'") == "new@b.c"


async def test_a_value_that_fits_into_no_index_is_refused_alone(database: asyncpg.Connection) -> None:
    given = student_event(ExerciseVerified(exercise=exercise()), "ann", "assigned")
    tag = "".join(chr(0x4E00 + number * 37 % 20_000) for number in range(5_000))  # as an older version let pass
    large = exercise().model_copy(update={"tags": (tag,), "exercise_id": Way(5).query_id})
    row = change(given, Event[ExerciseVerified].model_validate_json(given.value or b""))
    assert row is not None
    bad = row._replace(rows=(row.rows[0]._replace(exercise_id=large.exercise_id, tags=large.tags),))  # type: ignore[call-arg]
    async with database.transaction():
        (rejected,) = await apply_each(database, [row, bad])
    assert rejected.reason.startswith("index row ")
    assert await count(database, "exercises") == 1


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


async def test_hundreds_of_refused_messages_of_one_student_do_not_stop_it(
    sink: Sink, database: asyncpg.Connection
) -> None:
    bad = [Way(number).routing(sequence=2**31) for number in range(2, 402)]
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
