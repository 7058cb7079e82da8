"""The Messages API of Claude, played by a server that answers each request by what it asks for, whenever it comes."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.integration.proposals import RIGHT
from tests.support.claude_tutor import DIAGNOSIS, EXPLANATION, REPORT, REVIEW, SORTED
from tests.support.messages_api import fails, message, stream
from tests.support.prompt_cache import PromptCache

HANGS_SECONDS: Final = 120.0  # longer than any question waits

# a required field that no other shape has → what is answered
_SHAPES: Final[dict[str, dict[str, Any]]] = {
    "missing_concept": DIAGNOSIS, "remarks": REVIEW, "intent": SORTED, "error_type": EXPLANATION,
}  # fmt: skip


@dataclass
class Player:
    """The server, what it was asked, and how it behaves from now on.

    `mode` is "answers", "overloaded" (529), "hangs", or "refuses" (401). `changes` are made to every answer of a shape.
    """

    server: HTTPServer
    mode: str = "answers"
    seconds: float = 0.0  # that an answer takes
    piece_seconds: float = 0.0  # between two pieces of an answer that comes as a stream
    changes: dict[str, Any] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    answered: int = 0
    at_once: int = 0
    cache: PromptCache = field(default_factory=PromptCache)
    going_on: threading.Event = field(default_factory=threading.Event)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a worker ask this server."""
        return {"ANTHROPIC_BASE_URL": self.server.url_for("").rstrip("/")}

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        body = request.get_data(as_text=True)
        self.bodies.append(body)
        self.at_once += 1
        try:
            return self._answer(request, json.loads(body))
        finally:
            self.at_once -= 1

    def _answer(self, request: Request, asked: dict[str, Any]) -> Response:
        if self.mode == "overloaded":
            return fails(529, "overloaded_error")(request)
        if self.mode == "refuses":
            return fails(401, "authentication_error")(request)
        self.going_on.wait(HANGS_SECONDS if self.mode == "hangs" else self.seconds)
        self.answered += 1
        text = json.dumps(self._value(asked))
        said = message(text) | {"model": asked["model"], "usage": self.cache.usage(asked, text)}
        if asked.get("stream"):
            return Response(self._pieces(said), content_type="text/event-stream")
        return Response(json.dumps(said), content_type="application/json")

    def _pieces(self, said: dict[str, Any]) -> Iterator[bytes]:
        for piece in stream(said):
            self.going_on.wait(self.piece_seconds)
            yield piece

    def _value(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return a value of the shape that is asked for; figures in it are those that were told."""
        required = asked["output_config"]["format"]["schema"]["required"]
        if "solution_code" in required:
            return RIGHT
        shape = next((key for key in _SHAPES if key in required), "report")
        value: dict[str, Any] = _SHAPES.get(shape) or REPORT | {"text": _told(asked)}
        return {**value, **self.changes.get(shape, {})}


def _told(asked: dict[str, Any]) -> str:
    """Return a report that invents no figure."""
    known = next(iter(re.findall(r"\d+%", asked["messages"][-1]["content"])), "little so far")
    return f"You know {known}. Go on."


@contextmanager
def playing_claude() -> Iterator[Player]:
    """Run the server; many requests are answered at once."""
    with HTTPServer(threaded=True) as server:
        player = Player(server)
        server.expect_request("/v1/messages", method="POST").respond_with_handler(player.handle)
        try:
            yield player
        finally:
            player.going_on.set()
