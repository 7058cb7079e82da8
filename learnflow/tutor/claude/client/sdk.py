"""Claude, through the SDK. No other module imports anthropic, and this one only when Claude is made: it costs 59 MB."""

import os
import re
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from learnflow.models.fields import Model, NonBlank
from learnflow.tutor.claude.client.streaming import EVENT_STREAM, read_stream
from learnflow.tutor.claude.client.structured_output import ApiReply, NoObject, Way, Ways, read_value, with_schema
from learnflow.tutor.claude.interface import (
    CallResult,
    ClaudeReply,
    ClaudeRequest,
    ClaudeUnavailable,
    LastingFault,
    RateLimited,
    ReplyListener,
    T,
    TransientFailure,
    UnusableReply,
    WayRefused,
)
from learnflow.tutor.claude.rate_limit_headers import RateLimits, rate_limits, retry_after

if TYPE_CHECKING:
    from anthropic import APIStatusError, AsyncAPIResponse
    from httpx2 import AsyncBaseTransport

CONNECT_SECONDS: Final = 5.0
SECONDS: Final = 600.0  # whoever asks has a deadline; this only ends what nobody waits for

KEYS: Final = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
ADDRESS: Final = "ANTHROPIC_BASE_URL"
_ANTHROPIC: Final = "https://api.anthropic.com"
_NO_KEY: Final = "none"  # for a server of one's own, which asks for none
_COMPLETE: Final = frozenset({"end_turn", "stop_sequence", "tool_use", "stop"})
_CUT_SHORT: Final = {
    "max_tokens": "it was longer than the limit of tokens, and cut off",
    "model_context_window_exceeded": "it was longer than the context window, and cut off",
    "refusal": "it was a refusal",
}
_KIND: Final = re.compile(r"(?!None)[A-Za-z_]{1,60}")
_BYTES_A_TOKEN: Final = 32  # more than any text has on the average
_SPENT: Final = frozenset({
    "contract_spend_limit_reached",
    "enforced_spend_limit_reached",
    "linked_organization_billing_unavailable",
    "linked_organization_spend_limit_reached",
})
_REFUSED: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})  # also for a field unknown
_PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})


class ServedModel(Model):
    """A model that a server offers."""

    id: NonBlank


class ModelList(Model):
    """What a server offers."""

    data: tuple[ServedModel, ...]


