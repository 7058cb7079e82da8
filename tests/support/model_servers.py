"""Servers that speak the Messages API and are not Claude's, each with the habits of one kind of software.

All know the same answers, one for each schema. They differ in where they look for a schema, and in what they refuse.
"""

import json
import re
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final, Literal

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.integration.proposals import RIGHT
from tests.support.claude_tutor import DIAGNOSIS, EXPLANATION, REPORT, REVIEW, SORTED

Way = Literal["native", "tool", "prompt"]
Block = dict[str, Any]

MODELS: Final = ("claude-sonnet-5-5", "claude-haiku-5-5")
TEXT: Final = "Read it line by line, and say aloud what every name stands for at that point."  # of all played answers

_PLAIN: Final = {"text": TEXT, "code_examples": []}
# the first of these fields that is required → what is answered
_ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "solution_code": RIGHT,
    "missing_concept": {**DIAGNOSIS, **_PLAIN, "fix_applied": False},
    "remarks": {**REVIEW, **_PLAIN},
    "intent": SORTED,
    "error_type": {**EXPLANATION, **_PLAIN},
    "distress": {**REPORT, "text": TEXT},
    "number": {"text": TEXT, "number": 42},
}
_FENCED: Final = re.compile(r"^```json\n(.*?)\n```", re.MULTILINE | re.DOTALL)
_GATEWAY_KNOWS: Final = frozenset({"model", "max_tokens", "system", "messages"})
_PROSE: Final = (
    "Sure! I would be happy to help you with that. Let me put it like this:\n\n```json\n{example}\n```\n\n"
    "Feel free to ask me about anything else {{or not}}!"
)
_MADE_UP: Final = ('{"example": {"a": 1}}', '{"text": "A loop repeats what stands in it.", "confidence": "high"}')
_THOUGHT: Final = '<think>\nThe answer has to be an object {like this}, say {"text": "..."}. Well.\n</think>\n\n'
_THINKING: Final = {"type": "thinking", "thinking": "It is about {code}, as so often.", "signature": "c2lnbmF0dXJl"}
_NO_USAGE: Final = dict.fromkeys(("input_tokens", "output_tokens", "cache_read_input_tokens"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a message, and which one it is, counted from 0."""

    body: dict[str, Any]
    number: int

    @property
    def way(self) -> Way:
        """How a value is asked for."""
        if "output_config" in self.body:
            return "native"
        return "tool" if "tools" in self.body else "prompt"

    @property
    def schema(self) -> dict[str, Any]:
        """What the value has to be like. Raises LookupError where that stands nowhere."""
        if self.way == "prompt":
            return dict(json.loads(_FENCED.findall(self.body["system"][-1]["text"])[-1]))
        native = self.way == "native"
        return dict(self.body["output_config"]["format"]["schema"] if native else self.body["tools"][0]["input_schema"])

    @property
    def value(self) -> dict[str, Any]:
        """The answer to the schema."""
        return next(answer for key, answer in _ANSWERS.items() if key in self.schema["required"])

    @property
    def text(self) -> str:
        """The answer as JSON."""
        return json.dumps(self.value)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered, and the seconds that it takes."""

    body: dict[str, Any]
    status: int = 200
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of server: how it answers, and the status with which it lists its models."""

    name: str
    answer: Callable[[Asked], Reply]
    models_status: int = 200


def _text(words: str) -> Block:
    return {"type": "text", "text": words}


def _call(asked: Asked) -> Block:
    return {"type": "tool_use", "id": f"call_{asked.number}", "name": "answer", "input": asked.value}


def _message(asked: Asked, *content: Block, left_out: Collection[str] = (), **changes: Any) -> Reply:
    """Return a message, with usage by the length of what went in and comes out."""
    usage = {"input_tokens": _tokens(json.dumps(asked.body)), "output_tokens": _tokens(json.dumps(content))}
    whole = {
        "id": f"msg_{asked.number}", "type": "message", "role": "assistant", "model": asked.body["model"],
        "content": list(content), "stop_reason": "end_turn", "stop_sequence": None, "usage": usage, **changes,
    }  # fmt: skip
    return Reply({key: value for key, value in whole.items() if key not in left_out})


def _tokens(text: str) -> int:
    return len(text) // 4 + 1


def _error(status: int, kind: str, words: str) -> Reply:
    return Reply({"type": "error", "error": {"type": kind, "message": words}}, status)


def _ollama(asked: Asked) -> Reply:
    """Answer in prose, whatever output_config and tools say; where the system prompt has the schema, heed that.

    Then it thinks, and what it says is a thought or prose with a JSON object in a fence. The prose of its own may have
    an object that it made up. Every other answer is without usage.
    """
    left_out = ("usage",) if asked.number % 2 else ()
    if asked.way != "prompt":
        return _message(asked, _text(_PROSE.format(example=_MADE_UP[asked.number % 2])), left_out=left_out)
    fenced = f"```json\n{json.dumps(asked.value, indent=2)}\n```"
    prose = f"Here is what I {{would}} say:\n\n{fenced}\n\nI hope {{this}} helps!"
    return _message(asked, _THINKING, _text(prose if asked.number % 3 else _THOUGHT + fenced), left_out=left_out)


def _ollama_tools(asked: Asked) -> Reply:
    """Know tools but not tool_choice: think, and use the tool, or write into a text what should go into it.

    It knows no output_config. A use of a tool ends like any other answer, and nothing has usage.
    """
    if asked.way != "tool":
        return _ollama(asked)
    answer = _call(asked) if asked.number % 3 else _text(f"I call `answer` with:\n\n{asked.text}")
    return _message(asked, _THINKING, answer, left_out=("usage",))


def _vllm(asked: Asked) -> Reply:
    """Use the tool that is asked for, after an empty text; ignore output_config, and answer that in prose.

    There are no headers about limits. What the system prompt asks for is answered as JSON and nothing else.
    """
    if asked.way == "prompt":
        return _message(asked, _text(asked.text))
    tool, choice = asked.body.get("tools", [{}])[0], asked.body.get("tool_choice")
    if asked.way == "native" or choice != {"type": "tool", "name": tool["name"]}:
        return _message(asked, _text(_PROSE.format(example=_MADE_UP[0])))
    return _message(asked, _text("\n\n"), _call(asked), stop_reason="tool_use")


def _litellm(asked: Asked) -> Reply:
    """Heed output_config, and tools as well; blocks that nobody knows come first, and much is null or left out."""
    answer = _call(asked) if asked.way == "tool" else _text(asked.text)
    unknown = {"type": "redacted_thinking", "data": "Zm9vYmFy"}, {"type": "server_note"}
    left_out = ((), ("stop_reason",), ("usage", "stop_sequence"), ("model", "id"))[asked.number % 4]
    return _message(asked, *unknown, answer, left_out=left_out, stop_reason="stop_sequence", usage=_NO_USAGE)


def _gateway(asked: Asked) -> Reply:
    """Refuse every parameter but the oldest four with a 400; answer a schema in the system prompt as JSON."""
    unknown = sorted(asked.body.keys() - _GATEWAY_KNOWS)
    if unknown:
        return _error(400, "invalid_request_error", f"{unknown[0]}: Extra inputs are not permitted")
    return _message(asked, _text(asked.text))


OLLAMA: Final = Kind("ollama", _ollama)
OLLAMA_TOOLS: Final = Kind("ollama-tools", _ollama_tools)
VLLM: Final = Kind("vllm", _vllm)
LITELLM: Final = Kind("litellm", _litellm)
GATEWAY: Final = Kind("gateway", _gateway, models_status=404)


def slow(tokens_per_second: float = 2.0) -> Kind:
    """Return a server that does all as it should, at the pace of a small machine. Nothing comes before the whole."""

    def answer(asked: Asked) -> Reply:
        reply = _message(asked, _call(asked) if asked.way == "tool" else _text(asked.text))
        return replace(reply, seconds=_tokens(asked.text) / tokens_per_second)

    return Kind("slow", answer)


def broken(status: Literal[401, 404]) -> Kind:
    """Return a server that always answers with a fault that lasts: it knows no key, or none of the models."""
    kind = {401: "authentication_error", 404: "not_found_error"}[status]
    return Kind(f"broken-{status}", lambda asked: _error(status, kind, f"about {asked.body['model']}"), status)


@dataclass
class Player:
    """A server of a kind, and what it was asked."""

    server: HTTPServer
    kind: Kind
    asked: list[Asked] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)  # paths at which there is nothing
    numbers: Iterator[int] = field(default_factory=count)
    going_on: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it is."""
        return self.server.url_for("").rstrip("/")

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        reply = self._reply(request)
        self.going_on.wait(reply.seconds)
        return Response(json.dumps(reply.body), reply.status, content_type="application/json")

    def _reply(self, request: Request) -> Reply:
        match request.method, request.path:
            case "POST", "/v1/messages":
                asked = Asked(request.get_json(), next(self.numbers))
                self.asked.append(asked)
                self.keys.append(request.authorization.token if request.authorization else None)
                return self.kind.answer(asked)
            case "GET", "/v1/models" if self.kind.models_status == 200:
                return Reply({"data": [{"type": "model", "id": model} for model in MODELS], "has_more": False})
            case "GET", "/v1/models":
                return _error(self.kind.models_status, "api_error", "no list of models")
        self.strays.append(request.path)
        return _error(404, "not_found_error", f"nothing at {request.path}")


@contextmanager
def playing(kind: Kind) -> Iterator[Player]:
    """Run a server of a kind; many requests are answered at once."""
    with HTTPServer(threaded=True) as server:
        player = Player(server, kind)
        server.expect_request(re.compile(".*")).respond_with_handler(player.handle)
        try:
            yield player
        finally:
            player.going_on.set()
