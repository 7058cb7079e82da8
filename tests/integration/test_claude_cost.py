"""The tutor as the settings make it, over the real SDK: what is asked again costs nothing, and limits are said."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import asyncpg
import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.vocabulary import Agent
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.tutor.factory import tutor
from learnflow.tutor.interface import Tutor, TutorUnavailable
from tests.support.claude_tutor import EXPLANATION
from tests.support.messages_api import INPUT_TOKENS, KEY, MODEL, OUTPUT_TOKENS, MessagesApi, fails, says
from tests.support.offline_requests import query_with_question, request, with_question
from tests.support.sink_messages import AT, uid

PRICE: Final = (INPUT_TOKENS * 3 + OUTPUT_TOKENS * 15) / 1_000_000
RECURSION: Final = request("What is recursion?", topic="recursion")
EXPLAINED: Final = {**EXPLANATION, "topic": "recursion"}

Workers = Callable[..., Tutor]


@pytest.fixture
def api(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> MessagesApi:
    found = MessagesApi(httpserver)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", found.url)
    return found


@pytest.fixture
async def worker(api: MessagesApi) -> AsyncIterator[Workers]:
    """Give what makes the tutor of one more worker."""
    assert api.url
    made: list[Tutor] = []
    async with Sandbox(SandboxSettings()) as sandbox:

        def new(url: str = "", **claude: Any) -> Tutor:
            settings = Settings.model_validate({"database": {"url": url}, "claude": {"attempts": 1, **claude}})
            made.append(tutor(settings, sandbox, lambda: AT))
            return made[-1]

        yield new
        for one in made:
            await one.close()


async def test_the_same_question_of_another_student_makes_no_request(api: MessagesApi, worker: Workers) -> None:
    api.will(says(EXPLAINED))
    claude = worker()
    first = await claude.explain(*with_question(RECURSION))
    second = await claude.explain(
        *with_question(request("what is Recursion", topic="recursion", profile={"name": "Bob"}))
    )
    assert len(api.asked) == 1
    assert first.text == second.text
    (usage,) = first.usage
    assert (usage.agent, usage.model) == (Agent.CONCEPTS, MODEL)
    assert usage.price_usd == pytest.approx(PRICE)
    assert (second.usage, second.token_count, second.metadata["cached"]) == ((), None, True)
    assert "Bob" not in str(api.asked)


async def test_another_worker_makes_no_request_either(api: MessagesApi, worker: Workers, database_url: str) -> None:
    api.will(says(EXPLAINED))
    first, second = worker(database_url), worker(database_url)
    await first.explain(*with_question(RECURSION))
    await first.close()  # finishes what is being written
    assert (await second.explain(*with_question(RECURSION))).metadata["cached"] is True
    assert len(api.asked) == 1


async def test_without_days_nothing_is_remembered(api: MessagesApi, worker: Workers) -> None:
    api.will(says(EXPLAINED), says(EXPLAINED))
    claude = worker(cache_days=0)
    assert "cached" not in (await claude.explain(*with_question(RECURSION))).metadata
    assert "cached" not in (await claude.explain(*with_question(RECURSION))).metadata


async def test_beyond_the_quota_the_offline_tutor_answers_and_says_why(api: MessagesApi, worker: Workers) -> None:
    api.will(says(EXPLAINED))
    claude = worker(questions_per_day=1)
    await claude.explain(*with_question(RECURSION))
    other = request("Explain closures", topic="closures")
    other = other.model_copy(update={"query": other.query.model_copy(update={"query_id": uid(2)})})
    draft = await claude.explain(*with_question(other))
    assert draft.text.startswith("You have asked Claude 1 questions today")
    assert draft.model == "offline"
    assert (await claude.triage(*query_with_question(other.query))).reasoning
    assert len(api.asked) == 1


async def test_what_others_spent_ends_the_budget(
    api: MessagesApi, worker: Workers, database_url: str, database: asyncpg.Connection
) -> None:
    await database.execute(
        "INSERT INTO claude_usage "
        "VALUES (gen_random_uuid(), 'debug', $1, gen_random_uuid(), NULL, NULL, 1, 1, 1, 0, 0, 2.5, $2)",
        MODEL,
        AT,
    )
    claude = worker(database_url, budget_usd_per_day=2.5, when_away="fail")
    with pytest.raises(TutorUnavailable, match="can be paid for a day"):
        await claude.explain(*with_question(RECURSION))
    assert api.asked == []


async def test_while_claude_is_away_what_was_explained_at_another_level_is_given(
    api: MessagesApi, worker: Workers
) -> None:
    api.will(says(EXPLAINED), fails(500, "api_error"))
    claude = worker(when_away="cache")
    first = await claude.explain(*with_question(RECURSION))
    draft = await claude.explain(
        *with_question(request("What is recursion?", topic="recursion", profile={"skill_level": "advanced"}))
    )
    assert draft.text.endswith(first.text)
    assert draft.text.startswith("Claude, who usually answers here, cannot be reached at the moment.")
    assert draft.metadata["claude_away"]
    assert len(api.asked) == 2
