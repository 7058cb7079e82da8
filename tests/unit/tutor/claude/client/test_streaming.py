"""An answer that comes in pieces is the one that would have come at once, wherever it is cut."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.tutor.claude.client.streaming import HEAR_SECONDS, read_stream, value_so_far, whole_body
from learnflow.tutor.claude.client.structured_output import ApiReply
from learnflow.tutor.claude.interface import ReplyListener, Tokens, TransientFailure
from tests.support.messages_api import message, stream

WORDS: Final = "Ein \u201eLoop\u201c l\u00e4uft\u2028weiter: \u6700\u540e\u3002"
VALUE: Final = json.dumps({"text": WORDS, "number": 42}, ensure_ascii=False)
WHOLE: Final = message(VALUE)
STREAM: Final = b"".join(stream(WHOLE))
MOST: Final = 10_000


async def cut(data: bytes, places: Iterable[int]) -> AsyncIterator[bytes]:
    ends = sorted(place for place in places if place < len(data))
    for start, end in zip((0, *ends), (*ends, len(data)), strict=True):
        yield data[start:end]


async def read(data: bytes, places: Iterable[int] = (), most: int = MOST) -> tuple[ApiReply, list[str], ReplyListener]:
    heard: list[str] = []
    listener = ReplyListener(heard.append)
    body = await read_stream(cut(data, places), listener, most)
    return ApiReply.model_validate_json(body), heard, listener


def same(reply: ApiReply) -> bool:
    at_once = ApiReply.model_validate(WHOLE)
    return (reply.written, reply.model, reply.stop_reason, reply.tokens) == (
        at_once.written, at_once.model, at_once.stop_reason, at_once.tokens,
    )  # fmt: skip


@given(st.lists(st.integers(0, len(STREAM)), max_size=9))
async def test_wherever_a_stream_is_cut_the_answer_is_the_same(places: list[int]) -> None:
    reply, heard, listener = await read(STREAM, places)
    assert same(reply)
    assert all(VALUE.startswith(text) for text in heard)
    assert listener.tokens is None


def test_a_recorded_stream_is_the_same_answer() -> None:
    assert same(ApiReply.model_validate_json(whole_body(STREAM)))


async def test_a_tool_is_filled_in_piece_by_piece() -> None:
    whole = WHOLE | {"content": [{"type": "tool_use", "id": "1", "name": "answer", "input": json.loads(VALUE)}]}
    reply, heard, _ = await read(b"".join(stream(whole)), range(0, 2_000, 7))
    assert json.loads(reply.written) == json.loads(VALUE)
    assert heard


async def test_thoughts_and_what_nobody_knows_are_left_out() -> None:
    whole = WHOLE | {"content": [{"type": "thinking", "thinking": "{hm}"}, *WHOLE["content"]]}
    noise = b': a comment\nevent: news\ndata: {"type": "news", "index": 0}\n\ndata: [DONE]\n\n'
    reply, _, _ = await read(noise + b"".join(stream(whole)))
    assert same(reply)


async def test_what_came_until_now_is_counted_while_it_comes() -> None:
    pieces, told = list(stream(WHOLE)), []
    listener = ReplyListener(lambda _: told.append(listener.tokens))

    async def coming() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
            if listener.tokens:
                told.append(listener.tokens)

    await read_stream(coming(), listener, MOST)
    costs = [tokens for tokens in told if tokens]
    assert costs[0].input == 1_200
    assert [tokens.output for tokens in costs] == sorted(tokens.output for tokens in costs)
    assert costs[-1] == Tokens(1_200, 800)


@pytest.mark.parametrize("end", range(1, 4))
async def test_a_stream_that_breaks_off_is_tried_again(end: int) -> None:
    pieces = list(stream(WHOLE))
    with pytest.raises(TransientFailure, match="broke off"):
        await read(b"".join(pieces[:end]))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'data: {"type": "error", "error": {"type": "overloaded_error", "message": "sk-1"}}\n', "overloaded_error"),
        (b'data: {"type": "error", "error": {"type": "a b\\nc"}}\n', "no reason given"),
        (b'data: {"type": 3}\n', "not the Messages API"),
        (b'data: {"type": "message_start", "message": []}\n', "not the Messages API"),
        (b"data: {" + b"[" * 100_000 + b"\n", "not the Messages API"),
        (b"x" * 2_000_000, "not the Messages API"),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_what_is_no_answer_is_a_failure_that_repeats_nothing(data: bytes, reason: str) -> None:
    with pytest.raises(TransientFailure, match=reason) as failure:
        await read(data, range(0, len(data), 65_536))
    assert "sk-1" not in str(failure.value)


async def test_of_an_endless_answer_no_more_is_read_than_it_may_have() -> None:
    async def endless() -> AsyncIterator[bytes]:
        first, _, start, delta, *_ = stream(WHOLE | message("aaaa"))
        yield first + start
        while True:
            yield delta

    body = await read_stream(endless(), ReplyListener(lambda _: None), 100)
    assert 100 < len(ApiReply.model_validate_json(body).written) <= 104


async def test_a_listener_is_told_a_few_times_a_second() -> None:
    _, heard, _ = await read(STREAM, range(0, len(STREAM), 3))
    assert HEAR_SECONDS > 0.1
    assert len(heard) < 5


@given(st.integers(0, len(VALUE)))
def test_the_fields_of_half_an_object_are_read(end: int) -> None:
    value: dict[str, Any] = value_so_far(f"Sure: {VALUE[:end]}")
    assert WORDS.startswith(value.get("text", ""))
    assert set(value) <= {"text", "number"}


@pytest.mark.parametrize("written", ["", "no object", "[1, 2", "{" * 5_000, '{"a" 1}', '{"text": "\\ud800'])
def test_what_is_no_object_has_no_fields(written: str) -> None:
    assert value_so_far(written) in ({}, {"text": ""})
