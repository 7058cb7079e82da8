"""Claude, through the SDK. No other module imports anthropic, and this one only when Claude is made: it costs 59 MB."""

from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, StringConstraints, ValidationError

from learnflow.models.fields import Model, NonBlank, explain
from learnflow.tutor.claude.interface import (
    CallResult,
    ClaudeReply,
    ClaudeRequest,
    ClaudeUnavailable,
    RateLimited,
    T,
    Tokens,
    TransientFailure,
    UnusableReply,
)
from learnflow.tutor.claude.rate_limit_headers import RateLimits, rate_limits, retry_after

if TYPE_CHECKING:
    from anthropic import APIStatusError
    from httpx2 import AsyncBaseTransport

CONNECT_SECONDS: Final = 5.0
SECONDS: Final = 600.0  # whoever asks has a deadline; this only ends what nobody waits for

_CUT_SHORT: Final = {
    "max_tokens": "it was longer than the limit of tokens, and cut off",
    "model_context_window_exceeded": "it was longer than the context window, and cut off",
    "refusal": "it was a refusal",
}
_BYTES_A_TOKEN: Final = 32  # more than any text has on the average
_SPENT: Final = frozenset({
    "contract_spend_limit_reached",
    "enforced_spend_limit_reached",
    "linked_organization_billing_unavailable",
    "linked_organization_spend_limit_reached",
})
_PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})


_Count = Annotated[int, Field(ge=0, lt=2**31)]  # more no answer has, and PostgreSQL keeps their sums


class ContentBlock(Model):
    """A part of an answer; only those of the type `text` are read."""

    type: str
    text: str | None = None


class TokenUsage(Model):
    """The tokens of a call. Those of the cache come apart from the others that went in."""

    input_tokens: _Count | None = None
    output_tokens: _Count | None = None
    cache_read_input_tokens: _Count | None = None
    cache_creation_input_tokens: _Count | None = None


class ApiReply(Model):
    """A whole answer, also one that is of no use."""

    model: Annotated[NonBlank, StringConstraints(max_length=100)]
    stop_reason: str
    content: tuple[ContentBlock, ...]
    usage: TokenUsage

    @property
    def text(self) -> str:
        """What was written, in however many blocks."""
        return "".join(block.text or "" for block in self.content if block.type == "text")

    @property
    def tokens(self) -> Tokens:
        """What it cost."""
        usage = self.usage
        read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
        return Tokens((usage.input_tokens or 0) + read + written, usage.output_tokens or 0, read, written)


