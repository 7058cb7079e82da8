"""Each run in the sandbox belongs to the student for whom it is made."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from learnflow.agents.context import Context
from learnflow.agents.exercise import ExerciseAgent
from learnflow.domain.mastery.model import shipped
from learnflow.models.events.routing import AgentRequest
from learnflow.models.exercise import Assigned
from learnflow.models.vocabulary import Language, Specialist
from learnflow.settings import Settings
from learnflow.streams.codec import Clock
from learnflow.tutor.code_run import CodeRunner
from learnflow.tutor.offline import OfflineTutor
from learnflow.tutor.solution_guard import SolutionGuard
from tests.support.offline_requests import request, with_question
from tests.support.sandboxes import PYTHON, Recorded
from tests.unit.agents.test_exercise import delivery
from tests.unit.domain.test_student_exercises import NOON, exercise
from tests.unit.tutor.test_solution_guard import OTHER_WAY, asked, draft


@pytest.fixture
async def sandbox() -> AsyncIterator[Recorded]:
    async with Recorded() as found:
        yield found


def by(student_id: str, asked: AgentRequest) -> AgentRequest:
    return asked.model_copy(update={"query": asked.query.model_copy(update={"student_id": student_id})})


async def test_a_submission_is_its_students(sandbox: Recorded) -> None:
    clock = Clock(lambda: NOON, timedelta(minutes=5))
    agent = ExerciseAgent(Context(Settings(), OfflineTutor(), sandbox, shipped(), clock, "test"))
    routed = {"routed_to_agent": Specialist.EXERCISE, "triage_confidence": 0.9}
    query = request("Here", "x = 1").query.model_copy(update=routed)
    submission = AgentRequest(query=query, named=Assigned(exercise=exercise("one"), assigned_at=NOON))
    await agent(delivery(by("ada", submission)))
    assert set(sandbox.owners) == {"ada"}


async def test_what_an_answer_is_tried_on_is_the_students_who_asked(sandbox: Recorded) -> None:
    await SolutionGuard(sandbox).guarded(draft(OTHER_WAY), by("ada", asked()))
    assert set(sandbox.owners) == {"ada"}


async def test_code_that_many_send_is_run_for_the_first(sandbox: Recorded) -> None:
    code_runner, debug = CodeRunner(sandbox), request("Why?", "print(1 / 0)", Language.PYTHON)
    await asyncio.gather(
        *(code_runner.run_question(*with_question(by(student, debug))) for student in ("ada", "bob", "cy"))
    )
    assert sandbox.owners == ["ada"]


async def test_a_run_of_nobody_is_the_platforms_own(sandbox: Recorded) -> None:
    await sandbox.of("ada").run(PYTHON, "")
    await sandbox.run(PYTHON, "")
    assert sandbox.owners == ["ada", ""]
