"""Messages → rows of a real PostgreSQL, in any order and however often they come."""

import asyncio
import random
from datetime import timedelta
from typing import Final

import asyncpg
import pytest

from learnflow.models.events.learning import MasteryUpdated
from learnflow.models.events.students import (
    ExerciseAssigned,
    ExerciseGraded,
    ExerciseVerified,
    HintGiven,
    MasteryLevelSet,
    ProfileUpdated,
    SkillUpgraded,
    StruggleResolved,
)
from learnflow.models.vocabulary import Specialist
from learnflow.sink.messages import SinkMessage
from learnflow.sink.sink import Sink
from learnflow.topics import MASTERY_LEVEL_UPDATED, STUDENT_EVENTS
from tests.support.sink_messages import AT, EXERCISE, Way, exercise, message, progress, struggle, student_event, uid

TABLES: Final = (
    "students", "query_history", "agent_responses", "message_flow", "student_progress", "student_state",
    "exercises", "student_exercises", "exercise_submissions", "profile_history", "mastery_history", "struggle_history",
    "agent_totals",
)  # fmt: skip
# When a row was made is no part of what it says.
MADE: Final = {"students": "created_at", "query_history": "received_at", "student_progress": "updated_at"}


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
    await database.execute("TRUNCATE students, agent_totals CASCADE")
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
    await database.execute("TRUNCATE students, agent_totals CASCADE")
    writes = [one.write(several()[n::3]) for one in (sink, other) for n in range(3)]
    assert not any(await asyncio.gather(*writes))
    assert await contents(database) == expected
    await other.close()


async def test_each_agent_s_questions_are_counted_once_for_good(sink: Sink, database: asyncpg.Connection) -> None:
    totals = "SELECT agent_name, questions FROM agent_totals ORDER BY agent_name"
    for _ in range(2):
        await sink.write(several())
        # All but the last are routed. The two that concepts helped with are debug's.
        assert await rows(database, totals) == [("debug", 3), ("exercise", 1), ("triage", 6)]
    await database.execute("DELETE FROM students")
    assert await rows(database, totals) == [("debug", 3), ("exercise", 1), ("triage", 6)]


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
        payload = ExerciseGraded(exercise_id=EXERCISE, topic="loops", score=score, passed=score == 1.0, code=code)
        return student_event(payload, "ann", name, seconds)

    assigned = student_event(ExerciseVerified(exercise=exercise()), "ann", "assigned")
    tries = [graded(0.5, "one", "x = 1", 1), graded(1.0, "two", "x = 2", 2), graded(0.2, "three", None, 3)]
    assert await sink.write([assigned, *tries, tries[0]]) == []
    assert await sink.write([assigned, *tries]) == []
    found = await rows(
        database, "SELECT attempts, best_score, last_code, passed_at = submitted_at FROM student_exercises"
    )
    assert found == [(2, 1.0, "x = 2", True)], "what came after it was solved counts nothing"
    elsewhere = ExerciseGraded(exercise_id=uid(9), topic="loops", score=0.0, passed=False)
    assert await sink.write([graded(1.0, "four", "x", 4), student_event(elsewhere, "ann", "elsewhere")]) == []
    assert await database.fetchval("SELECT attempts FROM student_exercises") == 2
    assert await count(database, "exercise_submissions") == 5, "what was never assigned here is evidence, too"


@pytest.mark.parametrize("batch", [1, 2, 6])
async def test_the_order_in_which_grades_arrive_makes_no_difference(
    sink: Sink, database: asyncpg.Connection, batch: int
) -> None:
    def graded(name: str, score: float, days: int, *, gave_up: bool = False) -> SinkMessage:
        payload = ExerciseGraded(
            exercise_id=EXERCISE, topic="loops", score=score, passed=score == 1.0, code=name, gave_up=gave_up
        )
        return student_event(payload, "ann", name, days * 86_400)

    messages = [
        student_event(ExerciseVerified(exercise=exercise()), "ann", "verified"),
        graded("a try", 0.5, 1),
        graded("another", 0.7, 2),
        graded("solved", 1.0, 3),
        graded("years later", 0.9, 1_000),
        graded("given up", 0.0, 2_000, gave_up=True),
    ]
    results, submissions = set(), set()
    for order in range(12):
        await database.execute("TRUNCATE students, exercises CASCADE")
        shuffled = random.Random(order).sample(messages, len(messages))  # noqa: S311 - an order like any other
        for start in range(0, len(shuffled), batch):
            assert await sink.write([*shuffled[start : start + batch], shuffled[start]]) == []
        (row,) = await database.fetch(
            "SELECT attempts, best_score, last_code, submitted_at, passed_at, given_up_at FROM student_exercises"
        )
        results.add(tuple(row))
        submissions.add(await count(database, "exercise_submissions"))
    solved = AT + timedelta(days=3)
    assert results == {(3, 1.0, "solved", solved, solved, None)}
    assert submissions == {5}, "all are kept"


