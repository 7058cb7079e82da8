"""Claude through the real SDK: what is asked, what is read, and what every failure becomes."""

import logging
from typing import Any

import httpx2
import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.fields import Model
from learnflow.tutor.claude.client.sdk import AnthropicApi
from learnflow.tutor.claude.interface import (
    CallResult,
    ClaudeReply,
    ClaudeRequest,
    ClaudeUnavailable,
    LastingFault,
    Message,
    RateLimited,
    Tokens,
    TransientFailure,
    UnusableReply,
)
from learnflow.tutor.claude.rate_limit_headers import RateLimit, RateLimits
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

QUESTION = (Message("user", "How many?"), Message("assistant", '{"count": -1}'), Message("user", "More than that."))


class Count(Model):
    """A number of things."""

    count: int


@pytest.fixture
def api(httpserver: HTTPServer) -> MessagesApi:
    return MessagesApi(httpserver)


ASK = ClaudeRequest(MODEL, "Count things.", QUESTION, Count, 500)


async def called(api: MessagesApi) -> CallResult[Count]:
    claude = AnthropicApi(api_key=KEY, base_url=api.url, structured="native")
    try:
        return await claude.call(ASK)
    finally:
        await claude.close()


async def answer(api: MessagesApi) -> int:
    found = (await called(api)).outcome
    assert isinstance(found, ClaudeReply)
    assert found == ClaudeReply(Count(count=found.value.count), MODEL, Tokens(INPUT_TOKENS, OUTPUT_TOKENS))
    return found.value.count


async def test_the_request_is_exactly_this_and_the_answer_becomes_a_value(api: MessagesApi) -> None:
    api.will(says({"count": 3}))
    assert await answer(api) == 3
    assert api.keys == [KEY]
    assert api.asked == [
        {
            "model": MODEL,
            "max_tokens": 500,
            "system": [{"type": "text", "text": "Count things.", "cache_control": {"type": "ephemeral"}}],
            "messages": [
                {"role": "user", "content": "How many?"},
                {"role": "assistant", "content": '{"count": -1}'},
                {"role": "user", "content": "More than that."},
            ],
            "output_config": {
                "format": {
                    "type": "json_schema",
                    "schema": {
                        "title": "Count",
                        "description": "A number of things.",
                        "type": "object",
                        "properties": {"count": {"title": "Count", "type": "integer"}},
                        "required": ["count"],
                        "additionalProperties": False,
                    },
                }
            },
        }
    ]


async def test_all_tokens_that_went_in_are_counted_also_those_of_the_cache(api: MessagesApi) -> None:
    usage = {"input_tokens": 10, "output_tokens": 7, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 60}
    api.will(sends({**message('{"count": 3}'), "usage": usage}), sends({**message("Three."), "usage": usage}))
    for _ in range(2):
        found = (await called(api)).outcome
        assert isinstance(found, ClaudeReply | UnusableReply)
        assert found.tokens == Tokens(970, 7, cache_read=900, cache_write=60)


LIMITS = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-output-tokens-limit": "8000",
    "anthropic-ratelimit-output-tokens-remaining": "0",
}
TOLD = RateLimits(requests=RateLimit(50, 49), output=RateLimit(8_000, 0))


@pytest.mark.parametrize(
    "answer",
    [
        sends(message('{"count": 3}'), headers=LIMITS),
        sends(message("Three."), headers=LIMITS),
        sends({}, headers=LIMITS),
        fails(529, "overloaded_error", LIMITS),
        fails(401, "authentication_error", LIMITS),
    ],
    ids=["answer", "no use", "empty", "overloaded", "key"],
)
async def test_limits_are_read_whatever_the_answer_is(answer: Answer, api: MessagesApi) -> None:
    api.will(answer)
    assert (await called(api)).limits == TOLD


async def test_an_answer_in_several_blocks_is_read_as_one(api: MessagesApi) -> None:
    body = message("")
    body["content"] = [
        {"type": "thinking", "thinking": "Let me count.", "signature": "x"},
        {"type": "text", "text": '{"cou'},
        {"type": "text", "text": 'nt": 7}'},
    ]
    api.will(sends(body))
    assert await answer(api) == 7


