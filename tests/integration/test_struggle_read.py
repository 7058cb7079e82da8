"""What core reads of struggles, after the sink has written it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from learnflow.backoff import Backoff, WorkerFault
from learnflow.database import postgres as batch_source
from learnflow.database.postgres import BatchSource
from learnflow.database.struggle_window import StoredWindow, Wanted, load_windows
from learnflow.domain.struggle.observations import Attempt, End, Question, question
from learnflow.models.events.learning import Signals, StruggleDetected
from learnflow.models.events.students import ExerciseGraded, ExerciseVerified, StruggleResolved
from learnflow.models.vocabulary import StruggleLevel
from learnflow.sink.messages import SinkMessage
from learnflow.sink.sink import Sink
from tests.support.sink_messages import AT, EXERCISE, Way, exercise, student_event

WINDOW = Wanted("ann", AT - timedelta(days=1), AT + timedelta(days=1))
LOW = StruggleDetected(
    topic="lists", struggle_level="low", query_count=3, time_window_minutes=9, recommendation="Explain it again",
    evidence=(UUID(int=1), UUID(int=2), UUID(int=3)), signals=Signals(failed_runs=2, error_density=0.5),
)  # fmt: skip
HIGH = LOW.model_copy(update={"struggle_level": StruggleLevel.HIGH, "query_count": 5})
OVER = StruggleResolved(topic="lists", resolved_by="success", query_count=3, reason="Completed a lists exercise")


async def loaded(database: asyncpg.Connection, wanted: Wanted = WINDOW) -> StoredWindow:
    return (await load_windows(database, [wanted]))[wanted]


def told(payload: StruggleDetected | StruggleResolved, seconds: int) -> SinkMessage:
    return student_event(payload, "ann", f"told {seconds}", seconds)


async def test_questions_come_back_as_they_were_observed(sink: Sink, database: asyncpg.Connection) -> None:
    ways = [Way(1), Way(2)]
    await sink.write([*(way.completed() for way in ways), Way(3).submitted(), Way(4, "bob").completed()])
    found = await loaded(database)
    assert sorted(found.observations, key=lambda one: one.id) == [question(way.query) for way in ways]
    assert found.announced == {}


async def test_what_follows_up_comes_back_too(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([Way(1).completed()])
    await database.execute(
        "UPDATE query_history SET topic = 'general', query_text = 'I still don''t get it', code_snippet = NULL"
    )
    (found,) = (await loaded(database)).observations
    assert isinstance(found, Question)
    assert (found.follows, found.topic) == (True, "general")


async def test_submissions_and_ends_come_back_too(sink: Sink, database: asyncpg.Connection) -> None:
    graded = ExerciseGraded(exercise_id=EXERCISE, topic="lists", score=0.5, passed=False, error="KeyError")
    by_time = OVER.model_copy(update={"resolved_by": "time"})
    await sink.write([
        student_event(ExerciseVerified(exercise=exercise()), "ann", "assigned"),
        student_event(graded, "ann", "graded", 1), told(OVER, 2), told(by_time, 3),
    ])  # fmt: skip
    found = sorted((await loaded(database)).observations, key=lambda one: one.at)
    assert [type(one) for one in found] == [Attempt, End, End]
    attempt, success, time = found
    assert isinstance(attempt, Attempt)
    assert (attempt.topic, attempt.passed, attempt.error) == ("lists", False, "KeyError")
    assert [isinstance(one, End) and one.clears for one in (success, time)] == [True, False]


async def test_of_an_exercise_that_is_over_nothing_comes_back(sink: Sink, database: asyncpg.Connection) -> None:
    solved = ExerciseGraded(exercise_id=EXERCISE, topic="lists", score=1.0, passed=True)
    failed = solved.model_copy(update={"score": 0.0, "passed": False})
    year = 365 * 86_400
    await sink.write([student_event(failed, "ann", "later", 1), student_event(solved, "ann", "solved", -year)])
    assert (await loaded(database)).observations == []
    await sink.write([student_event(failed, "ann", "earlier", -2 * year)])
    window = Wanted("ann", AT - timedelta(days=1_000), AT + timedelta(days=1))
    found = (await loaded(database, window)).observations
    assert [(isinstance(one, Attempt) and one.passed, one.at.year) for one in found] == [(True, 2025), (False, 2024)]
    assert [isinstance(one, Attempt) and one.closes for one in found] == [True, False]


@pytest.mark.parametrize(("moved", "is_there"), [(-1, False), (0, True), (1, False)])
async def test_only_what_is_within_the_window_is_read(
    sink: Sink, database: asyncpg.Connection, moved: int, is_there: bool  # noqa: FBT001
) -> None:  # fmt: skip
    await sink.write([Way(1).completed()])
    at = Way(1).query.timestamp
    since, until = (at, at + timedelta(microseconds=1))
    shift = timedelta(microseconds=moved)
    found = await loaded(database, Wanted("ann", since + shift, until + shift))
    assert bool(found.observations) is is_there


@pytest.mark.parametrize(
    ("messages", "levels"),
    [
        pytest.param([told(LOW, 1)], ["low"], id="told of"),
        pytest.param([told(HIGH, 2), told(LOW, 1)], ["low", "high"], id="grown, and stored in another order"),
        pytest.param([told(LOW, 1), told(OVER, 2)], None, id="over"),
        pytest.param([told(LOW, 1), told(OVER, 2), told(LOW, 3)], ["low"], id="another one after the end"),
    ],
)
async def test_what_is_told_and_not_over_is_open(
    sink: Sink, database: asyncpg.Connection, messages: list[SinkMessage], levels: list[str] | None
) -> None:
    await sink.write(messages)
    found = (await loaded(database)).announced
    assert list(found) == (["lists"] if levels else [])
    assert [event.payload.struggle_level for event in found.get("lists", ())] == (levels or [])


async def test_a_message_that_was_told_comes_back_whole(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([told(LOW, 1)])
    (event,) = (await loaded(database)).announced["lists"]
    assert (event.payload, event.student_id, event.timestamp) == (LOW, "ann", AT + timedelta(seconds=1))


async def test_a_source_reads_many_at_once_and_waits_while_postgresql_is_away(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_source, "BACKOFF", Backoff(first=0.0, longest=0.0))
    calls: list[Sequence[int]] = []

    async def load(_: asyncpg.Connection, wanted: Sequence[int]) -> Mapping[int, str]:
        calls.append(wanted)
        if len(calls) < 3:
            raise ConnectionError
        return {one: str(one) for one in wanted if one != 2}

    source = BatchSource(database_url, load)
    assert await asyncio.gather(*map(source.read, (1, 2, 1))) == ["1", None, "1"]
    assert calls == [[1, 2]] * 3
    await source.close()


async def test_what_never_succeeds_is_raised_to_who_asked(database_url: str) -> None:
    async def load(_: asyncpg.Connection, wanted: Sequence[int]) -> Mapping[int, str]:
        raise ValueError(wanted)

    source = BatchSource(database_url, load)
    with pytest.raises(WorkerFault, match=r"PostgreSQL cannot be read: .*7"):
        await source.read(7)
    await source.close()
