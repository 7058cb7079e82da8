"""What is said to Claude is masked, whoever says it."""

from collections.abc import Sequence

import pytest

from learnflow.models.fields import Model
from learnflow.tutor.claude.client.interface import Ask, Said, T, Tokens, TryLater, Written
from learnflow.tutor.claude.client.masking import Masked


class Answer(Model):
    text: str = "Hello"


class Listener:
    """An asker that remembers what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[Sequence[Said]] = []
        self.closed = False
        self._error = error

    async def ask(self, ask: Ask[T], deadline: float) -> Written[T]:
        self.asked.append(ask.messages)
        if self._error:
            raise self._error
        assert deadline == 60.0
        return Written(ask.shape(), ask.model, Tokens(1, 1))

    async def close(self) -> None:
        self.closed = True


ASK = Ask(
    "claude-sonnet-5-5",
    "Write to nobody@example.com where you must.",
    (Said("user", "I am jane@example.com"), Said("assistant", "Hello, jane@example.com"), Said("user", "0170 1234567")),
    Answer,
    100,
)


async def test_every_turn_is_masked_and_the_system_prompt_stays() -> None:
    listener = Listener()
    written = await Masked(listener).ask(ASK, 60.0)
    assert [[(said.role, said.text) for said in asked] for asked in listener.asked] == [
        [("user", "I am [e-mail]"), ("assistant", "Hello, [e-mail]"), ("user", "[phone]")]
    ]
    assert (written.value, written.model) == (Answer(), ASK.model)


async def test_errors_pass() -> None:
    with pytest.raises(TryLater):
        await Masked(Listener(TryLater("busy"))).ask(ASK, 60.0)


async def test_it_closes_what_it_holds() -> None:
    listener = Listener()
    await Masked(listener).close()
    assert listener.closed
