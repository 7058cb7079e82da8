"""The models that are asked by default are among those that the SDK knows, and none that will soon be gone."""

from collections.abc import Container, Sequence
from configparser import ConfigParser
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from learnflow.models.vocabulary import Agent, Specialist
from learnflow.settings import Claude, Settings
from learnflow.settings.claude import AGENTS, EFFORTS


@pytest.fixture(scope="module")
def deprecated_models() -> Container[str]:
    """Give the models that will soon be gone; the SDK is imported by who needs it, for it takes seconds."""
    from anthropic.resources.messages.messages import DEPRECATED_MODELS  # noqa: PLC0415

    return DEPRECATED_MODELS


@pytest.fixture(scope="module")
def sdk_models() -> Sequence[str]:
    """Give the models that the SDK names."""
    from anthropic.types import Model  # noqa: PLC0415

    return get_args(get_args(Model)[0])


def in_the_file(key: str) -> str:
    parser = ConfigParser(interpolation=None)
    parser.read(Path(__file__).parents[3] / "faust.ini", encoding="utf-8")
    return parser["claude"][key]


def test_the_lists_are_the_sdks(sdk_models: Sequence[str], deprecated_models: Container[str]) -> None:
    assert "claude-sonnet-4-20250514" in deprecated_models
    assert len(sdk_models) > 5


@pytest.mark.parametrize("key", ["model", "triage_model"])
def test_a_default_model_is_known_and_not_deprecated(
    key: str, sdk_models: Sequence[str], deprecated_models: Container[str]
) -> None:
    for model in (getattr(Settings().claude, key), in_the_file(key)):
        assert model in sdk_models
        assert model not in deprecated_models


def test_the_agents_and_efforts_are_those_that_there_are() -> None:
    from anthropic.types import OutputConfigParam  # noqa: PLC0415 - it takes seconds

    assert set(AGENTS) == {*Specialist, Agent.TRIAGE}
    efforts = get_args(get_type_hints(OutputConfigParam)["effort"])[0]
    assert set(EFFORTS) == set(get_args(efforts))


def test_each_agent_has_its_tokens_and_effort() -> None:
    claude = Claude(effort="debug high, triage low")
    assert [claude.effort_of(agent) for agent in ("debug", "triage", "concepts")] == ["high", "low", None]
    assert claude.most_tokens("debug") > claude.most_tokens("concepts") > claude.most_tokens("triage")


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("effort", "debgu high", "'debgu' is no agent; they are triage, concepts"),
        ("effort", "debug hard", "debug: 'hard' is no effort; they are low, medium, high"),
        ("effort", "debug", "debug: '' is no effort"),
        ("effort", "debug low, debug high", "debug has two entries"),
        ("max_tokens", "debug 4000", "has none for triage, concepts, code-review, exercise, progress"),
        ("max_tokens", f"{Claude().max_tokens}, triage 500", "triage has two entries"),
        ("max_tokens", Claude().max_tokens.replace("400", "40"), "triage: '40' is no number of tokens from 200 to"),
        ("max_tokens", Claude().max_tokens.replace("400", "-400"), "triage: '-400' is no number of tokens"),
    ],
)
def test_a_wrong_list_is_refused_with_what_is_wrong(key: str, text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Claude.model_validate({key: text})
