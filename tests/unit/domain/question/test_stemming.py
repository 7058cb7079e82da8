"""Forms of a word are one: its plural for what people read, and its other endings for what is compared."""

import pytest

from learnflow.domain.question.stemming import singular, stem


@pytest.mark.parametrize(
    ("plural", "expected"),
    [("lists", "list"), ("queries", "query"), ("class", "class"), ("status", "status"), ("gas", "gas"), ("is", "is")],
)
def test_a_plural_is_read_as_its_singular(plural: str, expected: str) -> None:
    assert singular(plural) == expected


@pytest.mark.parametrize(
    "forms",
    [
        ("reverse", "reversed", "reversing"),
        ("stop", "stops", "stopped"),
        ("loop", "looping"),
        ("call", "calls", "called"),
    ],
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["is", "as", "red", "bed", "go"])
def test_a_short_word_has_no_ending(word: str) -> None:
    assert stem(word) == word
