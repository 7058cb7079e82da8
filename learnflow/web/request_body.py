"""What comes in the body of a request, and what of it cannot be read."""

import logging
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.http import HttpProcessingError

from learnflow.web.responses import Refused

_SERVER: Final = logging.getLogger("aiohttp.server")


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


def log_no_unreadable_requests() -> None:
    """Have the web server log no request that it cannot read: whoever sent it is told, and it may name a student."""
    _SERVER.addFilter(_is_readable)


def _is_readable(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)
