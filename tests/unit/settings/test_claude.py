"""The models that are asked by default are among those that the SDK knows, and none that will soon be gone."""

from collections.abc import Container, Sequence
from configparser import ConfigParser
from pathlib import Path
from typing import get_args

import pytest

from learnflow.settings import Settings


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
