"""The Messages API of Claude, played by a local server: each answer is given once, in order, to the real SDK."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

KEY: Final = "sk-ant-test-0123456789"
MODEL: Final = "claude-sonnet-5-5"
INPUT_TOKENS: Final = 1_200
OUTPUT_TOKENS: Final = 800
PIECE: Final = 12  # characters of an answer that come together
# the type of a block → that of what is added to it, the block's field, and where in an addition its part stands
_DELTAS: Final = {
    "text": ("text_delta", "text", "text"), "tool_use": ("input_json_delta", "input", "partial_json"),
    "thinking": ("thinking_delta", "thinking", "thinking"),
}  # fmt: skip

Answer = Callable[[Request], Response]


def message(text: str, stop_reason: str | None = "end_turn") -> dict[str, Any]:
    """Return a whole answer of the API with one block of text."""
    return {
        "id": "msg_01", "type": "message", "role": "assistant", "model": MODEL,
        "content": [{"type": "text", "text": text}], "stop_reason": stop_reason, "stop_sequence": None,
        "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS},
    }  # fmt: skip


def stream(whole: dict[str, Any]) -> Iterator[bytes]:
    """Yield the events of the same answer as it comes bit by bit; what a tool is filled in with is cut up as well."""
    usage = whole.get("usage") or {}
    yield _event(
        "message_start", message=whole | {"content": [], "stop_reason": None, "usage": usage | {"output_tokens": 1}}
    )
    yield _event("ping")
    for index, block in enumerate(whole["content"]):
        kind, text, delta = _DELTAS[block["type"]]
        written = block[text] if isinstance(block[text], str) else json.dumps(block[text])
        empty = {} if isinstance(block[text], dict) else ""
        yield _event("content_block_start", index=index, content_block=block | {text: empty})
        for start in range(0, len(written), PIECE):
            part = {"type": kind, delta: written[start : start + PIECE]}
            yield _event("content_block_delta", index=index, delta=part)
        yield _event("content_block_stop", index=index)
    ending = {"stop_reason": whole.get("stop_reason"), "stop_sequence": None}
    yield _event("message_delta", delta=ending, usage={"output_tokens": usage.get("output_tokens", 0)})
    yield _event("message_stop")


def _event(kind: str, **content: Any) -> bytes:
    data = json.dumps({"type": kind, **content}, ensure_ascii=False)
    return f"event: {kind}\ndata: {data}\n\n".encode()


def streams(value: object, pieces: Callable[[Iterator[bytes]], Iterator[bytes]] = lambda pieces: pieces) -> Answer:
    """Answer with a value in a stream, whose pieces may be changed."""
    whole = message(value if isinstance(value, str) else json.dumps(value))
    return lambda _: Response(pieces(stream(whole)), content_type="text/event-stream; charset=utf-8")


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
