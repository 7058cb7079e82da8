"""The fault matrix: what becomes of a question when the API fails, and how many calls that takes.

The real SDK against local servers: llmock where it has the fault, pytest-httpserver where the exact body matters.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Reply
from pytest_httpserver import HTTPServer

from learnflow import metrics
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.claude.client.claude_client import ClaudeClient
from learnflow.tutor.claude.client.sdk import AnthropicApi
from learnflow.tutor.claude.interface import ClaudeReply, ClaudeUnavailable, LastingFault, Tokens, UnusableReply
from tests.support.claude_requests import Count, ask
from tests.support.messages_api import (
    INPUT_TOKENS,
    KEY,
    MODEL,
    OUTPUT_TOKENS,
    Answer,
    MessagesApi,
    breaks_off,
    disconnects,
    fails,
    message,
    says,
    sends,
    sends_text,
)

ATTEMPTS: Final = 4
NO_API: Final = "what answered is not the Messages API"
UP: Final = "the spending limit or the credit of the account is used up: "
SPENT: Final = {
    "type": "error",
    "error": {"type": "rate_limit_error", "message": "…", "details": {"error_code": "enforced_spend_limit_reached"}},
}

Outcome = ClaudeReply[Count] | UnusableReply | ClaudeUnavailable
Script = Callable[[LLMock, int | None], object]  # how often; None is always


@dataclass
class Faulty:
    """A server that fails first and then answers; all its calls are counted."""

    mock: LLMock
    api: MessagesApi

    def plan(self, fault: str, times: int) -> str:
        """Return the address of the server that will fail so often."""
        if fault in SCRIPTS:
            SCRIPTS[fault](self.mock, times)
            self.mock.reply('{"count": 3}', times=None)
            return self.mock.base_url("anthropic")
        self.api.will(*[ANSWERS[fault]] * times, says({"count": 3}))
        return self.api.url

    @property
    def calls(self) -> int:
        """How many calls came."""
        return len(self.mock.requests) + len(self.api.asked)


def status(code: int, *, retry_after: float | None = None) -> Script:
    return lambda mock, times: mock.fail(code, times=times, retry_after=retry_after)


def reply(text: str, reason: str | None = None) -> Script:
    return lambda mock, times: mock.add(Reply(text=text, finish_reason=reason, times=times))


SCRIPTS: Final[dict[str, Script]] = {
    "429 with retry-after": status(429, retry_after=0.05),
    "529": status(529, retry_after=0.0),
    "500": status(500, retry_after=0.0),
    "503": status(503, retry_after=0.0),
    "401": status(401),
    "403": status(403),
    "model that does not exist": status(404),
    "bad request": status(400),
    "no credit": status(402),
    "timeout": lambda mock, times: mock.delay(1.0, times=times),
    "wrong shape": reply('{"number": 3}'),
    "no JSON": reply("There are three."),
    "refusal": reply("I would rather not.", "content_filter"),
    "max_tokens": reply('{"count": 3', "length"),
}
ANSWERS: Final[dict[str, Answer]] = {
    "429 without retry-after": fails(429, "rate_limit_error"),
    "spending limit": sends(SPENT, 429),
    "disconnect at the start": disconnects,
    "disconnect in the middle": breaks_off,
    "truncated": says({"count": 3}, None),
    "empty body": sends({}),
    "corrupt JSON": sends_text('{"id": "msg_01", "type": "mess', "application/json"),
    "HTML with 200": sends_text("<html>Welcome to this network</html>", "text/html"),
}
# What helps to ask again: the reason in the end, where the fault stays.
PASSING: Final = {
    "429 with retry-after": "status 429 (rate_limit_error)",
    "429 without retry-after": "status 429 (rate_limit_error)",
    "529": "status 529 (overloaded_error)",
    "500": "status 500 (api_error)",
    "503": "status 503 (overloaded_error)",
    "disconnect at the start": "no connection (RemoteProtocolError)",
    "disconnect in the middle": "no connection (RemoteProtocolError)",
    "truncated": NO_API,
    "empty body": NO_API,
    "corrupt JSON": NO_API,
    "HTML with 200": NO_API,
}
# What does not: one call, and the reason.
LASTING: Final = {
    "spending limit": f"{UP}status 429 (rate_limit_error)",
    "no credit": f"{UP}status 402 (billing_error)",
    "401": "the key is not accepted: status 401 (authentication_error)",
    "403": "the key is not accepted: status 403 (permission_error)",
    "model that does not exist": f"there is no model {MODEL} at this address: status 404 (not_found_error)",
    "bad request": "the request, or what its account may spend, was refused: status 400 (invalid_request_error)",
}
# An answer that is paid and of no use: one call; who asked can say what was wrong and ask anew.
USELESS: Final = {
    "wrong shape": "there is no JSON object",
    "no JSON": "there is no JSON object",
    "refusal": "it was a refusal",
    "max_tokens": "it was longer than the limit of tokens, and cut off",
}


@pytest.fixture
async def faulty(llmock: LLMock, httpserver: HTTPServer) -> AsyncIterator[Faulty]:
    yield Faulty(llmock, MessagesApi(httpserver))
    for one in llmock.requests:
        assert one.sdk_retry_count in {0, None}  # all trying again is ours


async def asked(url: str, seconds: float = 20.0) -> Outcome:
    """Ask one question, without any jitter."""
    claude = AnthropicApi(api_key=KEY, base_url=url, structured="native")
    asking = ClaudeClient(claude, ClaudeSettings(attempts=ATTEMPTS), random=lambda: 0.0)
    try:
        return await asking.ask(ask(), asyncio.get_running_loop().time() + seconds)
    except (UnusableReply, ClaudeUnavailable) as error:
        return error
    finally:
        await asking.close()


def test_the_matrix_is_whole() -> None:
    assert {*SCRIPTS, *ANSWERS} == {*PASSING, *LASTING, *USELESS, "timeout"}


@pytest.mark.parametrize("fault", PASSING)
async def test_a_fault_that_passes_costs_one_more_call(fault: str, faulty: Faulty) -> None:
    outcome = await asked(faulty.plan(fault, 1))
    assert isinstance(outcome, ClaudeReply)
    assert outcome.value == Count(count=3)
    assert faulty.calls == 2
    faulty.mock.assert_resilient()


@pytest.mark.parametrize("fault", PASSING)
async def test_a_fault_that_stays_ends_after_all_attempts(fault: str, faulty: Faulty) -> None:
    outcome = await asked(faulty.plan(fault, ATTEMPTS))
    assert type(outcome) is ClaudeUnavailable
    assert str(outcome) == f"{PASSING[fault]}; it was asked {ATTEMPTS} times"
    assert faulty.calls == ATTEMPTS


@pytest.mark.parametrize("fault", LASTING)
async def test_what_asking_again_does_not_help_is_asked_once(fault: str, faulty: Faulty) -> None:
    outcome = await asked(faulty.plan(fault, 1))
    assert type(outcome) is LastingFault
    assert str(outcome) == LASTING[fault]
    assert faulty.calls == 1


async def test_what_lasts_is_told_once_and_so_is_its_end(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    api = MessagesApi(httpserver)
    wrong = fails(401, "authentication_error")
    one_of_these = fails(400, "invalid_request_error")  # which may be too long, and says nothing of the others
    api.will(wrong, wrong, fails(529, "overloaded_error"), wrong, says({"count": 3}), one_of_these, says({"count": 3}))
    asking = ClaudeClient(AnthropicApi(api_key=KEY, base_url=api.url), ClaudeSettings(attempts=1))
    caplog.set_level(logging.INFO, "learnflow")
    problems = []
    for _ in range(7):
        with suppress(ClaudeUnavailable):
            await asking.ask(ask(), asyncio.get_running_loop().time() + 20)
        problems.append(asking.problem)
    await asking.close()
    lasting = "Claude cannot be asked: the key is not accepted: status 401 (authentication_error)"
    assert problems == [lasting] * 4 + [None] * 3, "that it is away meanwhile changes nothing"
    assert [record.getMessage() for record in caplog.records if record.name.startswith("learnflow")] == [
        f"{lasting}. Questions get other answers until this is changed.", "Claude answers again.",
    ]  # fmt: skip


@pytest.mark.parametrize("fault", USELESS)
async def test_an_answer_of_no_use_is_not_asked_for_again_and_its_tokens_are_told(fault: str, faulty: Faulty) -> None:
    outcome = await asked(faulty.plan(fault, 1))
    assert isinstance(outcome, UnusableReply)
    assert USELESS[fault] in str(outcome)
    assert outcome.refused is (fault == "refusal")
    assert outcome.tokens.input > 0
    assert outcome.tokens.output > 0
    assert faulty.calls == 1


async def test_what_takes_too_long_is_given_up_at_the_deadline(faulty: Faulty) -> None:
    outcome = await asked(faulty.plan("timeout", 1), seconds=0.4)
    assert type(outcome) is ClaudeUnavailable
    assert str(outcome).startswith("there was no answer within 0.4 s")
    assert faulty.calls == 1


async def test_a_wait_that_the_service_asks_for_beyond_the_deadline_is_not_begun(faulty: Faulty) -> None:
    faulty.api.will(fails(429, "rate_limit_error", {"retry-after": "50"}))
    outcome = await asked(faulty.api.url)
    assert str(outcome) == "status 429 (rate_limit_error); there is no time to ask again"
    assert faulty.calls == 1


async def test_the_first_answer_of_a_server_with_a_quota_tells_how_fast_to_ask(llmock: LLMock) -> None:
    """A tenth of the quota at once, and the rest spread: nothing is refused, and nothing is set here."""
    llmock.limits(rpm=600).reply('{"count": 3}', times=None)
    asking = ClaudeClient(AnthropicApi(api_key=KEY, base_url=llmock.base_url("anthropic")), ClaudeSettings())
    waits = metrics.REGISTRY.get_sample_value("learnflow_claude_waits_total") or 0.0
    deadline = asyncio.get_running_loop().time() + 20
    await asking.ask(ask(), deadline)
    written = await asyncio.gather(*(asking.ask(ask(), deadline) for _ in range(80)))
    await asking.close()
    assert len(written) == 80
    assert {one.status for one in llmock.requests} == {200}
    assert (metrics.REGISTRY.get_sample_value("learnflow_claude_waits_total") or 0.0) > waits


async def test_tokens_of_an_answer_after_faults_are_those_of_the_answer(faulty: Faulty) -> None:
    faulty.api.will(fails(500, "api_error"), sends(message('{"count": 3}')))
    outcome = await asked(faulty.api.url)
    assert outcome == ClaudeReply(Count(count=3), MODEL, Tokens(INPUT_TOKENS, OUTPUT_TOKENS))