async def test_hints_are_counted_once_and_giving_up_is_kept(sink: Sink, database: asyncpg.Connection) -> None:
    assigned = student_event(ExerciseVerified(exercise=exercise()), "ann", "assigned")
    hints = [
        student_event(HintGiven(exercise_id=EXERCISE, number=number), "ann", f"hint {number}") for number in (1, 2)
    ]
    given_up = student_event(
        ExerciseGraded(exercise_id=EXERCISE, topic="loops", score=0.0, passed=False, gave_up=True), "ann", "up", 9
    )
    assert await sink.write([assigned, hints[1], hints[0], given_up]) == []
    assert await sink.write([hints[0], given_up]) == [], "repeats"
    found = await rows(
        database, "SELECT hints_given, attempts, passed_at, given_up_at = submitted_at FROM student_exercises"
    )
    assert found == [(2, 1, None, True)]


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


async def test_an_id_that_another_student_has_used_takes_nothing_away(sink: Sink, database: asyncpg.Connection) -> None:
    payloads = (
        ProfileUpdated(name="Somebody"),
        ExerciseGraded(exercise_id=uid(9), topic="loops", score=0.0, passed=False),
        MasteryLevelSet(topic="loops", level=0.5, reason="an exam", set_by="teacher"),
        StruggleResolved(topic="loops", resolved_by="success", query_count=3, reason="passed"),
    )
    for student in ("ann", "bob"):
        sent = [message(STUDENT_EVENTS, payload, student, "any", message_id=uid(8)) for payload in payloads]
        assert await sink.write([*sent, *sent]) == []
    for table in ("profile_history", "exercise_submissions", "mastery_history", "struggle_history"):
        assert await count(database, table) == 2, table
    assert await rows(database, "SELECT name FROM students") == [("Somebody",)] * 2


async def test_progress_is_replaced_only_by_a_newer_version(sink: Sink, database: asyncpg.Connection) -> None:
    for version in (2, 1, 3, 2):
        assert await sink.write([progress("ann", version)]) == []
    assert await database.fetchval("SELECT version FROM student_state") == 3
    found = await database.fetchrow("SELECT total_queries, learning_velocity FROM student_progress")
    assert found is not None
    assert (found[0], float(found[1])) == (3, 12.5)


async def test_an_exercise_that_was_graded_elsewhere_before_it_was_run_has_its_grades(
    sink: Sink, database: asyncpg.Connection
) -> None:
    grade = ExerciseGraded(exercise_id=EXERCISE, topic="loops", score=1.0, passed=True, code="x = 1")
    assert await sink.write([student_event(grade, "ann", "graded")]) == []
    assert await sink.write([student_event(ExerciseVerified(exercise=exercise()), "ann", "verified", 1)]) == []
    again = ExerciseGraded(exercise_id=EXERCISE, topic="loops", score=0.5, passed=False, code="x = 2")
    assert await sink.write([student_event(again, "ann", "again", 2)]) == []
    found = await rows(database, "SELECT attempts, best_score, last_code, passed_at IS NULL FROM student_exercises")
    assert found == [(1, 1.0, "x = 1", False)], "what comes after it was solved is no evidence"


async def test_an_exercise_that_is_only_assigned_is_nobodys(sink: Sink, database: asyncpg.Connection) -> None:
    assert await sink.write([student_event(ExerciseAssigned(exercise=exercise()), "ann", "assigned")]) == []
    assert await count(database, "exercises") == 0
