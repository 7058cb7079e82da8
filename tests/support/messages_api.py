"""The Messages API of Claude, played by a local server: each answer is given once, in order, to the real SDK."""

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

KEY: Final = "sk-ant-test-0123456789"
MODEL: Final = "claude-sonnet-5-5"
INPUT_TOKENS: Final = 1_200
OUTPUT_TOKENS: Final = 800

Answer = Callable[[Request], Response]


def message(text: str, stop_reason: str | None = "end_turn") -> dict[str, Any]:
    """Return a whole answer of the API with one block of text."""
    return {
        "id": "msg_01", "type": "message", "role": "assistant", "model": MODEL,
        "content": [{"type": "text", "text": text}], "stop_reason": stop_reason, "stop_sequence": None,
        "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS},
    }  # fmt: skip


def says(value: object, stop_reason: str | None = "end_turn") -> Answer:
    """Answer with a value, as structured output does; text is said as it is."""
    text = value if isinstance(value, str) else json.dumps(value)
    return sends(message(text, stop_reason))


def sends(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Answer with any JSON."""
    return lambda _: Response(json.dumps(body), status, headers, content_type="application/json")


def fails(status: int, kind: str, headers: dict[str, str] | None = None) -> Answer:
    """Answer with an error of the API."""
    return sends({"type": "error", "error": {"type": kind, "message": f"about {KEY}"}}, status, headers)


def sends_text(text: str, content_type: str) -> Answer:
    """Answer with status 200 and something that need not be the API's."""
    return lambda _: Response(text, 200, content_type=content_type)


def breaks_off(_: Request) -> Response:
    """Promise more than is sent."""
    response = Response(json.dumps(message("{}"))[:40], 200, content_type="application/json")
    response.headers["Content-Length"] = "4000"
    return response


def disconnects(request: Request) -> Response:
    """Close the connection without an answer."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response()


@dataclass
class MessagesApi:
    """The server: what it will answer, and the bodies of the requests that came."""

    server: HTTPServer
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return self.server.url_for("").rstrip("/")

    def will(self, *answers: Answer) -> None:
        """Give these answers, one a request."""
        for answer in answers:
            self.server.expect_ordered_request("/v1/messages", method="POST").respond_with_handler(self._kept(answer))

    def _kept(self, answer: Answer) -> Answer:
        def handler(request: Request) -> Response:
            self.asked.append(request.get_json())
            self.keys.append(request.authorization.token if request.authorization else None)
            return answer(request)

        return handler
