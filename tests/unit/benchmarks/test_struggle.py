"""Struggles on labelled questions: those of the benchmark, and eight students as a teacher would draw them up."""

from itertools import combinations

import pytest

from benchmarks.struggle import FAILED, Case, figures, is_found, level_of, observations, pairs, questions, students
from learnflow.domain.question.similarity import alike
from learnflow.domain.struggle.observations import Question
from learnflow.domain.struggle.window import similar
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import StruggleLevel

DICTIONARY = (
    "How do I merge two dictionaries?", "How do I delete a key from a dictionary?",
    "How do I check if a key is in a dictionary?", "How do I loop over a dictionary?",
)  # fmt: skip
SCOPE = (
    "What is the difference between local and global variables?", "local vs global scope?",
    "Explain local and global variables",
)  # fmt: skip
LOOPING = ("How do I loop over a dictionary?", "iterating through a dict, how?", "how to loop through dictionary items")
STRINGS = ("How do I reverse a string?", "How do I split a string?", "How do I make a string uppercase?")


def level(*turns: str, topic: str = "loops") -> StruggleLevel | None:
    return level_of(Case("", turns, expected=True, topic=topic), alike)


@pytest.mark.parametrize("turns", [DICTIONARY, STRINGS])
def test_different_questions_on_one_topic_are_no_struggle(turns: tuple[str, ...]) -> None:
    assert level(*turns) is None
    asked = observations(Case("", turns, expected=False))
    assert not any(
        similar(one, other) for one, other in combinations([item for item in asked if isinstance(item, Question)], 2)
    )


@pytest.mark.parametrize("turns", [SCOPE, LOOPING])
def test_one_question_in_three_wordings_is_a_struggle(turns: tuple[str, ...]) -> None:
    assert level(*turns) is StruggleLevel.LOW


@pytest.mark.parametrize(
    "turns",
    [
        pytest.param(
            ("How do I break out of a loop?", "How can I break a loop?", "break out of the loop, how?",
             "breaking out of a loop doesn't work"), id="asks the same in other words",
        ),
        pytest.param(
            ("What is the base case of a recursion?", "I still don't get it", "Can you explain that again?"),
            id="asks once, and is not helped",
        ),
        pytest.param((FAILED,) * 5, id="says nothing, and fails"),
        pytest.param(
            ("How do I sort a list of tuples by the second element?", FAILED, FAILED,
             "sort a list of tuples by second item", FAILED), id="asks, fails, asks again, fails",
        ),
    ],
)  # fmt: skip
def test_a_student_who_struggles_is_found(turns: tuple[str, ...]) -> None:
    assert level(*turns, topic="sorting") is not None


@pytest.mark.parametrize(
    "turns",
    [
        pytest.param(DICTIONARY, id="asks four things about dictionaries"),
        pytest.param(
            ("What is a class?", "How do I inherit from a class?", "What does super() do?", "When is __init__ called?",
             "How do I make an attribute private?"), id="reads up on classes",
        ),
        pytest.param(
            ("What does await do?", "Thanks, that helped!", "What is an event loop?", "ok I get it now",
             "Can I call blocking code in an async function?"), id="goes deeper, and says thanks",
        ),
        pytest.param(
            ("How do I reverse a list?", FAILED, "How do I reverse a string?", FAILED, "How do I sort a list?"),
            id="tries several things, and fails at two",
        ),
    ],
)  # fmt: skip
def test_a_student_who_is_curious_is_none_who_struggles(turns: tuple[str, ...]) -> None:
    assert level(*turns, topic="lists") is None


def test_no_student_of_twenty_and_more_who_asks_different_things_struggles_highly() -> None:
    curious = [case for half in (0, 1) for case in students(half) if case.kind == "asks five things"]
    assert len(curious) >= 20
    assert [case.topic for case in curious if level_of(case, alike) is StruggleLevel.HIGH] == []


def test_pairs_and_struggles_of_the_topics_held_out_are_told_apart() -> None:
    cases = list(pairs(half=0))
    precision, recall = figures(cases, [is_found(case, alike) for case in cases])
    assert precision >= 0.9
    assert recall >= 0.6
    learners = list(students(half=0))
    precision, recall = figures(learners, [level_of(case, alike) is not None for case in learners])
    assert precision >= 0.9
    assert recall >= 0.6


def test_every_topic_has_questions_and_is_in_one_half() -> None:
    assert [*questions(0), *questions(1)] == [*list(TOPICS)[::2], *list(TOPICS)[1::2]]
    assert sum(case.kind == "same" for half in (0, 1) for case in pairs(half)) >= 200
