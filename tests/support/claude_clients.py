"""Hand-written askers, and what tests of asking share."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from learnflow.models.fields import Model
from learnflow.models.student_query import StudentQuery
from learnflow.tutor.claude.interface import (
    CallResult,
    ClaudeReply,
    ClaudeRequest,
    ClaudeUnavailable,
    Message,
    Tokens,
    UnusableReply,
)

SONNET: Final = "claude-sonnet-5-5"
HAIKU: Final = "claude-haiku-5-5"
NOON: Final = datetime(2026, 1, 2, 12, tzinfo=UTC)
T = TypeVar("T", bound=Model)


class Word(Model):
    """What the tests ask for."""

    word: str = "yes"


class Scripted:
    """Answers with tokens, or raises, in order; the last one again and again."""

    def __init__(self, *answers: Tokens | Exception) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def ask(self, ask: ClaudeRequest[T], deadline: float) -> ClaudeReply[T]:  # noqa: ARG002 - an asker's signature
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return ClaudeReply(cast("T", Word()), f"{ask.model}-20260101", answer)


class Answers:
    """Makes calls whose ends are given."""

    def __init__(self, *ends: Tokens | UnusableReply | ClaudeUnavailable) -> None:
        self._ends = list(ends)

    async def call(self, asked: ClaudeRequest[T]) -> CallResult[T]:
        end = self._ends.pop(0)
        return CallResult(
            ClaudeReply(asked.reply_type.model_validate({}), asked.model, end) if isinstance(end, Tokens) else end
        )

    async def close(self) -> None:
        """Hold nothing."""


class Time:
    """A clock that tests set: the time of day, and seconds."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.at

    def tick(self) -> float:
        return self.seconds

    def passes(self, by: timedelta) -> None:
        self.at += by
        self.seconds += by.total_seconds()


def ask(model: str = SONNET, said: Sequence[str] = ("Why?",)) -> ClaudeRequest[Word]:
    return ClaudeRequest(model, "You teach.", [Message("user", text) for text in said], Word, 100)


def query(number: int, student: str = "ann", **more: Any) -> StudentQuery:
    return StudentQuery.model_validate(
        {"query_id": UUID(int=number), "student_id": student, "timestamp": NOON, "query_text": "Why?", **more}
    )  # fmt: skip
