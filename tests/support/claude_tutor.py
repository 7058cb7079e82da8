"""The tutor that asks Claude, against a local Messages API, and what Claude could write there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Specialist
from learnflow.sandbox import Execution, Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.tutor.claude.budget.metered_client import MeteredClient
from learnflow.tutor.claude.budget.spending_guard import DailyLimits, SpendingGuard
from learnflow.tutor.claude.client.claude_client import ClaudeClient
from learnflow.tutor.claude.client.sdk import AnthropicApi
from learnflow.tutor.claude.tutor import ClaudeTutor
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.interface import Tutor
from learnflow.tutor.proof import Prover
from tests.support.messages_api import KEY, MessagesApi
from tests.support.offline_requests import request, with_question

TEACHING: dict[str, Any] = {
    "hint_level": "fix", "distress": False, "belongs_to": None,
    "text": "`arr[5]` asks for the sixth value, and `arr` has three.",
    "confidence": 0.9, "topic": "list-indexing", "suggested_topic": "lists", "asks_back": False,
    "code_examples": [{"language": "python", "code": "print(arr[2])"}],
}  # fmt: skip
EXPLANATION = {**TEACHING, "error_type": None}
DIAGNOSIS = {
    "diagnosis": "The list has three values, and line 2 asks for the sixth.",
    **TEACHING,
    "error_type": "IndexError",
    "line": 2,
    "fix_applied": True,
    "missing_concept": None,
}
REVIEW = {
    "diagnosis": "It prints one value of a list.",
    **TEACHING,
    "remarks": [{"line": 1, "rule": "N806", "text": "Say what it holds."}],
}
REPORT = {
    "distress": False, "belongs_to": None, "text": "You know lists well, with 86%. Practise list indexing next.",
    "confidence": 0.9,
}  # fmt: skip
SORTED = {
    "reasoning": "wants to know why", "off_topic": False, "intent": "concepts", "topic": "loops", "telling": [],
    "confidence": 0.8,
}  # fmt: skip

CODE = "arr = [1, 2, 3]\nprint(arr[5])"
STANDING = {"python_mastery_levels": {"lists": 0.8649, "list-indexing": 0.2}, "total_queries": 4}
QUESTION = request("Why does it stop?", CODE, topic="list-indexing", standing=STANDING)
RAN = CodeRun(
    Execution.model_validate({
        "ended": "exception", "stdout": "", "stderr": "", "exit_code": 1, "milliseconds": 31,
        "fault": {"type": "IndexError", "message": "list index out of range", "line": 2, "trace": ""},
    })
)  # fmt: skip
ANSWERS = {
    Specialist.CONCEPTS: EXPLANATION,
    Specialist.CODE_REVIEW: REVIEW,
    Specialist.DEBUG: DIAGNOSIS,
    Specialist.PROGRESS: REPORT,
}
EVERYONE = pytest.mark.parametrize("agent", list(ANSWERS))


def now() -> datetime:
    return datetime(2026, 1, 2, tzinfo=UTC)


@asynccontextmanager
async def claude_tutor(api: MessagesApi, **settings: dict[str, Any]) -> AsyncIterator[ClaudeTutor]:
    """Yield the tutor; what it is told is in `api.asked`."""
    chosen = Settings.model_validate(settings)
    asking = ClaudeClient(AnthropicApi(api_key=KEY, base_url=api.url), chosen.claude)
    paying = partial(MeteredClient, asking, SpendingGuard(DailyLimits(), now), chosen.claude.rates())

    async with Sandbox(SandboxSettings()) as sandbox:
        tutor = ClaudeTutor(
            paying, chosen, sandbox, Prover(sandbox), now=now, problem=lambda: asking.problem, close=asking.close
        )
        try:
            yield tutor
        finally:
            await tutor.close()


def told(api: MessagesApi, number: int = -1) -> str:
    """Return the last message of a request to Claude."""
    text = api.asked[number]["messages"][-1]["content"]
    assert isinstance(text, str)
    return text


def system(api: MessagesApi, number: int = -1) -> str:
    """Return the system prompt of a request to Claude, whose blocks the API may cache."""
    blocks = api.asked[number]["system"]
    assert all(block["cache_control"] == {"type": "ephemeral"} for block in blocks)
    return "".join(block["text"] for block in blocks)


async def draft_of(tutor: Tutor, agent: Specialist, asked: AgentRequest, ran: CodeRun = RAN) -> Draft:
    """Return what a tutor answers in the name of an agent."""
    match agent:
        case Specialist.CONCEPTS:
            return await tutor.explain(*with_question(asked))
        case Specialist.CODE_REVIEW:
            return await tutor.review(*with_question(asked))
        case Specialist.DEBUG:
            return await tutor.debug(*with_question(asked), ran)
    return await tutor.progress(*with_question(asked))


async def answered(api: MessagesApi, agent: Specialist, asked: AgentRequest = QUESTION, **settings: Any) -> Draft:
    """Return what becomes of Claude's next answer."""
    async with claude_tutor(api, **settings) as tutor:
        return await draft_of(tutor, agent, asked)
