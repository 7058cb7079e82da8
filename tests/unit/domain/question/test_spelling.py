"""Words that are misspelt, or drawn out, are read as what was meant; words that mean themselves are left."""

import pytest

from learnflow.domain.question.spelling import distance, mended

MISSPELT = {
    "a letter left out": ("inheritnce", "inheritance"),
    "a letter added": ("recurssion", "recursion"),
    "two letters swapped": ("fucntion", "function"),
    "two mistakes in a long word": ("poymorphsim", "polymorphism"),
    "what is wanted": ("excersise", "exercise"),
    "a word that connects": ("diference", "difference"),
    "a greeting drawn out": ("hellooo", "hello"),
    "a short one drawn out": ("hii", "hi"),
}


@pytest.mark.parametrize(("written", "meant"), MISSPELT.values(), ids=MISSPELT.keys())
def test_a_misspelt_word_is_read_as_what_was_meant(written: str, meant: str) -> None:
    assert mended([written]) == (meant,)


@pytest.mark.parametrize("word", ["settings", "weather", "recession", "class", "see", "x1", "zzzzz", "qu", "cc"])
def test_a_word_that_means_itself_is_left(word: str) -> None:
    assert mended([word]) == (word,)


def test_a_word_between_two_others_is_left() -> None:
    assert mended(["strinh"]) == ("string",)
    assert mended(["strixx"]) == ("strixx",)


@pytest.mark.parametrize(
    ("one", "other", "away"),
    [("list", "list", 0), ("list", "lsit", 1), ("list", "lists", 1), ("list", "last", 1), ("list", "loop", 3)],
)
def test_distance_counts_letters_and_swaps(one: str, other: str, away: int) -> None:
    assert distance(one, other) == distance(other, one) == away
