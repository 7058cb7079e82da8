"""A question to Claude, and a Claude of the tests whose calls take virtual time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from learnflow.models.fields import Model
from learnflow.tutor.claude.client.call import Called
from learnflow.tutor.claude.client.interface import Ask, Said, T, Tokens, Written
from tests.support.virtual_time import now

MODEL = "claude-sonnet-5-5"


class Count(Model):
    """A number of things."""

    count: int


def ask(text: str = "How many?", *, model: str = MODEL, max_tokens: int = 500) -> Ask[Count]:
    return Ask(model, "Count things.", (Said("user", text),), Count, max_tokens)


def wrote(count: int = 3, *, output: int = 20) -> Written[Count]:
    return Written(Count(count=count), MODEL, Tokens(100, output))


@dataclass
class SlowClaude:
    """Takes `seconds` for each call, and answers what is planned, then always the same."""

    seconds: float = 1.0
    planned: Sequence[Called[Count]] = ()
    always: Called[Count] = field(default_factory=lambda: Called(wrote()))
    began: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    closed: bool = False

    async def ask_once(self, ask: Ask[T]) -> Called[T]:
        number = len(self.began)
        self.began.append(now())
        self.texts.append(ask.messages[-1].text)
        await asyncio.sleep(self.seconds)
        called = self.planned[number] if number < len(self.planned) else self.always
        return cast("Called[T]", called)

    async def close(self) -> None:
        self.closed = True
