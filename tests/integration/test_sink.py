"""Messages → rows of a real PostgreSQL, in any order and however often they come."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Final

import asyncpg
import pytest

from learnflow.models.events.learning import MasteryUpdated, StruggleDetected
from learnflow.models.events.students import (
    ExerciseAssigned,
    ExerciseGraded,
    MasteryLevelSet,
    ProfileUpdated,
    SkillUpgraded,
    StruggleResolved,
)
from learnflow.models.vocabulary import Specialist
from learnflow.sink import Sink, SinkMessage, TooManyRejections
from learnflow.topics import MASTERY_LEVEL_UPDATED, STUDENT_STRUGGLE
from tests.sink_messages import EXERCISE, Way, exercise, message, progress, student_event, uid

TABLES: Final = (
    "students", "query_history", "agent_responses", "message_flow", "student_progress", "student_state",
    "exercises", "student_exercises", "exercise_submissions", "profile_history", "mastery_history", "struggle_history",
)  # fmt: skip
# When a row was made is no part of what it says.
MADE: Final = {"students": "created_at", "student_progress": "updated_at"}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def sink(database_url: str) -> AsyncIterator[Sink]:
    sink = Sink(database_url)
    await sink.start()
    yield sink
    await sink.close()


async def contents(database: asyncpg.Connection) -> dict[str, list[str]]:
    """Return every row of every table, without the times at which it was made."""
    stored = {}
    for table in TABLES:
        found = await database.fetch(f"SELECT (to_jsonb(t) - $1::text)::text FROM {table} t", MADE.get(table, ""))  # noqa: S608 - of the tuple above
        stored[table] = sorted(row[0] for row in found)
    return stored


async def query(database: asyncpg.Connection, way: Way) -> tuple[str, str | None, str | None]:
    row = await database.fetchrow(
        "SELECT status, routed_to_agent, failure_reason FROM query_history WHERE query_id = $1", way.query_id
    )
    assert row is not None
    return row["status"], row["routed_to_agent"], row["failure_reason"]


async def rows(database: asyncpg.Connection, statement: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await database.fetch(statement)]


async def count(database: asyncpg.Connection, table: str) -> int:
    return int(await database.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - of the tuple above


async def test_a_whole_question_is_stored(sink: Sink, database: asyncpg.Connection) -> None:
    assert await sink.write(Way(1).whole()) == []
    assert await query(database, Way(1)) == ("completed", "debug", None)
    response = await database.fetchrow("SELECT * FROM agent_responses")
    assert response is not None
    assert response["code_examples"] == ['print("a\\b", {1})', "", "x = 1"]
    flow = await database.fetch("SELECT message_content FROM message_flow ORDER BY sequence_order")
    assert [row[0] for row in flow] == [
        "Routing query to Debug Agent (intent: debug, confidence: 0.95)",
        "Request concept explanation for lists",
        "lists explanation provided",
        "Answered with debug_solution after 12 ms",
    ]


async def test_nothing_is_written_for_nothing(sink: Sink, database: asyncpg.Connection) -> None:
    assert await sink.write([]) == []
    assert await sink.write([Way(1).request(), Way(2).failed(query=False)]) == []
    assert await count(database, "query_history") == 0


def struggle(recommendation: str, queries: int = 4) -> SinkMessage:
    payload = StruggleDetected(
        topic="recursion",
        struggle_level="high",
        query_count=queries,
        time_window_minutes=15,
        recommendation=recommendation,
        evidence=(uid(1), uid(2)),
    )
    return message(STUDENT_STRUGGLE, payload, "ann", "struggle")


def several() -> list[SinkMessage]:
    """The messages of queries of each kind, of two students."""
    handed = Way(3)
    redriven = Way(5, "bob")
    return [
        *Way(1).whole(),
        *Way(2, "bob").whole(),
        handed.submitted(),
        handed.routing(),
        handed.handed_over(Specialist.EXERCISE),
        handed.completed(Specialist.EXERCISE),
        Way(4).submitted(),
        Way(4).failed(),
        redriven.routing(),
        redriven.completed(attempt=1),
        Way(6).routing(),
        Way(7).submitted(),
        *(progress(student, version) for student in ("ann", "bob") for version in (1, 2, 3)),
        message(
            MASTERY_LEVEL_UPDATED,
            MasteryUpdated(topic="loops", old_level=0.75, new_level=0.88, reason="3 exercises", evidence=(uid(1),)),
            "ann", "mastery",
        ),
        struggle("Suggest 1-on-1 session"),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
async def test_repeats_in_any_order_and_batch_give_the_same_rows(
    sink: Sink, database: asyncpg.Connection, seed: int
) -> None:
    assert await sink.write(several()) == []
    expected = await contents(database)
    await database.execute("TRUNCATE students CASCADE")
    chance = random.Random(seed)  # noqa: S311 - the same order each time
    messages = several() * 3
    chance.shuffle(messages)
    while messages:
        size = chance.randrange(1, 30)
        assert await sink.write(messages[:size]) == []
        messages = messages[size:]
    assert await contents(database) == expected


async def test_two_sinks_write_the_same_messages_at_once(
    sink: Sink, database: asyncpg.Connection, database_url: str
) -> None:
    other = Sink(database_url)
    assert await sink.write(several()) == []
    expected = await contents(database)
    await database.execute("TRUNCATE students CASCADE")
    writes = [one.write(several()[n::3]) for one in (sink, other) for n in range(3)]
    assert not any(await asyncio.gather(*writes))
    assert await contents(database) == expected
    await other.close()


async def test_the_first_outcome_wins_over_batches(sink: Sink, database: asyncpg.Connection) -> None:
    answered, failed = Way(1), Way(2)
    await sink.write([answered.completed(), failed.failed()])
    await sink.write([answered.failed(), answered.completed(text="Another answer."), failed.failed("Something else.")])
    assert await query(database, answered) == ("completed", "debug", None)
    assert await query(database, failed) == ("failed", "debug", "Nobody answered in time.")
    assert await rows(database, "SELECT response_text FROM agent_responses") == [("Lists begin at 0, always.",)]


async def test_a_late_answer_is_kept_in_the_flow_only(sink: Sink, database: asyncpg.Connection) -> None:
    way = Way(1)
    await sink.write([way.failed()])
    await sink.write([way.completed()])
    assert (await query(database, way))[0] == "failed"
    assert await count(database, "agent_responses") == 0
    assert await count(database, "message_flow") == 2


async def test_a_redrive_turns_failed_into_completed(sink: Sink, database: asyncpg.Connection) -> None:
    way = Way(1)
    await sink.write([way.failed()])
    await sink.write([way.completed(attempt=1)])
    assert await query(database, way) == ("completed", "debug", None)
    assert await count(database, "agent_responses") == 1


async def test_another_students_query_is_refused(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write(Way(1).whole())
    before = await contents(database)
    rejected = await sink.write([*Way(1, "bob").whole(), *Way(2, "bob").whole()])
    assert {one.reason for one in rejected} == {"query_id: belongs to another student"}
    assert len(rejected) == 5
    after = await contents(database)
    assert [row for row in after["query_history"] if "ann" in row] == before["query_history"]
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
    rejected = await sink.write([first, second, student_event(ProfileUpdated(name="Eve"), "eve", "third")])
    assert [one.message for one in rejected] == [second]
    assert rejected[0].reason == (
        'duplicate key value violates unique constraint "idx_student_email": Key (email)=(a@b.c) already exists.'
    )
    assert not rejected[0].ours
    assert await rows(database, "SELECT name FROM students ORDER BY name") == [("Ann",), ("Eve",)]


async def test_a_profile_gives_the_fields_that_it_names(sink: Sink, database: asyncpg.Connection) -> None:
    messages = [
        student_event(ProfileUpdated(name="Ann", email="a@b.c"), "ann", "first"),
        student_event(ProfileUpdated(learning_style="visual", active=False), "ann", "second"),
        student_event(SkillUpgraded(old_level="beginner", new_level="intermediate", reason="5 topics"), "ann", "third"),
        student_event(ProfileUpdated(name="Ann B."), "ann", "fourth"),
    ]
    for one in messages:
        assert await sink.write([one]) == []
    assert await sink.write([messages[0], messages[2]]) == [], "repeats"
    found = await rows(database, "SELECT name, email, learning_style, skill_level, active FROM students")
    assert found == [("Ann B.", "a@b.c", "visual", "intermediate", False)]


async def test_an_exercise_and_its_submissions(sink: Sink, database: asyncpg.Connection) -> None:
    def graded(score: float, name: str, code: str | None, seconds: int) -> SinkMessage:
        payload = ExerciseGraded(exercise_id=EXERCISE, score=score, passed=score == 1.0, code=code)
        return student_event(payload, "ann", name, seconds)

    assigned = student_event(ExerciseAssigned(exercise=exercise()), "ann", "assigned")
    tries = [graded(0.5, "one", "x = 1", 1), graded(1.0, "two", "x = 2", 2), graded(0.2, "three", None, 3)]
    assert await sink.write([assigned, *tries, tries[0]]) == []
    assert await sink.write([assigned, *tries]) == []
    found = await rows(
        database, "SELECT attempts, best_score, last_code, passed_at < submitted_at FROM student_exercises"
    )
    assert found == [(3, 1.0, "x = 2", True)]
    rejected = await sink.write([graded(1.0, "four", "x", 4), student_event(
        ExerciseGraded(exercise_id=uid(9), score=0.0, passed=False), "ann", "unknown")])  # fmt: skip
    assert ["is not present in table" in one.reason for one in rejected] == [True]
    assert await database.fetchval("SELECT attempts FROM student_exercises") == 4


async def test_what_is_said_of_levels_and_struggles(sink: Sink, database: asyncpg.Connection) -> None:
    messages = [
        student_event(MasteryLevelSet(topic="loops", level=0.5, reason="an exam", set_by="teacher"), "ann", "set"),
        student_event(
            StruggleResolved(topic="loops", resolved_by="success", query_count=3, reason="passed"), "ann", "resolved"
        ),
    ]
    assert await sink.write(messages * 2) == []
    assert await sink.write(messages) == []
    assert await rows(database, "SELECT new_level, set_by FROM mastery_history") == [(0.5, "teacher")]
    assert await rows(database, "SELECT resolved_by, query_count FROM struggle_history") == [("success", 3)]


async def test_progress_is_replaced_only_by_a_newer_version(sink: Sink, database: asyncpg.Connection) -> None:
    for version in (2, 1, 3, 2):
        assert await sink.write([progress("ann", version)]) == []
    assert await database.fetchval("SELECT version FROM student_state") == 3
    found = await database.fetchrow("SELECT total_queries, learning_velocity FROM student_progress")
    assert found is not None
    assert (found[0], float(found[1])) == (3, 12.5)


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


async def test_too_many_rejections_in_a_row_stop_the_sink(sink: Sink) -> None:
    bad = [SinkMessage("student-progress", 0, offset, None, b"{}") for offset in range(199)]
    assert len(await sink.write(bad)) == 199
    with pytest.raises(TooManyRejections, match=r"^200 messages in a row .* student-progress\[0\] @ 0: event_type"):
        await sink.write(bad[:1])


async def test_a_thousand_bad_ones_from_outside_do_not(sink: Sink, database: asyncpg.Connection) -> None:
    graded = ExerciseGraded(exercise_id=uid(9), score=0.0, passed=False)
    bad = [SinkMessage("student-queries", 0, offset, None, b"{") for offset in range(1_000)]
    refused = [student_event(graded, "ann", str(number)) for number in range(300)]
    rejected = await sink.write([*bad, *refused, *Way(1).whole()])
    assert len(rejected) == len(refused)
    assert await count(database, "agent_responses") == 1
