"""Claude through the real SDK: what is asked, what is read, and which of two errors every failure becomes."""

import logging

import pytest
from pytest_httpserver import HTTPServer

from learnflow.models.fields import Model
from learnflow.tutor.claude import Claude, ClaudeMisspoke, ClaudeUnavailable, Said
from tests.messages_api import (
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

QUESTION = (Said("user", "How many?"), Said("assistant", '{"count": -1}'), Said("user", "More than that."))


class Count(Model):
    """A number of things."""

    count: int


@pytest.fixture
def api(httpserver: HTTPServer) -> MessagesApi:
    return MessagesApi(httpserver)


async def ask(api: MessagesApi, *, retries: int = 0, seconds: float = 20.0) -> int:
    claude = Claude(api_key=KEY, base_url=api.url, model=MODEL, timeout_seconds=seconds, retries=retries)
    try:
        written = await claude.write("Count things.", QUESTION, Count, 500)
    finally:
        await claude.close()
    assert (written.model, written.input_tokens, written.output_tokens) == (MODEL, INPUT_TOKENS, OUTPUT_TOKENS)
    return written.value.count


async def test_the_request_is_exactly_this_and_the_answer_becomes_a_value(api: MessagesApi) -> None:
    api.will(says({"count": 3}))
    assert await ask(api) == 3
    assert api.keys == [KEY]
    assert api.asked == [
        {
            "model": MODEL,
            "max_tokens": 500,
            "system": "Count things.",
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


async def test_an_answer_in_several_blocks_is_read_as_one(api: MessagesApi) -> None:
    body = message("")
    body["content"] = [
        {"type": "thinking", "thinking": "Let me count.", "signature": "x"},
        {"type": "text", "text": '{"cou'},
        {"type": "text", "text": 'nt": 7}'},
    ]
    api.will(sends(body))
    assert await ask(api) == 7


async def test_what_passes_by_is_tried_again(api: MessagesApi) -> None:
    soon = {"retry-after-ms": "1"}
    api.will(fails(529, "overloaded_error", soon), fails(500, "api_error", soon), says({"count": 3}))
    assert await ask(api, retries=2) == 3
    assert len(api.asked) == 3


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (fails(529, "overloaded_error"), "status 529 (overloaded_error)"),
        (fails(500, "api_error"), "status 500 (api_error)"),
        (fails(429, "rate_limit_error"), "status 429 (rate_limit_error)"),
        (fails(401, "authentication_error"), "status 401 (authentication_error)"),
        (fails(404, "not_found_error"), "status 404 (not_found_error)"),
        (fails(400, "invalid_request_error"), "status 400 (invalid_request_error)"),
        (sends([], 502), "status 502 (no reason given)"),
        (disconnects, "no connection (RemoteProtocolError)"),
        (breaks_off, "no connection (RemoteProtocolError)"),
        (sends_text("<html>Welcome to this network</html>", "text/html"), "what answered is not the Messages API"),
        (sends_text("<html>", "application/json"), "what answered is not the Messages API"),
        (sends_text("", "application/json"), "what answered is not the Messages API"),
        (sends({}), "what answered is not the Messages API"),
        (sends([]), "what answered is not the Messages API"),
        (sends(None), "what answered is not the Messages API"),
        (sends({"content": "text", "stop_reason": "end_turn"}), "what answered is not the Messages API"),
        (says({"count": 3}, None), "what answered is not the Messages API"),
    ],
)
async def test_without_an_answer_claude_is_unavailable(
    answer: Answer, reason: str, api: MessagesApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.will(answer)
    with pytest.raises(ClaudeUnavailable) as raised:
        await ask(api)
    assert str(raised.value) == reason
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (says("I would rather not.", "refusal"), "it was a refusal"),
        (says('{"count": 3', "max_tokens"), "it was longer than the limit of tokens, and cut off"),
        (says({"count": 3}, "max_tokens"), "it was longer than the limit of tokens, and cut off"),
        (says('{"count": 3', "model_context_window_exceeded"), "it was longer than the context window, and cut off"),
        (says({"count": 3}, "pause_turn"), "it ended with pause_turn"),
        (says("There are three."), "Invalid JSON"),
        (says(""), "Invalid JSON"),
        (says({"count": "many"}), "count: Input should be a valid integer"),
        (says({}), "count: Field required"),
        (sends({**message(""), "content": []}), "Invalid JSON"),
    ],
)
async def test_an_answer_of_no_use_is_told_apart(answer: Answer, reason: str, api: MessagesApi) -> None:
    api.will(answer)
    with pytest.raises(ClaudeMisspoke) as raised:
        await ask(api)
    assert reason in str(raised.value)


async def test_a_wait_that_the_service_asks_for_is_bounded(api: MessagesApi) -> None:
    api.will(fails(429, "rate_limit_error", {"retry-after": "50"}))
    with pytest.raises(ClaudeUnavailable, match=r"no answer within 0\.5 s"):
        await ask(api, retries=2, seconds=0.5)


async def test_nobody_there_is_unavailable() -> None:
    claude = Claude(api_key=KEY, base_url="http://127.0.0.1:1", model=MODEL, retries=0)
    with pytest.raises(ClaudeUnavailable, match=r"no connection \(ConnectError\)"):
        await claude.write("Count things.", QUESTION, Count, 500)
    await claude.close()
    assert KEY not in repr(vars(claude))


def test_without_a_key_it_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ClaudeUnavailable, match="ANTHROPIC_API_KEY is not set"):
        Claude(base_url="http://127.0.0.1:1", model=MODEL)


async def test_the_usual_variables_are_read(api: MessagesApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    api.will(says({"count": 3}))
    claude = Claude(model=MODEL)
    await claude.write("Count things.", QUESTION, Count, 500)
    await claude.close()
    assert api.keys == [KEY]
