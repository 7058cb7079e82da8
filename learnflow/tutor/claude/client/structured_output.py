"""How a model is asked for a value of a given shape, and how what it wrote is read.

Servers that speak the Messages API differ here: some write by a schema (`output_config`), some fill in a tool, and some
do neither, and silently leave out what they do not know. A model that finds the schema in its prompt can always try.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Annotated, Any, Final, get_args

from pydantic import BeforeValidator, Field, JsonValue, StringConstraints, ValidationError

from learnflow.models.fields import Model, NonBlank, explain
from learnflow.tutor.claude.interface import ClaudeRequest, T, Tokens


class Way(StrEnum):
    """What carries the schema: the API's structured output, a tool, or the prompt."""

    NATIVE = "native"
    TOOL = "tool"
    PROMPT = "prompt"


_TOOL: Final = "answer"
_LOOKS: Final = 4  # times that a text may be read
_PATIENCE: Final = 3
_DECODER: Final = json.JSONDecoder()
_ASKED: Final = """

# The form of your answer

Write one JSON object by this JSON schema, and nothing before or after it:

```json
{schema}
```
"""


_Count = Annotated[int, Field(ge=0, lt=2**31)]  # more no answer has, and PostgreSQL keeps their sums


class ContentBlock(Model):
    """A part of an answer that is read."""

    type: str
    text: str | None = None
    input: JsonValue = None


def _known_blocks(content: object) -> object:
    """Skip what is neither text nor the use of a tool, such as thinking."""
    if not isinstance(content, list):
        return content
    return [block for block in content if not isinstance(block, dict) or block.get("type") in ("text", "tool_use")]


class TokenUsage(Model):
    """The tokens of a call. Those of the cache come apart from the others that went in."""

    input_tokens: _Count | None = None
    output_tokens: _Count | None = None
    cache_read_input_tokens: _Count | None = None
    cache_creation_input_tokens: _Count | None = None


class ApiReply(Model):
    """A whole answer, also one that is of no use. Servers that are not Anthropic's leave out some of it."""

    model: Annotated[NonBlank, StringConstraints(max_length=100)] = ""
    stop_reason: str = "end_turn"
    content: Annotated[tuple[ContentBlock, ...], BeforeValidator(_known_blocks)]
    usage: TokenUsage | None = None

    @property
    def text(self) -> str:
        """What was written, in however many blocks."""
        return "".join(block.text or "" for block in self.content if block.type == "text")

    @property
    def written(self) -> str:
        """What a tool was called with, as JSON; what was written, where there is none."""
        filled_in = next((block.input for block in self.content if block.type == "tool_use"), None)
        return (filled_in if isinstance(filled_in, str) else json.dumps(filled_in)) if filled_in else self.text

    @property
    def tokens(self) -> Tokens:
        """What it cost."""
        usage = self.usage or TokenUsage()
        read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
        return Tokens((usage.input_tokens or 0) + read + written, usage.output_tokens or 0, read, written)


class NoObject(Exception):  # noqa: N818 - what came back
    """There is no JSON object of the shape in a reply: the way was not understood."""