class AnthropicApi:
    """Asks Claude for values of a given type, each time with one call. One is made for a process."""

    def __init__(
        self, *, api_key: str | None = None, base_url: str | None = None, transport: "AsyncBaseTransport | None" = None
    ) -> None:
        """Read what is None from ANTHROPIC_API_KEY and the other variables of the SDK.

        `transport` takes the place of the network, to record or to replay. Raises ClaudeUnavailable when there is no
        key, or no address in ANTHROPIC_BASE_URL.
        """
        from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient  # noqa: PLC0415 - as the module says
        from httpx2 import InvalidURL, Timeout  # noqa: PLC0415 - the SDK's own, and as dear

        try:
            self._client = AsyncAnthropic(
                api_key=api_key,
                base_url=base_url,
                timeout=Timeout(SECONDS, connect=CONNECT_SECONDS),
                max_retries=0,  # who asks again has to heed the limits, and to count
                open_telemetry={"traces": False, "propagation": False},  # our spans are nobody else's
                http_client=None if transport is None else DefaultAsyncHttpxClient(transport=transport),
            )
        except InvalidURL as error:
            raise ClaudeUnavailable(f"ANTHROPIC_BASE_URL is no address: {error}") from None
        if not (self._client.api_key or self._client.auth_token or self._client.credentials):
            raise ClaudeUnavailable("there is no key: ANTHROPIC_API_KEY is not set")

    async def call(self, request: ClaudeRequest[T]) -> CallResult[T]:
        """Make one call, and return what became of it with the limits that the service told.

        A failure is returned: TransientFailure, or RateLimited, where the next time can be better; ClaudeUnavailable
        where it cannot; UnusableReply where there was a reply, and it is of no use.
        """
        from anthropic import AnthropicError, APIConnectionError, APIStatusError, APITimeoutError  # noqa: PLC0415 - as above

        limits = RateLimits()
        try:
            response = await self._client.messages.with_raw_response.create(**_parameters(request))
            limits = rate_limits(response.headers)
            return CallResult(_reply(await response.read(), request), limits)
        except (UnusableReply, ClaudeUnavailable) as error:
            return CallResult(error, limits)
        except APIStatusError as error:
            return CallResult(_status_failure(error, request.model), rate_limits(error.response.headers))
        except APITimeoutError:
            return CallResult(TransientFailure("no answer in time"), limits)
        except APIConnectionError as error:
            reason = f"no connection ({type(error.__cause__ or error).__name__})"
            return CallResult(TransientFailure(reason), limits)
        except AnthropicError as error:
            return CallResult(ClaudeUnavailable(type(error).__name__), limits)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _parameters(request: ClaudeRequest[T]) -> dict[str, Any]:
    """Return what the SDK is given. The system prompt comes first and is kept in the API's cache."""
    return {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "system": [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": message.role, "content": message.text} for message in request.messages],
        # not messages.parse: it reads the text before anyone can see that the answer was refused or cut off
        "output_config": {"format": {"type": "json_schema", "schema": _schema(request.reply_type)}},
    }


@cache
def _schema(reply_type: type[Model]) -> dict[str, Any]:
    from anthropic import transform_schema  # noqa: PLC0415 - as the module says

    return transform_schema(reply_type)


def _status_failure(error: "APIStatusError", model: str) -> ClaudeUnavailable:
    """Say what a status means. The service's own words are left out: nobody knows what they repeat."""
    status, kind, headers = error.status_code, error.type or "no reason given", error.response.headers
    reason = f"status {status} ({kind})"
    if status == HTTPStatus.PAYMENT_REQUIRED or kind == "billing_error" or error.error_code in _SPENT:
        return ClaudeUnavailable(f"the spending limit or the credit of the account is used up: {reason}")
    passing = status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if {"true": True, "false": False}.get(headers.get("x-should-retry", ""), passing):
        after = retry_after(headers)
        if status == HTTPStatus.TOO_MANY_REQUESTS and after is not None:
            return RateLimited(reason, after)
        return TransientFailure(reason, after)
    match status:
        case 401 | 403:
            return ClaudeUnavailable(f"the key is not accepted: {reason}")
        case 404:
            return ClaudeUnavailable(f"there is no model {model} at this address: {reason}")
    # a spending limit that was set in the console is a 400, too, and differs in its words only
    return ClaudeUnavailable(f"the request, or what its account may spend, was refused: {reason}")


def _reply(body: bytes, request: ClaudeRequest[T]) -> ClaudeReply[T]:
    """Read an answer; not as the SDK does, which takes anything for a message, and recurses as deep as it goes."""
    try:
        reply = ApiReply.model_validate_json(body)
    except ValidationError as error:
        raise TransientFailure("what answered is not the Messages API") from error
    text, tokens = reply.text, reply.tokens
    if reply.stop_reason != "end_turn":
        reason = _CUT_SHORT.get(reply.stop_reason, f"it ended with {reply.stop_reason}")
        raise UnusableReply(reason, reply.model, tokens, refused=reply.stop_reason == "refusal")
    if len(text.encode()) > request.max_tokens * _BYTES_A_TOKEN:  # it would not fit into a message of ours
        raise UnusableReply("it was longer than the limit of tokens", reply.model, tokens)
    try:
        value = request.reply_type.model_validate_json(text)
    except ValidationError as error:
        raise UnusableReply(explain(error), reply.model, tokens) from error
    return ClaudeReply(value, reply.model, tokens)
