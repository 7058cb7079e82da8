"""Ratings of answers and teachers' words: who is believed, which rating counts, and what becomes of both."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any, Final

import asyncpg
import pytest

from learnflow.database.purge import Kept, purge
from learnflow.models.events.students import ProfileUpdated, ResponseRated, TeacherAnswered
from learnflow.models.vocabulary import Rating
from learnflow.sink.messages import SinkMessage
from learnflow.sink.sink import Sink
from learnflow.topics import STUDENT_EVENTS
from tests.support.sink_messages import Way, student_event, uid

CURRENT: Final = "SELECT query_id, student_id, rating, reason, waits_for_teacher FROM current_ratings ORDER BY query_id"


def rated(number: int, rating: str, seconds: int, *, student: str = "ann", **more: Any) -> SinkMessage:
    payload = ResponseRated(query_id=uid(number), rating=Rating(rating), **more)
    return student_event(payload, student, f"rated {number} {rating} {seconds}", seconds)


def answered(number: int, seconds: int, *, student: str = "ann") -> SinkMessage:
    payload = TeacherAnswered(query_id=uid(number), text="Draw it.", answered_by="teacher-7")
    return student_event(payload, student, f"answered {number} {seconds}", seconds)


async def current(database: asyncpg.Connection) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.fetch(CURRENT)]


async def count(database: asyncpg.Connection, table: str) -> int:
    return int(await database.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - of this module


async def test_the_newest_rating_counts_in_whatever_order_ratings_come(
    sink: Sink, database: asyncpg.Connection
) -> None:
    said = [rated(1, "up", 10), rated(1, "down", 30, reason="Too short"), rated(1, "up", 20)]
    for order in permutations([Way(1).whole(), said[:1], said[1:2], said[2:]]):
        await database.execute("TRUNCATE students CASCADE; TRUNCATE response_ratings")
        for messages in order:
            assert await sink.write(messages) == []
        assert await current(database) == [(uid(1), "ann", "down", "Too short", False)]


async def test_repeats_and_replays_change_nothing(sink: Sink, database: asyncpg.Connection) -> None:
    everything = [*Way(1).whole(), rated(1, "down", 10, ask_teacher=True), answered(1, 20), rated(1, "up", 30)]
    await sink.write(everything)
    tables = ("response_ratings", "teacher_answers", "students", "query_history", "agent_responses")
    before = {table: await database.fetch(f"SELECT * FROM {table}") for table in tables}  # noqa: S608 - of the tuple
    assert await sink.write([*reversed(everything), *everything]) == []
    assert before == {table: await database.fetch(f"SELECT * FROM {table}") for table in tables}  # noqa: S608 - as above
    assert (len(before["response_ratings"]), len(before["teacher_answers"])) == (2, 1)


async def test_a_repeated_id_with_other_words_does_not_replace_the_first(
    sink: Sink, database: asyncpg.Connection
) -> None:
    first, forged = (
        student_event(ResponseRated(query_id=uid(1), rating=Rating(each)), "ann", "same", 5) for each in ("up", "down")
    )
    await sink.write([*Way(1).whole(), first])
    await sink.write([forged])
    assert [row[2] for row in await current(database)] == ["up"]


async def test_only_the_student_who_asked_is_believed(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([*Way(1).whole(), rated(1, "down", 10, ask_teacher=True)])
    assert await sink.write([rated(1, "up", 20, student="bob"), answered(1, 20, student="bob")]) == []
    assert await current(database) == [(uid(1), "ann", "down", None, True)]
    assert await count(database, "response_ratings") == 2, "kept, and counted nowhere"


@pytest.mark.parametrize(
    "messages",
    [[], [Way(1).submitted(), Way(1).routing()], [Way(1).submitted(), Way(1).failed()]],
    ids=["unknown", "not answered yet", "failed"],
)
async def test_what_has_no_answer_is_not_rated_until_it_has(
    sink: Sink, database: asyncpg.Connection, messages: list[SinkMessage]
) -> None:
    assert await sink.write([rated(1, "up", 10), answered(1, 20), *messages]) == []
    assert await current(database) == []
    assert await database.fetchval("SELECT sum(up + down) FROM rating_summary") is None
    await sink.write([*Way(1).whole(), Way(1).completed(attempt=1)])
    assert [row[2] for row in await current(database)] == ["up"]


async def test_a_student_waits_until_a_teacher_has_answered_after_the_asking(
    sink: Sink, database: asyncpg.Connection
) -> None:
    async def waits() -> bool:
        [row] = await current(database)
        return bool(row[4])

    asked = rated(1, "down", 20, ask_teacher=True)
    await sink.write([*Way(1).whole(), answered(1, 10), asked])
    assert await waits(), "the teacher spoke before"
    await sink.write([answered(1, 30)])
    assert not await waits()
    await sink.write([rated(1, "down", 40, ask_teacher=True)])
    assert await waits(), "asked again"
    await sink.write([rated(1, "up", 50)])
    assert not await waits(), "taken back"
    await sink.write([rated(1, "up", 60, ask_teacher=True)])
    assert await waits()
    await sink.write([student_event(ProfileUpdated(active=False), "ann", "left", 70)])
    assert not await waits(), "who is deactivated is not waited with"


async def test_ratings_are_counted_by_who_wrote_the_answer_and_how_sure_it_was(
    sink: Sink, database: asyncpg.Connection
) -> None:
    await sink.write([message for number in range(1, 6) for message in Way(number).whole()])
    claude = "UPDATE agent_responses SET claude_model = 'claude-1', metadata = $2::jsonb WHERE query_id = ANY($1)"
    await database.execute(claude, [uid(1), uid(2)], '{"prompt": "v2", "proof": {"verdict": "proven"}}')
    await database.execute(claude, [uid(3)], '{"prompt": "v3"}')
    await sink.write([
        rated(1, "up", 1), rated(2, "down", 1, ask_teacher=True), rated(3, "down", 1, ask_teacher=True), answered(3, 2),
        rated(4, "up", 1), rated(4, "up", 2), rated(4, "up", 3, student="bob"),
    ])  # fmt: skip
    rows = await database.fetch("SELECT * FROM rating_summary ORDER BY claude_model, prompt")
    assert [tuple(row) for row in rows] == [
        ("debug", "claude", "claude-1", "v2", "proven", 2, 1, 1, 1, 1),
        ("debug", "claude", "claude-1", "v3", None, 1, 0, 1, 1, 0),
        ("debug", "offline", "offline", None, None, 2, 1, 0, 0, 0),
    ]


async def test_what_students_and_teachers_said_goes_with_the_question_and_with_the_student(
    sink: Sink, database: asyncpg.Connection
) -> None:
    async def left() -> tuple[int, int]:
        return await count(database, "response_ratings"), await count(database, "teacher_answers")

    for number, student in ((1, "ann"), (2, "ann"), (3, "bob")):
        await sink.write([
            *Way(number, student).whole(), rated(number, "up", 1, student=student), answered(number, 2, student=student)
        ])  # fmt: skip
    await sink.write([rated(9, "up", 1), answered(9, 1)])
    now, kept = datetime.now(UTC), Kept(questions=90, explanations=7)
    await purge(database, kept, now, dry_run=False)
    assert await left() == (4, 4), "nothing is old"
    await database.execute("UPDATE query_history SET received_at = $1 WHERE query_id = $2", now - timedelta(91), uid(1))
    await database.execute(
        "UPDATE response_ratings SET received_at = $1 WHERE query_id = $2", now - timedelta(91), uid(9)
    )
    await purge(database, kept, now, dry_run=True)
    assert await left() == (4, 4), "it is only said"
    await purge(database, kept, now, dry_run=False)
    assert await left() == (2, 3), "the question's, and one whose question there is not"
    await database.execute("DELETE FROM students WHERE student_id = 'ann'")
    assert await left() == (1, 1)


async def test_what_cannot_be_read_stops_nobody(sink: Sink, database: asyncpg.Connection) -> None:
    good = rated(1, "down", 5, reason="r" * 1_000)
    value = good.value or b""
    bad = [
        good._replace(topic=STUDENT_EVENTS.name, offset=number, value=value.replace(*change))
        for change in ((b'"down"', b'"sideways"'), (b"rrr", b"rrrr"), (b"rrr", b"\\u0000"), (b'"query_id"', b'"query"'))
        for number in range(50)
    ]
    assert await sink.write([*bad, *Way(1).whole(), good]) == []  # the reader of the topic makes dead letters of them
    sink.stop_if_at_fault()
    assert [row[3] for row in await current(database)] == ["r" * 1_000]
