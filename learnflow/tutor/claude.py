"""Claude, through the SDK. No other module imports anthropic, and this one only when Claude is made: it costs 59 MB."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from json import JSONDecodeError
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Generic, Literal, TypeVar

from pydantic import ValidationError

from learnflow.models.fields import Model, explain

if TYPE_CHECKING:
    from anthropic.types import MessageParam

SECONDS: Final = 90.0
RETRIES: Final = 2

_CUT_SHORT: Final[Mapping[str, str]] = MappingProxyType({
    "max_tokens": "it was longer than the limit of tokens, and cut off",
    "model_context_window_exceeded": "it was longer than the context window, and cut off",
    "refusal": "it was a refusal",
})
_NOT_THE_API: Final = "what answered is not the Messages API"

T = TypeVar("T", bound=Model)


class ClaudeUnavailable(Exception):  # noqa: N818 - a state, which a tutor without Claude answers
    """Claude cannot be asked now: the service, the network, the key or the model. The text says why."""


class ClaudeMisspoke(Exception):  # noqa: N818 - what it did
    """Claude answered, and the answer is of no use. The text says why, so that Claude can do better."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of a conversation with Claude."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """What Claude wrote, which model it was, and what it cost in tokens."""

    value: T
    model: str
    input_tokens: int
    output_tokens: int


class Claude:
    """Asks Claude for values of a given shape. One is made for a process, and closed at its end."""

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        model: str,
        timeout_seconds: float = SECONDS,
        retries: int = RETRIES,
    ) -> None:
        """Read what is None from ANTHROPIC_API_KEY and the other variables of the SDK.

        `timeout_seconds` bounds a whole request, with the SDK's retries and their waits. Raises ClaudeUnavailable when
        there is no key, or no address in ANTHROPIC_BASE_URL.
        """
        from anthropic import AsyncAnthropic  # noqa: PLC0415 - as the module says
        from httpx2 import InvalidURL  # noqa: PLC0415 - the SDK's own, and as dear

        self.model = model
        self._seconds = timeout_seconds
        try:
            self._client = AsyncAnthropic(
                api_key=api_key, base_url=base_url, timeout=timeout_seconds, max_retries=retries
            )
        except InvalidURL as error:
            msg = f"ANTHROPIC_BASE_URL is no address: {error}"
            raise ClaudeUnavailable(msg) from None
        if not (self._client.api_key or self._client.auth_token or self._client.credentials):
            msg = "there is no key: ANTHROPIC_API_KEY is not set"
            raise ClaudeUnavailable(msg)

    async def write(self, system: str, messages: Sequence[Said], shape: type[T], max_tokens: int) -> Written[T]:
        """Return Claude's answer as a value of a shape. Raises ClaudeUnavailable or ClaudeMisspoke."""
        from anthropic import transform_schema  # noqa: PLC0415 - as the module says

        # not messages.parse: it reads the text before anyone can see that the answer was refused or cut off
        schema = transform_schema(shape)
        with _unavailable(self._seconds):
            async with asyncio.timeout(self._seconds):
                message = await self._client.messages.create(
                    model=self.model,
                    max_tokens=max_tokens,
                    system=system,
                    messages=[_turn(one) for one in messages],
                    output_config={"format": {"type": "json_schema", "schema": schema}},
                )
        return _read(message, shape)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _turn(said: Said) -> "MessageParam":
    if said.role == "user":
        return {"role": "user", "content": said.text}
    return {"role": "assistant", "content": said.text}


@contextmanager
def _unavailable(seconds: float) -> Iterator[None]:
    """Turn what the SDK raises while it asks into ClaudeUnavailable."""
    from anthropic import AnthropicError  # noqa: PLC0415 - as the module says

    try:
        yield
    except TimeoutError as error:
        msg = f"no answer within {seconds:g} s"
        raise ClaudeUnavailable(msg) from error
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise ClaudeUnavailable(_NOT_THE_API) from error
    except AnthropicError as error:
        raise ClaudeUnavailable(_reason(error)) from error


def _reason(error: Exception) -> str:
    """Say why the SDK gave up. The service's own words are left out: nobody knows what they repeat."""
    from anthropic import APIConnectionError, APIStatusError, APITimeoutError  # noqa: PLC0415 - as the module says

    match error:
        case APIStatusError():
            return f"status {error.status_code} ({error.type or 'no reason given'})"
        case APITimeoutError():
            return "no answer in time"
        case APIConnectionError():
            return f"no connection ({type(error.__cause__ or error).__name__})"
    return type(error).__name__


def _read(message: object, shape: type[T]) -> Written[T]:
    """Read an answer. The SDK checks nothing of it: it may be text, and its fields may be None."""
    from anthropic.types import Message  # noqa: PLC0415 - as the module says

    if not isinstance(message, Message) or None in (message.content, message.stop_reason, message.usage):
        raise ClaudeUnavailable(_NOT_THE_API)
    if message.stop_reason != "end_turn":
        raise ClaudeMisspoke(_CUT_SHORT.get(str(message.stop_reason), f"it ended with {message.stop_reason}"))
    text = "".join(block.text for block in message.content if block.type == "text")
    try:
        value = shape.model_validate_json(text)
    except ValidationError as error:
        raise ClaudeMisspoke(explain(error)) from error
    return Written(value, message.model, message.usage.input_tokens, message.usage.output_tokens)
