"""The models that are asked by default are among those that the SDK knows, and none that will soon be gone."""

from configparser import ConfigParser
from pathlib import Path
from typing import get_args

import pytest
from anthropic.resources.messages.messages import DEPRECATED_MODELS
from anthropic.types import Model

from learnflow.settings import Settings

KNOWN = get_args(get_args(Model)[0])


def in_the_file(key: str) -> str:
    parser = ConfigParser(interpolation=None)
    parser.read(Path(__file__).parents[3] / "faust.ini", encoding="utf-8")
    return parser["claude"][key]


def test_the_lists_are_the_sdks() -> None:
    assert "claude-sonnet-4-20250514" in DEPRECATED_MODELS
    assert len(KNOWN) > 5


@pytest.mark.parametrize("key", ["model", "triage_model"])
def test_a_default_model_is_known_and_not_deprecated(key: str) -> None:
    for model in (getattr(Settings().claude, key), in_the_file(key)):
        assert model in KNOWN
        assert model not in DEPRECATED_MODELS
