"""A question to Claude, and a Claude of the tests whose calls take virtual time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from learnflow.models.fields import Model
from learnflow.tutor.claude.interface import CallResult, ClaudeReply, ClaudeRequest, Message, T, Tokens
from tests.support.virtual_time import now

MODEL = "claude-sonnet-5-5"


class Count(Model):
    """A number of things."""

    count: int


def ask(text: str = "How many?", *, model: str = MODEL, max_tokens: int = 500) -> ClaudeRequest[Count]:
    return ClaudeRequest(model, "Count things.", (Message("user", text),), Count, max_tokens)


def wrote(count: int = 3, *, output: int = 20) -> ClaudeReply[Count]:
    return ClaudeReply(Count(count=count), MODEL, Tokens(100, output))


@dataclass
class SlowClaude:
    """Takes `seconds` for each call, and answers what is planned, then always the same."""

    seconds: float = 1.0
    planned: Sequence[CallResult[Count]] = ()
    always: CallResult[Count] = field(default_factory=lambda: CallResult(wrote()))
    began: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    closed: bool = False

    async def call(self, ask: ClaudeRequest[T]) -> CallResult[T]:
        number = len(self.began)
        self.began.append(now())
        self.texts.append(ask.messages[-1].text)
        await asyncio.sleep(self.seconds)
        called = self.planned[number] if number < len(self.planned) else self.always
        return cast("CallResult[T]", called)

    async def close(self) -> None:
        self.closed = True
