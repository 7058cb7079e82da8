"""What is asked of Claude, what comes back, and how asking can end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

from learnflow.models.fields import Model
from learnflow.models.student_query import StudentQuery
from learnflow.models.usage import Usage
from learnflow.models.vocabulary import Agent

T = TypeVar("T", bound=Model)


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of a conversation with Claude."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """One question to Claude.

    `system` is the same for all questions of an agent, byte for byte, so that the API can keep it in its cache; what
    differs stands in the messages. The answer is a value of `shape`.
    """

    model: str
    system: str
    messages: Sequence[Said]
    shape: type[T]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one call. `input` are all that went in, also those read from the cache or written to it."""

    input: int
    output: int
    cache_read: int = 0
    cache_write: int = 0


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """What Claude wrote, which model it was, and the tokens of the call."""

    value: T
    model: str
    tokens: Tokens


class ClaudeUnavailable(Exception):  # noqa: N818 - a state, which a tutor without Claude answers
    """Claude cannot be asked now, and asking again soon does not help.

    The text says why, to those who run LearnFlow; `for_students` says it to a student, in a whole sentence.
    """

    for_students: str = "Claude, who usually answers here, cannot be reached at the moment."


class TryLater(ClaudeUnavailable):
    """The service or the network failed, and need not the next time; `after`: seconds that the service asks to wait."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class ClaudeMisspoke(Exception):  # noqa: N818 - what it did
    """Claude answered, and the answer is of no use. The text says why, so that Claude can do better.

    The call is paid all the same. A refusal is not worth asking again.
    """

    def __init__(self, reason: str, model: str, tokens: Tokens, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.model = model
        self.tokens = tokens
        self.refused = refused


class Asker(Protocol):
    """Asks Claude."""

    async def ask(self, ask: Ask[T], deadline: float) -> Written[T]:
        """Return the answer before the deadline (in seconds of the event loop's clock).

        Raises ClaudeUnavailable, also when the deadline is over, or ClaudeMisspoke.
        """

    async def close(self) -> None:
        """Let go of the connections."""


class Metered(Asker, Protocol):
    """Asks Claude for one agent and one question, within the student's quota and the budget.

    What is asked beyond them raises QuotaUsedUp or BudgetUsedUp, which are ClaudeUnavailable.
    """

    @property
    def usage(self) -> tuple[Usage, ...]:
        """What was paid so far, one for each model, also for answers that were of no use."""


Meters: TypeAlias = Callable[[Agent, StudentQuery], Metered]  # makes one for an agent's work on a question
