"""What core reads of students, after the sink has written it."""

import asyncpg
import pytest

from learnflow.database.postgres import BatchSource
from learnflow.database.students import AssignmentKey, StoredStudent, load_assignments, load_students
from learnflow.domain.student_exercises import Exercises
from learnflow.models.events.students import ExerciseGraded, ExerciseVerified, HintGiven, ProfileUpdated, SkillUpgraded
from learnflow.models.fields import short_id
from learnflow.models.learner_model import LearnerState
from learnflow.models.student import Profile
from learnflow.models.vocabulary import Closing, SkillLevel
from learnflow.sink.sink import Sink
from tests.support.sink_messages import AT, Way, exercise, progress, student_event, uid


async def test_who_is_not_there_is_absent(database: asyncpg.Connection) -> None:
    assert await load_students(database, ["nobody"], 5) == {}
    assert await load_students(database, [], 5) == {}


async def test_of_an_enrolled_student_nothing_is_known(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([Way(1).submitted()])
    assert await load_students(database, ["ann", "ann"], 5) == {
        "ann": StoredStudent(Profile(), None, LearnerState(), 0, (), Exercises())
    }


@pytest.mark.parametrize(
    ("said", "level"),
    [
        pytest.param(ProfileUpdated(name="Ann", email="a@b.c"), None, id="a name"),
        pytest.param(ProfileUpdated(skill_level="beginner"), SkillLevel.BEGINNER, id="the default, said"),
        pytest.param(
            SkillUpgraded(old_level="beginner", new_level="intermediate", reason="5 topics"),
            SkillLevel.INTERMEDIATE,
            id="an upgrade",
        ),
    ],
)
async def test_a_skill_level_counts_when_somebody_has_said_it(
    sink: Sink, database: asyncpg.Connection, said: ProfileUpdated | SkillUpgraded, level: SkillLevel | None
) -> None:
    await sink.write([student_event(said, "ann", "said")])
    assert (await load_students(database, ["ann"], 5))["ann"].profile.skill_level is level


async def test_a_level_that_was_set_by_hand_counts(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([Way(1).submitted()])
    await database.execute("UPDATE students SET skill_level = 'advanced', active = FALSE")
    profile = (await load_students(database, ["ann"], 5))["ann"].profile
    assert profile == Profile(skill_level=SkillLevel.ADVANCED, active=False)


async def test_progress_and_state_come_back_as_they_were(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([progress("ann", 3), progress("bob", 7)])
    found = await load_students(database, ["ann", "bob"], 5)
    ann = found["ann"]
    assert (ann.version, ann.state) == (3, LearnerState(applied=("query-3",)))
    assert ann.progress is not None
    assert ann.progress.python_mastery_levels == {"loops": 0.9, "recursion": 0.25}
    assert ann.progress.learning_velocity == 12.5
    assert (ann.progress.topics_covered, ann.progress.weaknesses) == (("loops", "recursion"), ())
    assert ann.progress.last_activity == AT
    assert found["bob"].version == 7


async def test_turns_are_the_last_that_were_completed_oldest_first(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([*(Way(number).completed() for number in (3, 1, 4, 2)), Way(5).failed(), Way(6).routing()])
    await sink.write([Way(7, "bob").completed()])
    found = await load_students(database, ["ann", "bob"], 3)
    assert [turn.query_id for turn in found["ann"].turns] == [uid(2), uid(3), uid(4)]
    assert [turn.query_id for turn in found["bob"].turns] == [uid(7)]
    turn = found["ann"].turns[-1]
    assert (turn.agent, turn.topic, turn.answer) == ("debug", "lists", "Lists begin at 0, always.")
    assert turn.question == "Why does my code throw IndexError? (4)"


async def test_a_turn_has_the_topic_of_its_answer_and_its_code(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([Way(1).completed()])
    await database.execute("UPDATE query_history SET code_snippet = repeat('x', 9000), language = 'java'")
    task = "a" * 8 + "-0000-4000-8000-" + "0" * 12
    metadata = f'{{"topic": "dictionaries", "exercise_id": "{task}"}}'
    await database.execute("UPDATE agent_responses SET metadata = $1", metadata)
    (turn,) = (await load_students(database, ["ann"], 5))["ann"].turns
    assert (turn.topic, turn.language, str(turn.exercise_id)) == ("dictionaries", "java", task)
    assert turn.code == "x" * 3_000


async def test_turns_are_cut(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([Way(1).completed(text="é" * 3_000)])
    await database.execute("UPDATE query_history SET query_text = repeat('ü', 5000)")
    (turn,) = (await load_students(database, ["ann"], 5))["ann"].turns
    assert (len(turn.question), len(turn.answer)) == (500, 1_000)


async def test_exercises_come_back_with_how_far_the_student_is(sink: Sink, database: asyncpg.Connection) -> None:
    task = exercise()
    given = student_event(ExerciseVerified(exercise=task), "ann", "given")
    hint = student_event(HintGiven(exercise_id=task.exercise_id, number=1), "ann", "hint")
    await sink.write([given, hint, student_event(ProfileUpdated(name="Bob"), "bob", "name")])
    found = await load_students(database, ["ann", "bob"], 5)
    (open_one,) = found["ann"].exercises.open
    assert (open_one.exercise, open_one.hints_given, open_one.closed_at) == (task, 1, None)
    assert found["bob"].exercises == Exercises()
    failed = ExerciseGraded(exercise_id=task.exercise_id, topic="loops", score=0.0, passed=False, gave_up=True)
    await sink.write([student_event(failed, "ann", "gave up")])
    known = (await load_students(database, ["ann"], 5))["ann"].exercises
    assert (known.kept, known.done) == ((), (short_id(task.exercise_id),))
    wanted = [
        AssignmentKey("ann", task.exercise_id),
        AssignmentKey("bob", task.exercise_id),
        AssignmentKey("ann", uid(7)),
    ]
    assert {one: (it.closed, it.closed_at) for one, it in (await load_assignments(database, wanted)).items()} == {
        wanted[0]: (Closing.GIVEN_UP, AT)
    }


async def test_a_connection_that_breaks_in_the_middle_of_a_query_is_replaced(database_url: str) -> None:
    used: list[asyncpg.Connection] = []

    async def load(connection: asyncpg.Connection, wanted: list[str]) -> dict[str, int]:
        used.append(connection)
        if len(used) == 1:  # what asyncpg raises where a server stops while a statement is being prepared
            raise asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")
        return {one: await connection.fetchval("SELECT 42") for one in wanted}

    source = BatchSource(database_url, load)
    assert await source.read("answer") == 42
    assert (len(used), used[0].is_closed()) == (2, True)
    await source.close()
