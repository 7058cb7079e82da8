"""Signs of programming languages as words."""

import pytest

from learnflow.domain.question.operator_words import spelled


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("== or ===?", "double equals or triple equals ?"),
        ("when a == b but a is b gives False", "when a double equals b but is operator gives False"),
        ("should i use is or ==", "should i use is operator or double equals"),
        ("difference between == and is", "difference between double equals and is operator"),
        ("the ? operator", "the question mark operator"),
        ("what does ?? do", "what does double question mark do"),
        ("x := 5 or x = 5", "x short declaration 5 or x single equals 5"),
        ("i++ in C++", "i plus plus in C++"),
    ],
)
def test_a_sign_is_read_as_words(text: str, words: str) -> None:
    assert " ".join(spelled(text).split()) == words


@pytest.mark.parametrize(
    "text", ["Is it a list or is it a tuple?", "a <= b and c != d", "why so... slow", "x => 2 * x", "what is C++?"]
)
def test_what_is_no_such_sign_stays(text: str) -> None:
    assert spelled(text) == text
