"""What a view returns: a model as JSON, or an error as a sentence."""

import logging
from http import HTTPStatus
from typing import TypeVar

import orjson
from aiohttp import web
from aiohttp.http import HttpProcessingError
from pydantic import BaseModel, ValidationError

from learnflow.models.fields import Model, explain


class Refused(Exception):  # noqa: N818 - what is refused is the request; the server is well
    """A request that is not answered; the text says why, to whoever asked."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Error(Model):
    """Why a request was not answered."""

    error: str


Query = TypeVar("Query", bound=Model)


def parameters(model: type[Query], request: web.Request) -> Query:
    """Return what stands behind the question mark; what is empty counts as absent. Raises Refused with 400."""
    try:
        return model.model_validate({name: value for name, value in request.query.items() if value})
    except ValidationError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, explain(error)) from None


def answer(body: BaseModel, status: int = 200) -> web.Response:
    """Return a model as JSON, which nobody keeps."""
    encoded, headers = body.model_dump_json().encode(), {"Cache-Control": "no-store"}
    return web.Response(body=encoded, status=status, content_type="application/json", headers=headers)


def refusal(status: int, sentence: str) -> web.Response:
    """Return an error as JSON."""
    response = answer(Error(error=sentence), status)
    if status == web.HTTPUnauthorized.status_code:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def json_body(request: web.Request, largest: int) -> bytes:
    """Return a body of at most `largest` bytes that is said to be JSON. Raises Refused with 400, 413 or 415."""
    if request.content_type != "application/json":  # which another site's form cannot send
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send it as application/json.")
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > largest:
                raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"This has at most {largest:,} bytes.")
    except web.RequestPayloadError:
        raise Refused(HTTPStatus.BAD_REQUEST, "The body is not encoded as its headers say.") from None
    return bytes(body)


async def posted(model: type[Query], request: web.Request, largest: int) -> Query:
    """Return a body as a model. Raises Refused as `json_body` does, and with 422 and the field that is wrong."""
    body = await json_body(request, largest)
    try:
        return model.model_validate(orjson.loads(body))
    except orjson.JSONDecodeError:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "message: is not valid JSON") from None
    except ValidationError as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, explain(error)) from None


def log_no_unreadable_requests() -> None:
    """Have the web server log no request that it cannot read: whoever sent it is told, and it may name a student."""
    logging.getLogger("aiohttp.server").addFilter(_is_readable)


def _is_readable(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)
