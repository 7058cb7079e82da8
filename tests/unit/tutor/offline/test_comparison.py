"""What is compared, gone on with, or asked of a language: all that is prepared is told, and what is missing is said."""

import pytest

from learnflow.models.vocabulary import Specialist
from learnflow.tutor.offline import OfflineTutor
from tests.support.offline_requests import honest, query_with_question, request, turn, with_question

MISSING = "I have nothing prepared on"
ALIAS = turn("b = a, then b.append changes both, why?", "Both are one list.", Specialist.CONCEPTS, "lists")


async def explained(text: str, topic: str | None = None, *turns: dict[str, object]) -> tuple[str, str]:
    draft = honest(await OfflineTutor().explain(*with_question(request(text, topic=topic, turns=list(turns)))))
    return draft.text, draft.topic


@pytest.mark.parametrize(
    ("question", "lacking"),
    [("What is the difference between git commit and git bisect?", '"git bisect"'), ("junit vs assert?", '"junit"')],
)
async def test_a_side_of_a_comparison_that_is_not_prepared_is_named(question: str, lacking: str) -> None:
    text, _ = await explained(question)
    assert text.startswith(f"You compare two things, and {MISSING} {lacking}")


@pytest.mark.parametrize(
    ("question", "both"),
    [
        ("whats the difference between git commit and git push", ("on your own computer", "remote repository")),
        ("git commit vs git push", ("on your own computer", "remote repository")),
        ("git push or git pull, what is the difference?", ("sends", "brings")),
        ("git commit vs git branch", ("kept version", "line of work")),
        ("print vs return?", ("shows a value", "hands it")),
        ("difference between == and is", ("are equal", "same object")),
    ],
)
async def test_both_sides_that_are_prepared_are_told(question: str, both: tuple[str, str]) -> None:
    text, _ = await explained(question)
    assert all(side in text for side in both)
    assert MISSING not in text


async def test_what_else_there_is_in_a_language_is_named() -> None:
    text, _ = await explained("pointer vs reference in c++, when to use which?")
    assert "I have more on it in C++" in text
    assert "What else I have" not in text
    alone, _ = await explained("lexer vs parser in go")
    assert "I have more on it in Go" not in alone


@pytest.mark.parametrize(
    "question", ["ok and how do I make a real copy then?", "how do I copy it then?", "how do I make a copy of it?"]
)
async def test_a_word_of_many_topics_goes_on_with_the_last_one_that_answers_it(question: str) -> None:
    text, topic = await explained(question, "variables", ALIAS)
    assert topic == "lists"
    assert "`a.copy()`" in text


@pytest.mark.parametrize(
    ("question", "subject"),
    [("ok and how do I copy a dictionary?", "dictionaries"), ("so what does sort do then?", "sorting")],
)
async def test_a_follow_up_that_names_its_subject_keeps_it(question: str, subject: str) -> None:
    assert (await explained(question, subject, ALIAS))[1] == subject


@pytest.mark.parametrize(
    "question",
    [
        "I'm learning Rust, what does ownership mean and why cant I use a variable after I pass it to a function?",
        "in rust, why cant I use my vector after I pass it to a function?",
    ],
)
async def test_what_a_rust_function_takes_is_moved(question: str) -> None:
    asked = request(question)
    found = await OfflineTutor().triage(*query_with_question(asked.query))
    text, topic = await explained(question, found.topic)
    assert found.topic == topic == "memory-management"
    assert "moves it" in text


async def test_rusts_compiler_is_not_said_to_prove_more_than_it_does() -> None:
    asked = request("Explain concurrency", topic="concurrency", profile={"skill_level": "advanced"})
    text = honest(await OfflineTutor().explain(*with_question(asked))).text
    assert "data races" in text
    assert "proves" not in text
