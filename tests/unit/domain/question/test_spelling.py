"""Words that are misspelt, or drawn out, are read as what was meant; words that mean themselves are left."""

import tomllib

import pytest

from learnflow.domain.question.spelling import (
    corrected,
    distance,
    operators_in_words,
    singular,
    stem,
    vocabulary,
    words_listed,
)

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
    assert corrected([written]) == (meant,)


@pytest.mark.parametrize("word", ["settings", "weather", "recession", "class", "see", "x1", "zzzzz", "qu", "cc"])
def test_a_word_that_means_itself_is_left(word: str) -> None:
    assert corrected([word]) == (word,)


def test_a_word_between_two_others_is_left() -> None:
    assert corrected(["strinh"]) == ("string",)
    assert corrected(["strixx"]) == ("strixx",)


@pytest.mark.parametrize(
    ("one", "other", "away"),
    [("list", "list", 0), ("list", "lsit", 1), ("list", "lists", 1), ("list", "last", 1), ("list", "loop", 3)],
)
def test_distance_counts_letters_and_swaps(one: str, other: str, away: int) -> None:
    assert distance(one, other) == distance(other, one) == away


WORD_LIST = """
[words]
plain = ["loop|loops over", "c++"]

[[signs]]
topic = "lists"
pattern = "wibble"
"""


def test_words_are_taken_from_what_is_listed_and_from_no_comment() -> None:
    listed = set(words_listed(tomllib.loads(WORD_LIST)))
    commented = WORD_LIST.replace("\n[words]", "\n# an explanation in prose\n[words]  # and more")
    assert listed == {"words", "plain", "loop", "loops", "over", "c++", "signs", "topic", "lists"}
    assert set(words_listed(tomllib.loads(commented))) == listed


def test_words_of_all_lists_and_topics_mean_themselves() -> None:
    assert vocabulary() >= {"weather", "learners", "inheritance", "traceback", "recession"}
    assert "correctable" not in vocabulary()


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
    assert " ".join(operators_in_words(text).split()) == words


@pytest.mark.parametrize(
    "text", ["Is it a list or is it a tuple?", "a <= b and c != d", "why so... slow", "x => 2 * x", "what is C++?"]
)
def test_what_is_no_such_sign_stays(text: str) -> None:
    assert operators_in_words(text) == text


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
