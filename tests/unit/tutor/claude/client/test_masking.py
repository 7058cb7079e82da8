"""What is said to Claude is masked, whoever says it."""

from collections.abc import Sequence

import pytest

from learnflow.models.fields import Model
from learnflow.settings import Claude as ClaudeSettings
from learnflow.tutor.claude.client.claude_client import ClaudeClient
from learnflow.tutor.claude.interface import (
    CallResult,
    ClaudeReply,
    ClaudeRequest,
    ClaudeUnavailable,
    Message,
    T,
    Tokens,
)


class Answer(Model):
    text: str = "Hello"


class Listener:
    """An API that remembers what it was asked."""

    def __init__(self, error: ClaudeUnavailable | None = None) -> None:
        self.asked: list[Sequence[Message]] = []
        self.systems: list[str] = []
        self.closed = False
        self._error = error

    async def call(self, request: ClaudeRequest[T]) -> CallResult[T]:
        self.asked.append(request.messages)
        self.systems.append(request.system)
        return CallResult(self._error or ClaudeReply(request.reply_type(), request.model, Tokens(1, 1)))

    async def close(self) -> None:
        self.closed = True


REQUEST = ClaudeRequest(
    "claude-sonnet-5-5",
    "Write to nobody@example.com where you must.",
    (
        Message("user", "I am jane@example.com"),
        Message("assistant", "Hello, jane@example.com"),
        Message("user", "0170 1234567"),
    ),
    Answer,
    100,
)
NEVER = float("inf")


def client(listener: Listener) -> ClaudeClient:
    return ClaudeClient(listener, ClaudeSettings(attempts=1))


async def test_every_turn_is_masked_and_the_system_prompt_stays() -> None:
    listener = Listener()
    reply = await client(listener).ask(REQUEST, NEVER)
    assert [[(message.role, message.text) for message in asked] for asked in listener.asked] == [
        [("user", "I am [e-mail]"), ("assistant", "Hello, [e-mail]"), ("user", "[phone]")]
    ]
    assert listener.systems == [REQUEST.system]
    assert (reply.value, reply.model) == (Answer(), REQUEST.model)


async def test_errors_pass() -> None:
    with pytest.raises(ClaudeUnavailable):
        await client(Listener(ClaudeUnavailable("busy"))).ask(REQUEST, NEVER)


async def test_it_closes_what_it_holds() -> None:
    listener = Listener()
    await client(listener).close()
    assert listener.closed
