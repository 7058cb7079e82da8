"""The errors of the offline tutor: each has a note that is whole, and is known by what its language says."""

import pytest

from learnflow.code_analysis.syntax import check
from learnflow.domain.question.errors import ERRORS, find_error
from learnflow.domain.question.lexicon import words
from learnflow.domain.question.parsed_question import parse_question
from learnflow.models.vocabulary import Language
from learnflow.tutor.offline.content.error_notes import ERROR_NOTES, read_notes
from learnflow.tutor.offline.content.library import EXPLANATIONS, ContentInvalid
from tests.support.offline_requests import request

NOTE = """
[python-x]
meaning = "It is broken."
cause = "A slip of the hand."
fix = "Mend it now."
look = "Look at it."
beneath = "It is just so."
broken = "x = y"
mended = "x = 1"
"""


def of(language: Language) -> list[str]:
    return [key for key, sign in ERRORS.items() if sign.language is language]


def test_every_error_has_a_note_and_the_explanation_that_it_leads_to() -> None:
    assert set(ERROR_NOTES) == set(ERRORS)
    assert {sign.topic for sign in ERRORS.values()} <= set(EXPLANATIONS)
    assert len(ERRORS) >= 80
    for language in Language:
        assert len(of(language)) >= 10


@pytest.mark.parametrize("key", ERRORS)
def test_the_examples_can_be_read_but_for_syntax_errors(key: str) -> None:
    language = ERRORS[key].language
    assert language is not None
    assert check(language, ERROR_NOTES[key].mended) is None
    if not ERROR_NOTES[key].slip and "Syntax" not in ERRORS[key].name:
        assert check(language, ERROR_NOTES[key].broken) is None or key in UNREADABLE


UNREADABLE = {"go-outside-function"}


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("TypeError: Cannot read properties of undefined (reading 'x')", "javascript-undefined-property"),
        ("error[E0382]: borrow of moved value: `s`", "rust-moved-value"),
        ("panic: assignment to entry in nil map", "go-nil-map"),
        ("Segmentation fault (core dumped)", "cpp-segmentation-fault"),
        ("undefined reference to `area(int, int)'", "cpp-undefined-reference"),
        ('Exception in thread "main" java.util.ConcurrentModificationException', "java-concurrent-modification"),
        ("UnboundLocalError: local variable 'n' referenced before assignment", "python-unbound-local-error"),
        ("TypeError: 'NoneType' object is not subscriptable", "python-none-subscript"),
        ("TypeError", "python-type-error"),
        ("called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }", "rust-unwrap-none"),
    ],
)  # fmt: skip
def test_an_error_is_known_by_what_its_language_says(said: str, error: str) -> None:
    found = parse_question(request(said).query).error
    assert found is not None
    assert found.key == error


@pytest.mark.parametrize(
    "said",
    [
        "How do I convert a string to an int?", "What is an abstract class?", "Is a missing return bad style?",
        "How can I check if x is not in list", "Can I declare a variable outside a loop?", "I expected 5 and got 6",
        "What does undefined mean?", "my class does not implement the method", "why can a list not be a key",
    ],
)  # fmt: skip
def test_everyday_words_are_no_error(said: str) -> None:
    assert find_error(words(said), None) is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("cause = ", "causes = "), "cause"), (("look = ", "# "), "look"), (('"x = 1"', '"x = y"'), "mended"),
        (('"Mend it now."', '"Mend"'), "fix"), (("[python-x]", '[python-x]\nmessage = "(a)"'), "told"),
        (("[python-x]", '[python-x]\nmessage = "(?P<a>.)"\ntold = "It is {b}, so."'), "told"),
    ],
)  # fmt: skip
def test_incomplete_content_is_refused_and_its_field_named(change: tuple[str, str], named: str) -> None:
    assert set(read_notes("x.toml", NOTE)) == {"python-x"}
    with pytest.raises(ContentInvalid, match=rf"x\.toml: \[python-x\].*{named}"):
        read_notes("x.toml", NOTE.replace(*change))
