"""Which questions ask the same, by their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.domain.similarity import LONGEST, alike, similarity, telling_words

TEXTS = st.text(alphabet="abc de?", max_size=40)


@pytest.mark.parametrize(
    ("one", "other", "topic"),
    [
        ("How do I break out of a loop?", "how can I break out of the loop", "loops"),
        ("Why does my while loop never end?", "My while loop never ends, why?", "loops"),
        ("What is the base case of recursion?", "what's a base case in recursion?", "recursion"),
        ("why is my list index out of range", "list index out of range error, why?", "lists"),
    ],
)
def test_the_same_in_other_words_is_alike(one: str, other: str, topic: str) -> None:
    assert alike(telling_words(one, topic), telling_words(other, topic))


@pytest.mark.parametrize(
    ("one", "other", "topic"),
    [
        ("How do I break out of a loop?", "How do I count in a loop?", "loops"),
        ("How do I reverse a list?", "How do I sort a list?", "lists"),
        ("how does a for loop work", "how does a while loop work", "loops"),
        ("What is recursion?", "Recursion?", "recursion"),
        ("ما هي القائمة", "ما هي القائمة", "lists"),
    ],
)
def test_something_else_and_nothing_telling_is_not_alike(one: str, other: str, topic: str) -> None:
    assert not alike(telling_words(one, topic), telling_words(other, topic))


def test_telling_words_leave_out_the_topic_and_what_says_nothing() -> None:
    assert telling_words("What are the nested List indexes of my lists?", "list-indexing") == "nested indexes"
    assert len(telling_words("word " * 1_000)) == LONGEST


@given(TEXTS, TEXTS)
def test_similarity_is_symmetric_bounded_and_whole_for_the_same(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert 0.0 <= similarity(one, other) <= 1.0
    assert similarity(one, one) == (1.0 if one else 0.0)
