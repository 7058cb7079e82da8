"""A value is found in whatever a model writes around it, and each model is asked in a way that it knows."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import JsonValue

from learnflow.models.fields import Model
from learnflow.tutor.claude.client import structured_output
from learnflow.tutor.claude.client.structured_output import ApiReply, NoObject, Way, Ways, read_value, with_schema
from tests.support.claude_requests import ask

NATIVE, TOOL, PROMPT = Way


class Told(Model):
    """A value with all kinds of fields."""

    text: str
    line: int | None
    parts: tuple[str, ...]


WHOLE = '{"text": "a {b}", "line": 3, "parts": ["c"]}'
TOLD = Told(text="a {b}", line=3, parts=("c",))


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"```json\n{WHOLE}\n```",
        f"<think>They want {{a value}}, so {{1}}.</think>\nHere it is: {WHOLE} I hope that it helps.",
        f'{{"thought": "none"}} {WHOLE}',
        f"{WHOLE.replace('3', '4')}\n{WHOLE}",
        f'{WHOLE} by {{"properties": {{"text": {{}}}}, "text": {{}}, "parts": {{}}}}',
        "<think>" + "if (a) { b; }\n" * 200 + f"</think>{WHOLE}",
    ],
)
def test_the_object_with_most_of_the_fields_is_the_value(text: str) -> None:
    assert read_value(Told, text) == TOLD


def test_what_may_be_null_may_be_left_out() -> None:
    assert read_value(Told, '{"text": "a", "parts": []}') == Told(text="a", line=None, parts=())


@pytest.mark.parametrize(
    ("filled_in", "text"),
    [
        ({"text": "a {b}", "line": 3, "parts": ["c"]}, "I call a tool."),
        (WHOLE, "I call a tool."),  # some servers send text
        ({}, WHOLE),  # and some nothing
        (None, WHOLE),
    ],
)
def test_a_tool_that_was_filled_in_is_the_value(filled_in: JsonValue, text: str) -> None:
    blocks = [{"type": "thinking", "text": ["?"]}, {"type": "text", "text": text}, {"type": []}]
    reply = {"content": [*blocks, {"type": "tool_use", "name": "answer", "input": filled_in}]}
    assert read_value(Told, ApiReply.model_validate(reply).written) == TOLD


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure! It is 3.",
        "x = {1: 2}",
        '{"other": 1} and',
        "{" * 5_000,
        "[1, 2]",
        "{}",
        '{"answer": 42}',
        '{"a":' * 9_000,
    ],
)
def test_without_an_object_of_the_shape_there_is_no_value(text: str) -> None:
    with pytest.raises(NoObject, match="no JSON object"):
        read_value(Told, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [('{"text": "a"}', "parts: Field required"),
     ('See: {"text": 3, "parts": []}', "text: Input should be a valid string")],
)  # fmt: skip
def test_what_is_wrong_with_a_value_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_value(Told, text)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('"text": "\\ud800", "parts": []', "Invalid JSON"),
        ('"text": 123456789012345678901234567890, "parts": []', "text: Input should be a valid string"),
        (f'"text": "a", "parts": {"[" * 300}{"]" * 300}', "recursion limit exceeded"),
    ],
)
def test_what_json_can_hold_and_nobody_can_store_is_said(part: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_value(Told, f"Here: {{{part}}}")


class CountingDecoder(json.JSONDecoder):
    """Counts the characters that are read in vain."""

    characters = 0

    def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
        try:
            return super().raw_decode(s, idx)
        except json.JSONDecodeError as error:
            self.characters += error.pos - idx
            raise


def test_no_text_is_read_again_from_each_of_its_braces(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = CountingDecoder()
    monkeypatch.setattr(structured_output, "_DECODER", decoder)
    hostile = '{"a":' * 900 + "[" + "[]," * 100_000
    with pytest.raises(NoObject):
        read_value(Told, hostile)
    assert len(hostile) / 2 < decoder.characters < 6 * len(hostile)


def test_a_way_that_is_ignored_is_left_for_the_next() -> None:
    ways = Ways("auto")
    assert ways.of("a") is NATIVE
    ways.ignored("a", NATIVE)
    ways.ignored("a", NATIVE)  # asked at the same time
    assert (ways.of("a"), ways.of("b")) == (TOOL, NATIVE)
    ways.ignored("a", TOOL)
    ways.ignored("a", PROMPT)
    assert ways.of("a") is PROMPT


def test_a_way_that_has_worked_is_left_only_after_several_replies_without_a_value() -> None:
    ways = Ways("auto")
    ways.worked("a", NATIVE)
    assert not ways.refused(ask(model="a"), NATIVE), "the request was at fault"
    for _ in range(3):
        ways.ignored("a", NATIVE)
        assert ways.of("a") is NATIVE
    ways.ignored("a", NATIVE)
    assert ways.of("a") is TOOL


def test_where_the_request_is_refused_the_prompt_is_tried_and_left_again_if_that_was_not_it() -> None:
    ways = Ways("auto")
    assert ways.refused(ask(model="a"), NATIVE)
    assert ways.of("a") is PROMPT
    assert ways.refused(ask(model="a"), NATIVE), "what was under way meanwhile is worth another call, too"
    assert ways.of("a") is PROMPT
    assert not ways.refused(ask(model="a"), PROMPT)
    assert ways.of("a") is NATIVE


@pytest.mark.parametrize("way", Way)
def test_a_way_that_was_chosen_stays(way: Way) -> None:
    ways = Ways(way.value)
    ways.ignored("a", way)
    assert not ways.refused(ask(model="a"), way)
    assert ways.of("a") is way


def test_effort_is_told_until_a_model_refuses_it() -> None:
    ways, asked = Ways("auto"), replace(ask(model="a"), effort="low")
    assert with_schema(ways.fitting(asked), NATIVE, {})["output_config"]["effort"] == "low"
    assert ways.refused(asked, NATIVE)
    assert ways.of("a") is NATIVE, "it was the effort, and not the way"
    assert with_schema(ways.fitting(asked), NATIVE, {})["output_config"].keys() == {"format"}
    assert ways.refused(ways.fitting(asked), NATIVE)
    assert not ways.refused(ways.fitting(asked), PROMPT)
    assert ways.fitting(asked) == asked, "neither was the reason"


def test_the_prompt_is_two_blocks_of_which_the_common_one_comes_first() -> None:
    asked = replace(ask(), common="Teach.\n")
    for way in Way:
        first, second = with_schema(asked, way, {"type": "object"})["system"]
        assert (first["text"], second["text"].startswith("Count things.")) == ("Teach.\n", True)
        assert first["cache_control"] == second["cache_control"] == {"type": "ephemeral"}
    assert len(with_schema(ask(), NATIVE, {})["system"]) == 1
