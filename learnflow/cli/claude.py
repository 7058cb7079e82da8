"""`learnflow claude`: what the server that is asked can do, Anthropic's or one of your own."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Final

import click

from learnflow import settings
from learnflow.cli.output import DASH, as_json, console, json_line, plain, table
from learnflow.models.fields import Model
from learnflow.settings import Claude, SettingsError
from learnflow.tutor.claude.client.sdk import AnthropicApi
from learnflow.tutor.claude.client.structured_output import Way
from learnflow.tutor.claude.interface import CallResult, ClaudeReply, ClaudeRequest, ClaudeUnavailable, Message
from learnflow.tutor.claude.rate_limit_headers import NONE_TOLD

ANSWER_TOKENS: Final = 400  # of an answer to a student, with room for a program
_MOST_TOKENS: Final = 1_000  # of a try; some models think before they write
_SHOWN_MODELS: Final = 12


class Sum(Model):
    """The sum, and one sentence about it."""

    text: str
    number: int


_QUESTION: Final = Message("user", "How much is 17 + 25? Give the number, and one short sentence in `text`.")


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What a model can do: for each way of asking `yes`, or `no` with the reason; `lacks` has the rest in words."""

    model: str
    native: str
    tool: str
    prompt: str
    tokens_a_second: float | None
    lacks: tuple[str, ...]

    @property
    def answers(self) -> bool:
        """Whether there is a way."""
        return "yes" in {self.native, self.tool, self.prompt}


@click.group()
def command() -> None:
    """Try what answers in Claude's place can do."""


@command.command()
@as_json
def check(*, as_json: bool) -> int:
    """Ask each model of the settings three small questions, and tell what it can do.

    The address is ANTHROPIC_BASE_URL, or Anthropic's; the key is ANTHROPIC_API_KEY, which a server of one's own need
    not want. A value can be asked for in three ways: by the API's structured output (native), by a tool, and by a
    schema in the prompt. `[claude] structured` chooses one; auto finds it out. Each question is paid.

    \b
    learnflow claude check
    ANTHROPIC_BASE_URL=http://127.0.0.1:11434 LEARNFLOW_CLAUDE_MODEL=qwen3:4b learnflow claude check

    Ends with 1 where a model answers in none of them.
    """
    address, served, checks = asyncio.run(_check(settings.current().claude))
    for model in checks if as_json else ():
        json_line({"address": address, "models": served, **asdict(model)})
    if not as_json:
        _show(address, served, checks)
    return 0 if all(model.answers for model in checks) else 1


async def _check(own: Claude) -> tuple[str, tuple[str, ...] | None, list[ModelCheck]]:
    try:
        apis = {way: AnthropicApi(structured=way.value) for way in Way}
    except ClaudeUnavailable as error:
        raise SettingsError(str(error)) from None
    try:
        served = await _served(apis[Way.NATIVE], own.timeout_seconds)
        names = dict.fromkeys((own.model, own.triage_model))
        return apis[Way.NATIVE].address, served, [await _model(name, apis, own, served) for name in names]
    finally:
        await asyncio.gather(*(api.close() for api in apis.values()))


async def _served(api: AnthropicApi, seconds: float) -> tuple[str, ...] | None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await api.models()
    return None


async def _model(
    name: str, apis: dict[Way, AnthropicApi], own: Claude, served: Sequence[str] | None
) -> ModelCheck:  # fmt: skip
    request = ClaudeRequest(name, "You add numbers.", (_QUESTION,), Sum, _MOST_TOKENS)
    results, speeds = dict[Way, CallResult[Sum]](), list[float]()
    for way, api in apis.items():
        began = time.monotonic()
        try:
            async with asyncio.timeout(own.timeout_seconds):
                results[way] = await api.call(request)
        except TimeoutError:
            results[way] = CallResult(ClaudeUnavailable(f"no answer within {own.timeout_seconds:g} s"))
        if tokens := results[way].tokens:
            speeds.append(tokens.output / (time.monotonic() - began))
    speed = max(speeds, default=0.0) or None
    said = {way: _said(result) for way, result in results.items()}
    lacks = tuple(_lacks(name, list(results.values()), own, served, speed))
    return ModelCheck(name, said[Way.NATIVE], said[Way.TOOL], said[Way.PROMPT], speed, lacks)


def _said(result: CallResult[Sum]) -> str:
    return "yes" if isinstance(result.outcome, ClaudeReply) else f"no: {result.outcome}"


def _lacks(
    name: str, results: Sequence[CallResult[Sum]], own: Claude, served: Sequence[str] | None, speed: float | None
) -> Iterator[str]:  # fmt: skip
    if all(isinstance(result.outcome, ClaudeUnavailable) for result in results):
        return  # why is said already
    if served is None:
        yield "no list of models"
    elif name not in served:
        yield "not in the list of models"
    if all(result.tokens is None or not result.tokens.output for result in results):
        yield "tells no tokens, so its costs are unknown"
    if all(result.limits == NONE_TOLD for result in results):
        yield "tells no rate limits"
    if not any(own.rates()[name]):
        yield "has no price, and counts as free"
    if speed and (seconds := ANSWER_TOKENS / speed) > own.timeout_seconds:
        yield f"an answer takes about {seconds:.0f} s, and [claude] timeout_seconds is {own.timeout_seconds:g}"


def _show(address: str, served: Sequence[str] | None, checks: Sequence[ModelCheck]) -> None:
    listed = (
        DASH if served is None else ", ".join(served[:_SHOWN_MODELS]) + ("…" if len(served) > _SHOWN_MODELS else "")
    )
    click.echo(plain(f"{address} serves: {listed}"))
    shown = table("model", *Way, "tokens/s", "what it lacks")
    for model in checks:
        speed = f"{model.tokens_a_second:.1f}" if model.tokens_a_second else DASH
        row = (model.model, model.native, model.tool, model.prompt, speed, "; ".join(model.lacks) or DASH)
        shown.add_row(*map(plain, row))
    console().print(shown)
