"""`learnflow claude check` against servers that can do more and less."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.command_line import Cli, lines
from tests.support.model_servers import GATEWAY, LITELLM, OLLAMA, VLLM, Kind, broken, playing, slow

MODELS = ("claude-sonnet-5-5", "claude-haiku-5-5")
NO_LIMITS = "tells no rate limits"
NO_TOKENS = "tells no tokens, so its costs are unknown"


@contextmanager
def checking(bare: Cli, kind: Kind, **more: str) -> Iterator[tuple[int, Mapping[str, Mapping[str, Any]]]]:
    """Give the exit code, and what is told of each model."""
    with playing(kind) as server:
        done = bare("claude", "check", "--json", ANTHROPIC_BASE_URL=f"{server.url}/v1/", ANTHROPIC_API_KEY="", **more)
        yield done.returncode, {one["model"]: one for one in lines(done)}


@pytest.mark.parametrize(
    ("kind", "ways", "lacks"),
    [
        (OLLAMA, ("prompt",), {NO_LIMITS}),
        (VLLM, ("tool", "prompt"), {NO_LIMITS}),
        (LITELLM, ("native", "tool", "prompt"), {NO_LIMITS, NO_TOKENS}),
        (GATEWAY, ("prompt",), {NO_LIMITS, "no list of models"}),
        (slow(400.0), ("native", "tool", "prompt"), {NO_LIMITS}),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_what_a_server_can_and_lacks_is_told(bare: Cli, kind: Kind, ways: tuple[str, ...], lacks: set[str]) -> None:
    with checking(bare, kind) as (code, told):
        assert code == 0
        assert tuple(told) == MODELS
        for one in told.values():
            assert tuple(way for way in ("native", "tool", "prompt") if one[way] == "yes") == ways
            assert set(one["lacks"]) == lacks
            assert one["models"] == (None if kind is GATEWAY else list(MODELS))


def test_a_model_that_is_not_served_or_has_no_price_is_told(bare: Cli) -> None:
    with checking(bare, VLLM, LEARNFLOW_CLAUDE_MODEL="qwen3:4b") as (code, told):
        assert code == 0
        assert {"not in the list of models", "has no price, and counts as free"} <= set(told["qwen3:4b"]["lacks"])


def test_a_server_that_is_too_slow_is_told(bare: Cli) -> None:
    with checking(bare, slow(60.0), LEARNFLOW_CLAUDE_TIMEOUT_SECONDS="3") as (code, told):
        assert code == 0
        assert any("timeout_seconds is 3" in one for one in told[MODELS[0]]["lacks"])


@pytest.mark.parametrize(("status", "said"), [(401, "the key is not accepted"), (404, "there is no model")])
def test_a_server_that_answers_in_no_way_ends_it_with_1(bare: Cli, status: Any, said: str) -> None:
    with checking(bare, broken(status)) as (code, told):
        assert code == 1
        assert all(said in told[MODELS[0]][way] for way in ("native", "tool", "prompt"))


def test_people_get_a_table(bare: Cli) -> None:
    with playing(VLLM) as server:
        done = bare("claude", "check", ANTHROPIC_BASE_URL=server.url)
    assert f"{server.url} serves: {', '.join(MODELS)}" in done.stdout
    head, *rows = done.stdout.splitlines()[1:]
    assert head.split()[:4] == ["model", "native", "tool", "prompt"]
    assert [row.split()[0] for row in rows if row.startswith("claude")] == list(MODELS)


def test_without_a_key_and_an_address_there_is_nothing_to_check(bare: Cli) -> None:
    done = bare("claude", "check", ANTHROPIC_API_KEY="", ANTHROPIC_AUTH_TOKEN="", ANTHROPIC_BASE_URL="")
    assert done.returncode == 1
    assert done.stderr == "learnflow: there is no key: ANTHROPIC_API_KEY is not set\n"
