"""What a school assigns is run before a student has it, and the first content of an id stays."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from learnflow.agents.assigned_exercises import AssignedExercises, is_assignment
from learnflow.agents.context import Context
from learnflow.backoff import Backoff
from learnflow.database.exercises import add_exercises
from learnflow.database.postgres import BatchSource
from learnflow.domain.mastery.model import shipped
from learnflow.models.envelope import Event
from learnflow.models.events import event_with
from learnflow.models.events.students import ExerciseAssigned, ExerciseVerified
from learnflow.models.examples import EXAMPLES
from learnflow.models.exercise import Exercise
from learnflow.sandbox import Sandbox, SandboxSettings, SandboxUnavailable
from learnflow.settings import Settings
from learnflow.streams.codec import Clock, Refusal
from learnflow.streams.message_processor import Delivery
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.offline import OfflineTutor
from tests.support.sink_messages import AT


class CountingSandbox(Sandbox):
    """A sandbox that counts what it graded, and cannot be used for so many times at first."""

    def __init__(self, away: int = 0) -> None:
        super().__init__(SandboxSettings())
        self.graded: list[str] = []
        self.away = away

    async def grade(self, *arguments: Any) -> Any:
        self.graded.append(arguments[1])
        if self.away:
            self.away -= 1
            raise SandboxUnavailable("bubblewrap is busy")
        return await super().grade(*arguments)


@pytest.fixture
async def sandbox() -> AsyncIterator[CountingSandbox]:
    async with CountingSandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def agent(sandbox: CountingSandbox, database_url: str) -> AsyncIterator[AssignedExercises]:
    clock = Clock(lambda: AT, timedelta(minutes=5))
    additions = BatchSource(database_url, add_exercises)
    yield AssignedExercises(Context(Settings(), OfflineTutor(), sandbox, shipped(), clock, "test"), additions)
    await additions.close()


def exercise(**changes: object) -> Exercise:
    example = EXAMPLES["exercise.assigned"].payload.exercise.model_dump()
    return Exercise.model_validate(example | {"exercise_id": uuid4()} | changes)


def assigned(given: Exercise, student: str = "ann") -> Delivery:
    event: Event[Any] = event_with(ExerciseAssigned(exercise=given), uuid4(), AT, student_id=student, trace_id=uuid4())
    assert is_assignment(event)
    return Delivery(event, 0, 0)


async def test_what_holds_becomes_the_students(agent: AssignedExercises, database: asyncpg.Connection) -> None:
    given = exercise(hints=None, tags=None, starter_code=None)
    (message,) = await agent(assigned(given))
    assert message.topic.name == "student-events"
    assert message.event.payload == ExerciseVerified(exercise=given)
    (again,) = await agent(assigned(given))
    assert again.event.message_id == message.event.message_id, "a repeat is one for those who read it"
    assert await database.fetchval("SELECT count(*) FROM exercises WHERE exercise_id = $1", given.exercise_id) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"solution_code": "print(0)"}, "solution does not pass its tests: wrong at test case 1 (input: 3 expected"),
        ({"solution_code": "def print_numbers(n:"}, "syntax-error at test case 1 (SyntaxError: '(' was never closed"),
        ({"starter_code": exercise().solution_code}, "the starter code passes all tests already"),
    ],
)
async def test_what_does_not_hold_is_refused_and_says_why(
    change: dict[str, Any], reason: str, agent: AssignedExercises, database: asyncpg.Connection
) -> None:
    with pytest.raises(Refusal) as refusal:
        await agent(assigned(exercise(**change)))
    assert refusal.value.reason.startswith("payload.exercise: ")
    assert reason in refusal.value.reason
    assert await database.fetchval("SELECT count(*) FROM exercises") == 0


async def test_a_starter_that_cannot_be_run_yet_is_the_schools_choice(agent: AssignedExercises) -> None:
    assert await agent(assigned(exercise(starter_code="def print_numbers(n):\n    # your code here\n")))


async def test_a_whole_class_gets_it_by_one_run(agent: AssignedExercises, sandbox: CountingSandbox) -> None:
    given = exercise()
    sent = await asyncio.gather(*(agent(assigned(given, f"student-{number}")) for number in range(10)))
    assert len({message.event.message_id for (message,) in sent}) == 10
    assert sandbox.graded == [given.solution_code, given.starter_code]


@pytest.mark.parametrize(
    ("field", "other"), [("problem_text", "Print them."), ("hints", ("Think.",)), ("title", "Numbers")]
)
async def test_the_first_content_of_an_id_stays(
    field: str, other: object, agent: AssignedExercises, database: asyncpg.Connection
) -> None:
    first = exercise()
    second = first.model_copy(update={field: other})
    assert await agent(assigned(first))
    with pytest.raises(Refusal) as refusal:
        await agent(assigned(second, "bob"))
    reason = f"payload.exercise.exercise_id: belongs to another exercise already, which differs in {field}"
    assert refusal.value.reason == reason
    stored = await database.fetchrow("SELECT * FROM exercises")
    assert stored is not None
    assert (stored["problem_text"], stored["hints"]) == (first.problem_text, list(first.hints))
    later = first.model_copy(update={"created_at": AT + timedelta(days=1), "created_by_agent": "school"})
    assert await agent(assigned(later, "eve")), "when and by whom it was made is no content"


async def test_of_two_contents_at_once_one_is_refused(agent: AssignedExercises, database: asyncpg.Connection) -> None:
    given = exercise()
    contents = [given.model_copy(update={"problem_text": f"Print {number}."}) for number in range(5)]
    results = await asyncio.gather(*(agent(assigned(each)) for each in contents), return_exceptions=True)
    (sent,) = (each for each in results if not isinstance(each, BaseException))
    assert sum(isinstance(each, Refusal) for each in results) == 4
    stored = await database.fetchval("SELECT problem_text FROM exercises")
    assert sent[0].event.payload.exercise.problem_text == stored


async def test_an_exercise_of_the_bank_is_not_run_again(agent: AssignedExercises, sandbox: CountingSandbox) -> None:
    prepared = BANK.exercises[0]
    assert await agent(assigned(prepared))
    assert sandbox.graded == []
    with pytest.raises(Refusal, match="differs in problem_text"):
        await agent(assigned(prepared.model_copy(update={"problem_text": "Something else."})))


@pytest.mark.parametrize(("away", "holds"), [(2, True), (9, False)])
async def test_a_sandbox_that_is_busy_is_waited_for_and_one_that_is_not_there_is_not(
    away: int,
    holds: bool,  # noqa: FBT001 - a row of the table
    agent: AssignedExercises,
    sandbox: CountingSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("learnflow.agents.assigned_exercises._BACKOFF", Backoff(first=0.01, longest=0.01))
    sandbox.away = away
    if holds:
        assert await agent(assigned(exercise()))
        return
    with pytest.raises(Refusal, match="cannot be run here, redrive this when it can: bubblewrap is busy"):
        await agent(assigned(exercise()))
