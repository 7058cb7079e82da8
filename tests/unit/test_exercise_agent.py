"""The exercise agent where nothing can be run: a submission fails with the reason, and does not count."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from learnflow.agents.context import Context
from learnflow.agents.exercise import ExerciseAgent
from learnflow.domain.mastery import shipped
from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events.responses import Failure, ResponseFailed
from learnflow.models.events.work import AgentRequest
from learnflow.models.exercise import Assigned
from learnflow.models.vocabulary import Specialist
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.streams.clock import Clock
from learnflow.streams.station import Arrival
from learnflow.tutor.offline import OfflineTutor
from tests.offline import request
from tests.unit.test_exercises import NOON, exercise


@pytest.fixture
async def nowhere(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Context]:
    monkeypatch.setattr("learnflow.sandbox.probing.binaries", lambda: ())
    clock = Clock(lambda: datetime(2026, 1, 14, 13, tzinfo=UTC), timedelta(minutes=5))
    async with Sandbox(SandboxSettings()) as sandbox:
        yield Context(Settings(), OfflineTutor(), sandbox, shipped(), clock, "test")


def arrival(asked: AgentRequest) -> Arrival:
    event = Event[AgentRequest](
        message_id=uuid4(), timestamp=NOON, student_id="student-123", trace_id=uuid4(),
        event_type="agent.request.created", payload=asked, metadata=version_metadata(sequence=1),
    )  # fmt: skip
    return Arrival(event=event, partition=0, offset=0)


async def test_a_submission_fails_with_the_reason_and_is_not_graded(nowhere: Context) -> None:
    query = request("Here", "x = 1").query.model_copy(update={"routed_to_agent": Specialist.EXERCISE})
    asked = AgentRequest(query=query, named=Assigned(exercise=exercise("one"), assigned_at=NOON))
    (outcome,) = await ExerciseAgent(nowhere)(arrival(asked))
    failure = outcome.event.payload
    assert isinstance(failure, ResponseFailed)
    assert failure.failure is Failure.UNAVAILABLE
    assert "does not count: bubblewrap is not installed" in failure.reason
    assert nowhere.sandbox.problem is not None, "and the heartbeat says so, too"