SPENT = {
    "type": "error",
    "error": {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}},
}
UP = "the spending limit or the credit of the account is used up: "
NO_API = "what answered is not the Messages API"


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (fails(529, "overloaded_error"), TransientFailure, "status 529 (overloaded_error)"),
        (fails(500, "api_error"), TransientFailure, "status 500 (api_error)"),
        (fails(503, "overloaded_error"), TransientFailure, "status 503 (overloaded_error)"),
        (fails(504, "timeout_error"), TransientFailure, "status 504 (timeout_error)"),
        (sends([], 502), TransientFailure, "status 502 (no reason given)"),
        (fails(429, "rate_limit_error"), TransientFailure, "status 429 (rate_limit_error)"),
        (fails(429, "rate_limit_error", {"retry-after": "3"}), RateLimited, "status 429 (rate_limit_error)"),
        (fails(429, "rate_limit_error", {"x-should-retry": "false"}), LastingFault,
         "the request, or what its account may spend, was refused: status 429 (rate_limit_error)"),
        (sends(SPENT, 429), LastingFault, f"{UP}status 429 (rate_limit_error)"),
        (fails(402, "billing_error"), LastingFault, f"{UP}status 402 (billing_error)"),
        (fails(403, "billing_error"), LastingFault, f"{UP}status 403 (billing_error)"),
        (fails(401, "authentication_error"), LastingFault,
         "the key is not accepted: status 401 (authentication_error)"),
        (fails(403, "permission_error"), LastingFault, "the key is not accepted: status 403 (permission_error)"),
        (fails(404, "not_found_error"), LastingFault,
         f"there is no model {MODEL} at this address: status 404 (not_found_error)"),
        (fails(400, "invalid_request_error"), LastingFault,
         "the request, or what its account may spend, was refused: status 400 (invalid_request_error)"),
        (fails(400, "invalid_request_error", {"x-should-retry": "true"}), TransientFailure,
         "status 400 (invalid_request_error)"),
        (disconnects, TransientFailure, "no connection (RemoteProtocolError)"),
        (breaks_off, TransientFailure, "no connection (RemoteProtocolError)"),
        (sends_text("<html>Welcome to this network</html>", "text/html"), TransientFailure, NO_API),
        (sends_text("<html>", "application/json"), TransientFailure, NO_API),
        (sends_text("", "application/json"), TransientFailure, NO_API),
        (sends({}), TransientFailure, NO_API),
        (sends([]), TransientFailure, NO_API),
        (sends(None), TransientFailure, NO_API),
        (sends({"content": "text", "stop_reason": "end_turn"}), TransientFailure, NO_API),
        (sends({**message(""), "content": "text"}), TransientFailure, NO_API),
        (says({"count": 3}, None), TransientFailure, NO_API),
    ],
)  # fmt: skip
async def test_without_an_answer_it_is_known_whether_to_ask_again(
    answer: Answer, kind: type[ClaudeUnavailable], reason: str, api: MessagesApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.will(answer)
    found = (await called(api)).outcome
    assert type(found) is kind
    assert str(found) == reason
    assert len(api.asked) == 1
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": None}, {"model": ""}, {"model": 5}, {"model": "m" * 101}, {"model": "a\x00b"}, {"model": "a\ud800"},
        {"usage": "many"}, {"usage": []}, {"usage": {"input_tokens": -5}}, {"usage": {"input_tokens": "many"}},
        {"usage": {"output_tokens": 1.5}}, {"usage": {"output_tokens": 10**30}}, {"stop_reason": {"why": 1}},
        {"content": ["text"]}, {"content": [None]}, {"content": [{"type": "text", "text": 5}]},
    ],
    ids=str,
)  # fmt: skip
async def test_an_answer_that_no_api_sends_ends_nothing_but_the_call(wrong: dict[str, Any], api: MessagesApi) -> None:
    """The SDK checks no field, so what is wrong in one would come to light where nobody expects it."""
    api.will(sends({**message('{"count": 3}'), **wrong}))
    found = (await called(api)).outcome
    assert type(found) is TransientFailure
    assert str(found) == NO_API