class Ways:
    """The way that each model is asked in. `auto` begins with the first and goes on where a model does not know it.

    `streams` says whether a model answers in a stream, as soon as that is known; the argument, whether all are trusted
    to. Others are asked to once a value has come in a way that is newer than streams are: who knows the prompt alone
    may refuse what it does not know.
    """

    def __init__(self, chosen: str, *, streams: bool = False) -> None:
        self._first = Way.NATIVE if chosen == "auto" else Way(chosen)
        self._fixed = chosen != "auto"
        self._ways: dict[str, Way] = {}
        self._without_effort: set[str] = set()  # models that refused a request with one
        self._all_stream = streams
        self.streams: dict[str, bool] = {}
        self._patience: dict[str, int] = {}  # replies without a value that a way which has worked may still bring

    def of(self, model: str) -> Way:
        """Return how a model is asked now."""
        return self._ways.get(model, self._first)

    def fitting(self, request: ClaudeRequest[T]) -> ClaudeRequest[T]:
        """Return a request without what its model does not know."""
        unknown = request.model in self._without_effort or self.of(request.model) is Way.PROMPT
        return replace(request, effort=None) if unknown else request

    def may_stream(self, model: str) -> bool:
        """Say whether a model may be asked for a stream."""
        is_newer = self.of(model) is not Way.PROMPT and (self._all_stream or self._patience.get(model, 0) > 0)
        return self.streams.get(model, is_newer)

    def worked(self, model: str, way: Way) -> None:
        """A value came in this way, which stays."""
        self._ways[model], self._patience[model] = way, _PATIENCE

    def ignored(self, model: str, way: Way) -> None:
        """A reply had no value of the shape."""
        if self._fixed or self.of(model) is not way:
            return
        self._patience[model] = self._patience.get(model, 0) - 1
        if self._patience[model] < 0:
            self._ways[model] = Way.TOOL if way is Way.NATIVE else Way.PROMPT

    def refused(self, request: ClaudeRequest[T], way: Way) -> bool:
        """A request was refused. Say whether it is worth another: without effort, then with nothing but the prompt.

        Where that is refused, too, neither was the reason.
        """
        model = request.model
        if request.effort is not None:
            self._without_effort.add(model)
            return True
        if self._fixed:
            self._without_effort.discard(model)
            return False
        if self.of(model) is not way:  # others have found another one meanwhile
            return True
        if way is Way.PROMPT:
            self._ways.pop(model, None)
            self._without_effort.discard(model)
            self._patience.pop(model, None)
        elif self._patience.get(model, 0) <= 0:
            self._ways[model] = Way.PROMPT
            return True
        return False


def with_schema(request: ClaudeRequest[T], way: Way, schema: dict[str, Any]) -> dict[str, Any]:
    """Return what the SDK is given. The system prompt comes first, in blocks that the API keeps in its cache."""
    asked = _ASKED.format(schema=json.dumps(schema)) if way is Way.PROMPT else ""
    blocks = filter(None, (request.common, request.system + asked))
    parameters: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "system": [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}} for text in blocks],
        "messages": [{"role": message.role, "content": message.text} for message in request.messages],
    }
    if way is Way.NATIVE:
        # not messages.parse: it reads the text before anyone can see that the answer was refused or cut off
        parameters["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    if request.effort is not None:
        parameters.setdefault("output_config", {})["effort"] = request.effort
    if way is Way.TOOL:
        parameters["tools"] = [{"name": _TOOL, "description": "Gives the answer.", "input_schema": schema}]
        parameters["tool_choice"] = {"type": "tool", "name": _TOOL}
    return parameters


def read_value(reply_type: type[T], text: str) -> T:
    """Return the value in a text, whatever stands around it. What may be null may be left out.

    Raises NoObject, or ValueError with what is wrong with the value.
    """
    problem: Exception = NoObject("there is no JSON object of the asked form in it")
    for found in reversed(_likely(_objects(text), reply_type)):
        try:
            return reply_type.model_validate_json(json.dumps({**_nulls(reply_type), **found}))
        except (ValidationError, RecursionError) as error:
            wrong = explain(error) if isinstance(error, ValidationError) else "it is nested too deeply"
            problem = ValueError(wrong) if isinstance(problem, NoObject) else problem
    raise problem


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in a text that are in no other. The time is in line with its length, whatever it is."""
    place, budget = text.find("{"), _LOOKS * len(text)
    while place >= 0 and budget > 0:
        try:
            found, end = _DECODER.raw_decode(text, place)
        except json.JSONDecodeError as error:
            budget -= error.pos - place + 1
            end = place + 1
        except RecursionError:
            budget -= len(text) - place
            end = place + 1
        else:
            yield found
        place = text.find("{", end)


def _likely(objects: Iterable[dict[str, Any]], reply_type: type[Model]) -> list[dict[str, Any]]:
    """Return the objects that have half of what the value needs; of several like that, the last is meant."""
    needed = reply_type.model_fields.keys() - _nulls(reply_type).keys()
    return [found for found in objects if 2 * len(found.keys() & needed) >= len(needed)]


@cache
def _nulls(reply_type: type[Model]) -> Mapping[str, None]:
    return {name: None for name, field in reply_type.model_fields.items() if NoneType in get_args(field.annotation)}
