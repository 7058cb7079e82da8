"""An answer of the API that comes event by event (server-sent events), put together to what would have come at once."""

import re
from collections.abc import AsyncIterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson
from pydantic import JsonValue, ValidationError
from pydantic_core import from_json

from learnflow.models.fields import Model
from learnflow.tutor.claude.client.structured_output import ApiReply, ContentBlock, TokenUsage
from learnflow.tutor.claude.interface import ReplyListener, Tokens, TransientFailure, loop_time

EVENT_STREAM: Final = "text/event-stream"
HEAR_SECONDS: Final = 0.2  # between two times that a listener is told
_CHARACTERS_A_TOKEN: Final = 4  # about, of an answer whose own count comes at its end
_DATA: Final = b"data:"
_LONGEST_LINE: Final = 1_000_000  # bytes
_KIND: Final = re.compile(r"[A-Za-z_]{1,60}")


class Started(Model):
    """What is known of an answer before a word of it is."""

    model: str | None = None
    usage: TokenUsage | None = None


class Delta(Model):
    """What is added to a block, or how the answer has ended."""

    text: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class StreamError(Model):
    """Why an answer goes no further."""

    type: str = ""


class StreamEvent(Model):
    """One event; what it has depends on its type, and what is not needed here is left out."""

    type: str = ""
    index: int = 0
    message: Started | None = None
    content_block: ContentBlock | None = None
    delta: Delta | None = None
    usage: TokenUsage | None = None
    error: StreamError | None = None


@dataclass(slots=True)
class _Block:
    type: str
    parts: list[str]
    input: JsonValue = None


@dataclass(slots=True)
class StreamedReply:
    """An answer as far as it has come."""

    model: str | None = None
    usage: TokenUsage = field(default_factory=TokenUsage)
    stop_reason: str | None = None
    ended: bool = False
    length: int = 0
    _blocks: dict[int, _Block] = field(default_factory=dict)

    def take(self, line: bytes) -> None:
        """Take a line of the stream. Raises TransientFailure where it is none, or says that nothing more comes."""
        data = line.removeprefix(_DATA).strip()
        if not line.startswith(_DATA) or not data.startswith(b"{"):
            return  # the event's name, which its data repeat, or a comment
        try:
            event = StreamEvent.model_validate_json(data)
        except ValidationError as error:
            raise TransientFailure("what answered is not the Messages API") from error
        if event.type == "error":
            kind = event.error.type if event.error and _KIND.fullmatch(event.error.type) else "no reason given"
            raise TransientFailure(f"the answer broke off ({kind})")
        self._count(event)
        self._write(event)
        self.ended = self.ended or event.type == "message_stop"

    @property
    def written(self) -> str:
        """What a tool is called with so far, or what was written."""
        tools = [block for block in self._blocks.values() if block.type == "tool_use"]
        return "".join(part for block in (tools[:1] or self._blocks.values()) for part in block.parts)

    @property
    def tokens(self) -> Tokens:
        """What it costs so far. What came out is counted at the end alone, and estimated until then."""
        told = ApiReply(content=(), usage=self.usage).tokens
        return replace(told, output=max(told.output, self.length // _CHARACTERS_A_TOKEN))

    def body(self) -> bytes:
        """Return the whole answer, as the API gives it at once."""
        content = [
            {"type": "text", "text": "".join(block.parts)}
            if block.type == "text"
            else {"type": block.type, "input": "".join(block.parts) or block.input}
            for _, block in sorted(self._blocks.items())
        ]
        whole: dict[str, Any] = {"content": content, "usage": self.usage.model_dump()}
        told = {"model": self.model, "stop_reason": self.stop_reason}
        return orjson.dumps(whole | {name: value for name, value in told.items() if value is not None})

    def _count(self, event: StreamEvent) -> None:
        started = event.message or Started()
        self.model = started.model or self.model
        for usage in filter(None, (started.usage, event.usage)):
            self.usage = self.usage.model_copy(update=usage.model_dump(exclude_none=True))

    def _write(self, event: StreamEvent) -> None:
        if (block := event.content_block) is not None and block.type in {"text", "tool_use"}:
            self._blocks[event.index] = _Block(block.type, [block.text or ""], block.input)
        if (delta := event.delta) is None:
            return
        self.stop_reason = delta.stop_reason or self.stop_reason
        part = delta.text or delta.partial_json or ""
        if part and event.index in self._blocks:  # what it thinks is in blocks that are not kept
            self._blocks[event.index].parts.append(part)
            self.length += len(part)


async def read_stream(chunks: AsyncIterable[bytes], listener: ReplyListener, most: int) -> bytes:
    """Return an answer as if it had come at once, and tell the listener meanwhile; of more than `most` the beginning.

    Raises TransientFailure where it breaks off.
    """
    reply, rest, due = StreamedReply(), b"", 0.0
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            reply.take(line)
        listener.tokens = reply.tokens
        if reply.ended or reply.length > most:
            break
        if reply.length and loop_time() >= due:
            due = loop_time() + HEAR_SECONDS
            listener.hear(reply.written)
        if len(rest) > _LONGEST_LINE:
            raise TransientFailure("what answered is not the Messages API")
    if not (reply.ended or reply.stop_reason or reply.length > most):
        raise TransientFailure("the answer broke off")
    listener.tokens = None  # the reply has them
    return reply.body()


def whole_body(stream: bytes) -> bytes:
    """Return what would have come at once in place of a whole stream. Raises TransientFailure where it is none."""
    reply = StreamedReply()
    for line in stream.split(b"\n"):
        reply.take(line)
    return reply.body()


def value_so_far(written: str) -> dict[str, Any]:
    """Return the fields of the object in a text that has not come to its end; the last may be cut off."""
    start = written.find("{")
    try:
        value = from_json(written[start:], allow_partial="trailing-strings") if start >= 0 else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