async def test_an_answer_as_deep_as_it_is_long_ends_nothing_but_the_call(api: MessagesApi) -> None:
    api.will(sends_text('{"a":' * 100_000 + "1" + "}" * 100_000, "application/json"), says("[" * 10_000))
    assert type((await called(api)).outcome) is TransientFailure
    assert type((await called(api)).outcome) is UnusableReply


async def test_no_answer_is_larger_than_its_tokens_can_be(api: MessagesApi) -> None:
    """It would fit into no message to Kafka, and end the worker that tries to send it."""
    api.will(says({"count": 3, "more": "word " * 400_000}))
    found = (await called(api)).outcome
    assert isinstance(found, UnusableReply)
    assert str(found) == "it was longer than the limit of tokens"


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (529, TransientFailure)])
async def test_the_service_may_say_for_how_long(status: int, kind: type[TransientFailure], api: MessagesApi) -> None:
    api.will(fails(status, "any_error", {"retry-after": "3"}))
    found = (await called(api)).outcome
    assert type(found) is kind
    assert found.after == 3.0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (says("I would rather not.", "refusal"), "it was a refusal"),
        (says('{"count": 3', "max_tokens"), "it was longer than the limit of tokens, and cut off"),
        (says({"count": 3}, "max_tokens"), "it was longer than the limit of tokens, and cut off"),
        (says('{"count": 3', "model_context_window_exceeded"), "it was longer than the context window, and cut off"),
        (says({"count": 3}, "pause_turn"), "it ended with pause_turn"),
        (says("There are three."), "there is no JSON object"),
        (says(""), "there is no JSON object"),
        (says({"count": "many"}), "count: Input should be a valid integer"),
        (says({}), "there is no JSON object"),
        (sends({**message(""), "content": []}), "there is no JSON object"),
    ],
)
async def test_an_answer_of_no_use_is_told_apart(answer: Answer, reason: str, api: MessagesApi) -> None:
    api.will(answer)
    found = (await called(api)).outcome
    assert isinstance(found, UnusableReply)
    assert reason in str(found)
    assert (found.model, found.tokens) == (MODEL, Tokens(INPUT_TOKENS, OUTPUT_TOKENS))
    assert found.refused is (reason == "it was a refusal")


async def test_nobody_there_is_worth_another_try() -> None:
    claude = AnthropicApi(api_key=KEY, base_url="http://127.0.0.1:1")
    found = (await claude.call(ASK)).outcome
    await claude.close()
    assert type(found) is TransientFailure
    assert str(found) == "no connection (ConnectError)"
    assert KEY not in repr(vars(claude))


async def test_what_takes_the_place_of_the_network_sees_every_call() -> None:
    asked: list[str] = []
    reset = {"date": "Fri, 02 Jan 2026 14:00:00 GMT", "anthropic-ratelimit-requests-reset": "2026-01-02T14:00:02Z"}

    def replay(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(200, json=message('{"count": 5}'), headers=LIMITS | reset)

    claude = AnthropicApi(api_key=KEY, base_url="http://nowhere.test", transport=httpx2.MockTransport(replay))
    found = await claude.call(ASK)
    await claude.close()
    assert isinstance(found.outcome, ClaudeReply)
    assert found.outcome.value.count == 5
    assert found.limits == RateLimits(requests=RateLimit(50, 49, 2.0), output=RateLimit(8_000, 0))
    assert asked == ["http://nowhere.test/v1/messages"]


def test_without_a_key_it_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
    with pytest.raises(ClaudeUnavailable, match="ANTHROPIC_API_KEY is not set"):
        AnthropicApi()


async def test_the_usual_variables_are_read(api: MessagesApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    api.will(says({"count": 3}))
    claude = AnthropicApi()
    await claude.call(ASK)
    await claude.close()
    assert api.keys == [KEY]
