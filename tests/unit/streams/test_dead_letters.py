"""A dead letter keeps the original, and says why and where from."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.streams import dead_letters
from learnflow.streams.codec import LONGEST_REASON
from learnflow.streams.dead_letters import DeadLetter, redriven_from

LETTER = DeadLetter(
    reason="message: is not valid JSON",
    topic="student-queries",
    partition=3,
    offset=17,
    agent="triage",
    at=datetime(2026, 1, 2, 14, 23, 45, tzinfo=UTC),
    key=b"student-123",
    value=b"\xff\x00{",
    headers=(("traceparent", b"00-ab"), ("empty", None), ("twice", b"1"), ("twice", b"2")),
)

letters = st.builds(
    DeadLetter,
    reason=st.text(st.characters(exclude_categories=["Cs"]), max_size=LONGEST_REASON),
    topic=st.sampled_from(["student-queries", "agent-responses"]),
    partition=st.integers(0, 11),
    offset=st.integers(0, 2**63 - 1),
    agent=st.just("triage"),
    at=st.datetimes(timezones=st.just(UTC)),
    key=st.none() | st.binary(),
    value=st.none() | st.binary(),
    headers=st.lists(st.tuples(st.sampled_from(["a", "b"]), st.none() | st.binary())).map(tuple),
    attempt=st.integers(0, 9),
)


def stored(letter: DeadLetter) -> DeadLetter:
    return DeadLetter.from_headers(letter.key, letter.to_value(), letter.to_headers())


@given(letters)
def test_a_dead_letter_is_read_as_it_was_written(letter: DeadLetter) -> None:
    assert stored(letter) == letter


def test_every_header_is_in_the_contract() -> None:
    ours = {name for name, _ in replace(LETTER, value=None, headers=(), trace_id="1").to_headers()}
    assert ours == set(dead_letters.HEADERS)


def test_no_value_and_an_empty_one_stay_apart() -> None:
    assert stored(replace(LETTER, value=None)).value is None
    assert stored(replace(LETTER, value=b"")).value == b""


def test_a_long_reason_is_cut() -> None:
    assert stored(replace(LETTER, reason="x" * 100_000)).reason == "x" * LONGEST_REASON


def test_a_reason_with_a_lone_surrogate_can_be_kept() -> None:
    assert stored(replace(LETTER, reason="bad \ud800")).reason == "bad ?"


def test_headers_that_pretend_to_be_ours_do_not_win() -> None:
    letter = replace(LETTER, headers=(("learnflow-reason", b"forged"), ("learnflow-offset", None)))
    assert stored(letter) == replace(LETTER, headers=())


@pytest.mark.parametrize("name", dead_letters.REQUIRED)
def test_what_lacks_a_header_is_no_dead_letter(name: str) -> None:
    headers = [header for header in LETTER.to_headers() if header[0] != name]
    with pytest.raises(ValueError, match=name):
        DeadLetter.from_headers(None, b"", headers)


@pytest.mark.parametrize("name", [dead_letters.PARTITION, dead_letters.OFFSET, dead_letters.ATTEMPT, dead_letters.AT])
def test_what_has_nonsense_in_a_header_is_no_dead_letter(name: str) -> None:
    with pytest.raises(ValueError, match="no dead letter"):
        DeadLetter.from_headers(None, b"", [*LETTER.to_headers(), (name, b"nonsense")])


def test_a_redriven_message_has_its_own_headers_and_says_where_its_dead_letter_stands() -> None:
    headers = LETTER.redriven_headers(3, 14)
    assert headers == (*LETTER.headers, ("learnflow-redrive", b"3:14"))
    assert replace(LETTER, headers=headers).redriven_headers(0, 2) == (*LETTER.headers, ("learnflow-redrive", b"0:2"))


@pytest.mark.parametrize(
    ("headers", "place"),
    [
        ((), None),
        ((("learnflow-redrive", b"2:7"),), (2, 7)),
        ((("learnflow-redrive", b"1"),), None),
        ((("learnflow-redrive", b"-1:2"),), None),
        ((("learnflow-redrive", b"1:99999999999999999999"),), None),
        ((("learnflow-redrive", None),), None),
        ((("learnflow-redrive", b"1:1"), ("learnflow-redrive", b"3:0")), (3, 0)),
    ],
)
def test_a_message_names_the_place_of_its_dead_letter(
    headers: dead_letters.Headers, place: tuple[int, int] | None
) -> None:
    assert redriven_from(headers) == place


def test_a_dead_letter_holds_only_the_very_message() -> None:
    assert LETTER.holds(LETTER)
    for other in (replace(LETTER, topic="x"), replace(LETTER, key=b"x"), replace(LETTER, value=b"x")):
        assert not LETTER.holds(other)
