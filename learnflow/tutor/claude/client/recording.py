"""What the network would carry between Claude's SDK and the API: kept in files, and played from them without network.

Beside `sdk.py` the only module that imports httpx2, the SDK's HTTP client, and like that one imported only where it
is used. It imports no anthropic: what it sees are requests and responses.

A file holds one exchange and is named after what was asked: the hash of the request's path and body, in which nothing
differs between two runs over the same questions. Headers are not kept, so no key is; bodies are kept as they were sent,
which is without personal data (`claude_client.py`). Of a failure only its kind is kept: its words may
repeat anything. An answer that came as a stream is kept as a whole.
"""

from hashlib import sha256
from http import HTTPStatus
from json import JSONDecodeError
from pathlib import Path
from typing import Any, Final

import orjson
from httpx2 import AsyncBaseTransport, AsyncHTTPTransport, Request, Response

from learnflow.tutor.claude.client.streaming import EVENT_STREAM, whole_body

_NAME: Final = 32  # characters of the hash
_JSON: Final = {"content-type": "application/json"}
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2


class HttpTransport(AsyncBaseTransport):
    """What takes the place of the network; `api_key` where the environment need not have one."""

    api_key: str | None = None
    missing: int = 0  # requests that could not be answered


class Recording(HttpTransport):
    """Passes everything on to the network and keeps each exchange; of two about the same, the last."""

    def __init__(self, directory: Path) -> None:
        """Make the directory. Raises OSError when that cannot be."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._network = AsyncHTTPTransport()

    async def handle_async_request(self, request: Request) -> Response:
        """Ask the API, and keep what was asked and answered."""
        response = await self._network.handle_async_request(request)
        asked, content = await request.aread(), await response.aread()
        kept = {
            "request": _asked(asked),
            "response": {"status": response.status_code, "body": _kept(response, content)},
        }
        (self._directory / _file(request, asked)).write_bytes(orjson.dumps(kept, option=_OPTIONS) + b"\n")
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._network.aclose()


class Replay(HttpTransport):
    """Answers what was recorded. What was not is `missing`, and answered as an error that ends the question."""

    api_key = "replayed"  # the SDK wants one

    def __init__(self, directory: Path) -> None:
        """Raises NotADirectoryError when there is no directory of that name."""
        if not directory.is_dir():
            raise NotADirectoryError(directory)
        self._directory = directory

    async def handle_async_request(self, request: Request) -> Response:
        """Answer from the files."""
        file = self._directory / _file(request, await request.aread())
        try:
            kept = orjson.loads(file.read_bytes())["response"]
        except FileNotFoundError:
            self.missing += 1
            kept = {"status": HTTPStatus.NOT_FOUND, "body": _error("not_found_error", "this was not recorded")}
        body = kept["body"]
        content = body.encode() if isinstance(body, str) else orjson.dumps(body)
        return Response(int(kept["status"]), headers=_JSON, content=content, request=request)


def _file(request: Request, content: bytes) -> str:
    canonical = orjson.dumps([request.url.path, _asked(content)], option=orjson.OPT_SORT_KEYS)
    return f"{sha256(canonical).hexdigest()[:_NAME]}.json"


def _json(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return a body as JSON, or as the text that it is."""
    try:
        return orjson.loads(content)
    except JSONDecodeError:
        return content.decode(errors="replace")


def _asked(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return what was asked; whether the answer should come in a stream makes it no other."""
    body = _json(content)
    return {name: value for name, value in body.items() if name != "stream"} if isinstance(body, dict) else body


def _kept(response: Response, content: bytes) -> Any:  # noqa: ANN401 - any JSON
    streamed = response.headers.get("content-type", "").startswith(EVENT_STREAM)
    body = _json(whole_body(content) if streamed else content)
    if response.status_code < HTTPStatus.BAD_REQUEST:
        return body
    error = body.get("error") if isinstance(body, dict) else None
    return _error(error.get("type") if isinstance(error, dict) else None, "its words are not kept")


def _error(kind: str | None, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}