class AnthropicApi:
    """Asks Claude for values of a given type, each time with one call. One is made for a process."""

    def __init__(
        self, *, api_key: str | None = None, base_url: str | None = None, transport: "AsyncBaseTransport | None" = None,
        structured: str = "auto",
    ) -> None:  # fmt: skip
        """Read what is None from ANTHROPIC_API_KEY and the other variables of the SDK.

        `transport` takes the place of the network, to record or to replay; `structured` is a way, or auto. Raises
        ClaudeUnavailable when there is no key and no address of another server, or no address in ANTHROPIC_BASE_URL.
        """
        from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient  # noqa: PLC0415 - as the module says
        from httpx2 import InvalidURL, Timeout  # noqa: PLC0415 - the SDK's own, and as dear

        address, token = _address(base_url or from_environment(ADDRESS)), from_environment(KEYS[1])
        key = api_key or from_environment(KEYS[0]) or (_NO_KEY if wants_no_key(address) and not token else None)
        try:
            self._client = AsyncAnthropic(
                api_key=key or (None if token else _unless_blank(KEYS[0], "")),
                auth_token=None if key else token,
                base_url=address or _unless_blank(ADDRESS, _ANTHROPIC),
                timeout=Timeout(SECONDS, connect=CONNECT_SECONDS),
                max_retries=0,  # who asks again has to heed the limits, and to count
                open_telemetry={"traces": False, "propagation": False},  # our spans are nobody else's
                http_client=None if transport is None else DefaultAsyncHttpxClient(transport=transport),
            )
        except InvalidURL as error:
            raise ClaudeUnavailable(f"ANTHROPIC_BASE_URL is no address: {error}") from None
        if not (self._client.api_key or self._client.auth_token or self._client.credentials):
            raise ClaudeUnavailable("there is no key: ANTHROPIC_API_KEY is not set")
        self._ways = Ways(structured, streams=not wants_no_key(address))

    async def call(self, request: ClaudeRequest[T]) -> CallResult[T]:
        """Make one call, and return what became of it with the limits that the service told.

        A server that refuses to answer in a stream is asked once more, without, and is known from then on.
        A failure is returned: TransientFailure, or RateLimited, where the next time can be better; ClaudeUnavailable
        where it cannot; UnusableReply where there was a reply, and it is of no use.
        """
        from anthropic import AnthropicError, APIConnectionError, APIStatusError, APITimeoutError  # noqa: PLC0415 - as above
        from httpx2 import HTTPError  # noqa: PLC0415 - as above

        request, limits, way = self._ways.fitting(request), RateLimits(), self._ways.of(request.model)
        listener = request.listener if self._ways.may_stream(request.model) else None
        parameters = with_schema(request, way, _schema(request.reply_type)) | ({"stream": True} if listener else {})
        try:
            async with self._client.messages.with_streaming_response.create(**parameters) as response:
                limits = rate_limits(response.headers)
                body = await self._body(response, listener, request)
            return CallResult(self._reply(body, request, way), limits)
        except (UnusableReply, ClaudeUnavailable) as error:
            return CallResult(error, limits)
        except APIStatusError as error:
            return await self._refused(error, request, way, listener)
        except APITimeoutError:
            return CallResult(TransientFailure("no answer in time"), limits)
        except (APIConnectionError, HTTPError) as error:  # the other comes in the middle of a reply
            reason = f"no connection ({type(error.__cause__ or error).__name__})"
            return CallResult(TransientFailure(reason), limits)
        except AnthropicError as error:
            return CallResult(ClaudeUnavailable(type(error).__name__), limits)

    async def _body(
        self, response: "AsyncAPIResponse[Any]", listener: ReplyListener | None, request: ClaudeRequest[Any]
    ) -> bytes:
        """Return the whole body of a response, also of one that comes as a stream."""
        if listener is None or not response.headers.get("content-type", "").startswith(EVENT_STREAM):
            return await response.read()
        self._ways.streams[request.model] = True
        return await read_stream(response.iter_bytes(), listener, request.max_tokens * _BYTES_A_TOKEN)

    @property
    def address(self) -> str:
        """Where it asks."""
        return str(self._client.base_url)

    async def models(self) -> tuple[str, ...] | None:
        """Return the names of the models that are served, or None where the server does not tell."""
        from anthropic import AnthropicError  # noqa: PLC0415 - as the module says

        try:
            response = await self._client.models.with_raw_response.list()
            return tuple(model.id for model in ModelList.model_validate_json(await response.read()).data)
        except (AnthropicError, ValidationError):
            return None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _refused(
        self, error: "APIStatusError", request: ClaudeRequest[T], way: Way, listener: ReplyListener | None
    ) -> CallResult[T]:
        """Return what a status means; where it may be the stream that was refused, what comes of asking without."""
        model, is_refused = request.model, error.status_code in _REFUSED
        if is_refused and listener and model not in self._ways.streams:
            result = await self.call(replace(request, listener=None))
            if not isinstance(result.outcome, WayRefused | ClaudeUnavailable):
                self._ways.streams[model] = False
            return result
        limits = rate_limits(error.response.headers)
        if is_refused and self._ways.refused(request, way):
            unknown = "effort" if request.effort else f"{way} structured output"
            return CallResult(WayRefused(f"a server that knows no {unknown} refused it", model), limits)
        return CallResult(_status_failure(error, model), limits)

    def _reply(self, body: bytes, request: ClaudeRequest[T], way: Way) -> ClaudeReply[T]:
        """Read an answer; not as the SDK does, which takes anything for one, and recurses as deep as it goes."""
        try:
            reply = ApiReply.model_validate_json(body)
        except ValidationError as error:
            raise TransientFailure("what answered is not the Messages API") from error
        model, tokens = reply.model or request.model, reply.tokens
        if reply.stop_reason not in _COMPLETE:
            reason = _CUT_SHORT.get(reply.stop_reason, f"it ended with {reply.stop_reason}")
            raise UnusableReply(reason, model, tokens, refused=reply.stop_reason == "refusal")
        if (
            len(reply.written.encode(errors="replace")) > request.max_tokens * _BYTES_A_TOKEN
        ):  # it would not fit into a message of ours
            raise UnusableReply("it was longer than the limit of tokens", model, tokens)
        try:
            value = read_value(request.reply_type, reply.written)
        except NoObject as error:
            self._ways.ignored(request.model, way)
            raise UnusableReply(str(error), model, tokens) from error
        except ValueError as error:
            raise UnusableReply(str(error), model, tokens) from error
        self._ways.worked(request.model, way)
        return ClaudeReply(value, model, tokens)


@cache
def _schema(reply_type: type[Model]) -> dict[str, Any]:
    from anthropic import transform_schema  # noqa: PLC0415 - as the module says

    return transform_schema(reply_type)


def from_environment(name: str) -> str | None:
    """Return a variable of the environment without the line break that a file's content may end with."""
    return os.environ.get(name, "").strip() or None


def wants_no_key(address: str | None) -> bool:
    """Say whether an address is that of a server of one's own."""
    return address is not None and not (urlsplit(address).hostname or "").endswith("anthropic.com")


def _unless_blank(name: str, otherwise: str) -> str | None:
    """Return what keeps the SDK from reading a variable that is blank."""
    return otherwise if name in os.environ and from_environment(name) is None else None


def _address(url: str | None) -> str | None:
    """Return the address below which the SDK adds the version itself."""
    return url.strip().rstrip("/").removesuffix("/v1") if url else None


def _status_failure(error: "APIStatusError", model: str) -> ClaudeUnavailable:
    """Say what a status means. The service's own words are left out: nobody knows what they repeat."""
    status, kind, headers = error.status_code, str(error.type), error.response.headers
    kind = kind if _KIND.fullmatch(kind) else "no reason given"  # it is the server's, and goes into logs
    reason = f"status {status} ({kind})"
    if status == HTTPStatus.PAYMENT_REQUIRED or kind == "billing_error" or error.error_code in _SPENT:
        return LastingFault(f"the spending limit or the credit of the account is used up: {reason}")
    passing = status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if {"true": True, "false": False}.get(headers.get("x-should-retry", ""), passing):
        after = retry_after(headers)
        if status == HTTPStatus.TOO_MANY_REQUESTS and after is not None:
            return RateLimited(reason, after)
        return TransientFailure(reason, after)
    match status:
        case 401 | 403:
            return LastingFault(f"the key is not accepted: {reason}")
        case 404:
            return LastingFault(f"there is no model {model} at this address: {reason}")
    # a spending limit that was set in the console is a 400, too, and differs in its words only
    return LastingFault(f"the request, or what its account may spend, was refused: {reason}", sure=False)
