"""The language that a question names: `Go` only where it is no verb, and those that are not known by their names."""

import pytest

from learnflow.domain.question.parsed_question import parse_question
from learnflow.models.vocabulary import Language
from tests.support.offline_requests import request


@pytest.mark.parametrize(
    "question",
    [
        "how do interfaces work in go?", "Why does Go return an error?", "any go exercises?", "does go have classes",
        "Go: what is a channel", "go: do i need a semicolon?", "what is a slice in golang",
    ],
)  # fmt: skip
def test_go_is_named(question: str) -> None:
    assert parse_question(request(question).query).language is Language.GO


@pytest.mark.parametrize(
    "question",
    [
        "where do i go from here", "Where Do I Go From Here", "Go through the list", "how do I go in depth",
        "why does my loop go past the end", "what is wrong when I go in there", "let it go",
    ],
)  # fmt: skip
def test_go_is_a_verb(question: str) -> None:
    assert parse_question(request(question).query).language is None


@pytest.mark.parametrize(
    ("question", "name"),
    [("arrays in php", "PHP"), ("How do loops work in C#?", "C#"), ("pointers in C", "C"), ("lists in Python", None),
     ("option C or D in the quiz", None)],
)  # fmt: skip
def test_a_language_that_is_not_known_is_named(question: str, name: str | None) -> None:
    assert parse_question(request(question).query).foreign == name
