"""The tutor with a key: exercises come from Claude where they hold, and from the bank where they do not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.events.students import ExerciseAssigned
from learnflow.models.exercise import Exercise
from learnflow.sandbox import Sandbox
from learnflow.settings import Claude as ClaudeSettings
from learnflow.settings import Settings, SettingsError
from learnflow.tutor.exercises import ExerciseReply
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.factory import tutor
from learnflow.tutor.interface import Tutor
from tests.integration.proposals import RIGHT, SOLUTION, WRONG_SOLUTION
from tests.support.messages_api import INPUT_TOKENS, KEY, MODEL, OUTPUT_TOKENS, MessagesApi, fails, says
from tests.support.offline_requests import request, with_question
from tests.support.sandboxes import Recorded

ASKED = request("Give me an exercise on loops", topic="loops", standing={"python_mastery_levels": {"loops": 0.2}})


@pytest.fixture
def api(httpserver: HTTPServer) -> MessagesApi:
    return MessagesApi(httpserver)


@pytest.fixture
async def sandbox() -> AsyncIterator[Recorded]:
    async with Recorded() as found:
        assert await found.check() is None
        yield found


@pytest.fixture
async def claude(
    api: MessagesApi, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Tutor]:  # fmt: skip
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    settings = Settings(claude=ClaudeSettings(attempts=1))
    found = tutor(settings, sandbox, lambda: datetime(2026, 1, 2, tzinfo=UTC))
    yield found
    await found.close()


def assigned(reply: ExerciseReply) -> Exercise:
    (told,) = reply.events
    assert isinstance(told, ExerciseAssigned)
    return told.exercise


async def test_with_a_key_an_exercise_is_made_for_the_student(
    api: MessagesApi, claude: Tutor, sandbox: Recorded
) -> None:
    api.will(says({**RIGHT, "solution_code": WRONG_SOLUTION["solution_code"]}), says(RIGHT))
    reply = await claude.exercise(*with_question(ASKED))
    exercise = assigned(reply)
    assert (exercise.title, exercise.solution_code) == ("Passing marks", SOLUTION)
    assert (reply.draft.model, reply.draft.token_count) == (MODEL, 2 * (INPUT_TOKENS + OUTPUT_TOKENS))
    made = reply.draft.metadata["generation"]
    assert isinstance(made, dict)
    tried = made["tried"]
    assert isinstance(tried, list)
    assert [one["problem"] is None for one in tried if isinstance(one, dict)] == [False, True]
    assert SOLUTION not in reply.draft.model_dump_json()
    assert set(sandbox.owners) == {ASKED.query.student_id}, "and what it is verified with is the student's"


async def test_a_request_that_comes_again_gives_the_exercise_the_same_id(api: MessagesApi, claude: Tutor) -> None:
    api.will(says(RIGHT), says(RIGHT))
    first, second = (
        assigned(await claude.exercise(*with_question(ASKED))),
        assigned(await claude.exercise(*with_question(ASKED))),
    )
    assert first.exercise_id == second.exercise_id


async def test_where_claude_is_away_the_bank_has_one_and_says_why(api: MessagesApi, claude: Tutor) -> None:
    api.will(fails(529, "overloaded_error"))
    reply = await claude.exercise(*with_question(ASKED))
    assert assigned(reply) in BANK.exercises
    made = reply.draft.metadata["generation"]
    assert isinstance(made, dict)
    assert made["by"] == "bank"
    assert "Claude cannot be asked" in str(made["reason"])
    assert KEY not in reply.draft.model_dump_json()


@pytest.mark.parametrize(
    ("environment", "reason"),
    [({}, "there is no key"), ({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "http://x:port"}, "BASE_URL")],
)
async def test_claude_that_cannot_be_asked_stops_the_start(
    environment: dict[str, str], reason: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))  # where the SDK looks for credentials too
    settings = Settings.model_validate({"learnflow": {"tutor": "claude"}})
    with pytest.raises(SettingsError, match=reason):
        tutor(settings, sandbox, lambda: datetime(2026, 1, 2, tzinfo=UTC))


async def test_without_a_key_auto_is_offline(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    found = tutor(Settings(), sandbox, lambda: datetime(2026, 1, 2, tzinfo=UTC))
    assert (await found.exercise(*with_question(ASKED))).draft.model == "offline"
