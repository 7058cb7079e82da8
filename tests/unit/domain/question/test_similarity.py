"""Which questions ask the same, by their words."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.domain.question.similarity import LONGEST, QUOTED, alike, similarity, telling_words

TEXTS = st.text(alphabet="abc de?", max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I break out of a loop?", "how can I break out of the loop"),
        ("Why does my while loop never end?", "My while loop never ends, why?"),
        ("What is the base case of recursion?", "what's a base case in recursion?"),
        ("why is my list index out of range", "list index out of range error, why?"),
        ("How do I remove all duplicates?", "removing duplicate elements of an array"),
        ("how to join two strings", "concatenate two strings"),
        ("Find the largest number in `ages`", "how do I find the maximum number of `prices`?"),
        ("Count the occurrences of a character", "how often does a letter appear, counting"),
    ],
)
def test_the_same_in_other_words_is_alike(one: str, other: str) -> None:
    assert alike(telling_words(one), telling_words(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I break out of a loop?", "How do I count in a loop?"),
        ("How do I reverse a list?", "How do I sort a list?"),
        ("how does a for loop work", "how does a while loop work"),
        ("What is recursion?", "Recursion?"),
        ("How do I find the maximum?", "How do I find the minimum?"),
        ("What does `append` do?", "What does `pop` do?"),
        ("ما هي القائمة", "ما هي القائمة"),
    ],
)
def test_something_else_and_nothing_telling_is_not_alike(one: str, other: str) -> None:
    assert not alike(telling_words(one), telling_words(other))


def test_telling_words_leave_out_what_says_nothing() -> None:
    assert telling_words("What are the nested List indexes?") == "nested list indexes"
    assert len(telling_words("word " * 1_000)) == LONGEST


def test_words_in_quotes_count_little() -> None:
    one, other = telling_words("sort words in 'names' by length"), telling_words("sort words in 'cities' by length")
    assert similarity(one, other) > 0.76 > similarity(one.replace(QUOTED, ""), other.replace(QUOTED, ""))


def test_an_apostrophe_opens_no_quote() -> None:
    assert QUOTED not in telling_words("What's the loop's end and why isn't it's")


def test_a_synonym_is_less_than_the_word_itself() -> None:
    assert similarity("delete rows", "delete rows") == 1.0
    assert 0.8 < similarity("delete rows", "remove rows") < 1.0
    assert similarity("delete", "reverse") == 0.0


def test_a_pair_is_compared_in_less_than_ten_milliseconds() -> None:
    """Each text has as many words as fit, all different, so that nothing is known from the pair before."""
    pairs = [(_many(f"a{place}"), _many(f"b{place}")) for place in range(20)]
    began = process_time()
    for one, other in pairs:
        similarity(one, other)
    assert (process_time() - began) / len(pairs) < 0.01


def _many(start: str) -> str:
    return " ".join(f"{start}{place}" for place in range(LONGEST))[:LONGEST]


@given(TEXTS, TEXTS)
def test_similarity_is_symmetric_bounded_and_whole_for_the_same(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert 0.0 <= similarity(one, other) <= 1.0
    assert similarity(one, one) == (1.0 if one.split() else 0.0)
