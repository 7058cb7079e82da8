"""Which questions stand for themselves, and what they are known by."""

from typing import Final

import pytest

from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Language, Specialist
from learnflow.tutor.claude.cache.cacheable_question import (
    LONGEST,
    CacheableQuestion,
    cacheable_concept,
    cacheable_question,
    same_words,
)
from tests.support.cached_questions import asked
from tests.support.offline_requests import turn, with_question
from tests.support.sink_messages import exercise


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What is recursion?", "what is recursion"),
        ("  what   IS\nrecursion ", "what is recursion"),
        ("Hi! Can you please explain recursion? Thanks!", "explain recursion"),
        ("Explain recursion, thank you.", "explain recursion"),
        ("What\u2019s \u201crecursion\u201d?", "what's recursion"),
        ("What is == in Python?", "what is == in python"),
        ("What is = in Python?", "what is = in python"),
        ("What does !x mean?", "what does !x mean"),
        ("print() or print", "print() or print"),
        ("Что такое рекурсия?", "что такое рекурсия"),
        ("What is C++?", "what is c++"),
        ("Please", "please"),
        ("x" * (LONGEST + 1), ""),
    ],
)
def test_the_words_of_a_question(text: str, words: str) -> None:
    assert same_words(text) == words


BEFORE: Final = turn("x", "y", Specialist.DEBUG)
OPEN: Final = {"exercise": exercise(), "assigned_at": "2026-01-02T14:00:00Z"}
STANDS: Final = [
    pytest.param(asked(), True, id="a plain question"),
    pytest.param(asked("What does IndexError mean?", "list-indexing"), True, id="one about an error"),
    pytest.param(asked(turns=[turn("Hello", "Hello!", Specialist.CONCEPTS)]), True, id="after another"),
    pytest.param(asked("Why does it need recursion?"), True, id="it, with nothing before"),
    pytest.param(asked("Why does it need recursion?", turns=[BEFORE]), False, id="a follow-up"),
    pytest.param(asked("And recursion?", turns=[BEFORE]), False, id="a short follow-up"),
    pytest.param(asked("And why?"), False, id="its topic is from before"),
    pytest.param(asked("Explain recursion", code="f()", language=Language.PYTHON), False, id="with code"),
    pytest.param(asked("Explain recursion:\n```python\ndef f():\n    return f()\n```"), False, id="with pasted code"),
    pytest.param(asked("Is my recursion fine?"), False, id="about the student's own"),
    pytest.param(asked(topic="general"), False, id="no topic"),
    pytest.param(asked(low_confidence=True), False, id="unclear"),
    pytest.param(asked(question_key="off-topic"), False, id="off topic"),
    pytest.param(asked("Recursion? Mail to me@example.com"), False, id="personal"),
    pytest.param(asked(context={"exercise_id": "750e8400-e29b-41d4-a716-446655440002"}), False, id="on an exercise"),
    pytest.param(asked("What is a for loop?", "loops", exercises=[OPEN]), False, id="an open exercise on the topic"),
    pytest.param(asked(exercises=[OPEN]), True, id="an open exercise on another"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "stands"), STANDS)
def test_what_stands_for_itself(given: AgentRequest, stands: bool) -> None:  # noqa: FBT001
    assert (cacheable_question(*with_question(given), lambda text: "@" in text) is not None) == stands


def test_each_part_of_a_question_is_in_its_key() -> None:
    question = cacheable_question(*with_question(asked()), lambda _: False)
    assert question is not None
    others = [
        CacheableQuestion(**{**{name: getattr(question, name) for name in CacheableQuestion.__slots__}, **other})
        for other in ({"words": "x"}, {"level": "advanced"}, {"style": "visual"}, {"language": "java"})
    ]
    keys = {question.key("1"), question.key("2"), *(other.key("1") for other in others)}
    assert len(keys) == 6
    assert all(key.startswith("concepts:cache:") and len(key) == 15 + 64 for key in keys)


@pytest.mark.parametrize(
    ("text", "remembered"),
    [
        ("Why does this raise IndexError?", True),
        ("IndexError?", False),
        ("Warum wirft das einen IndexError?", False),
        ("¿Por qué falla mi lista?", False),
    ],
)
def test_a_concept_is_asked_in_english_for_who_writes_english(text: str, remembered: bool) -> None:  # noqa: FBT001
    assert (
        cacheable_concept(*with_question(asked(text, "lists", code="[][0]", language=Language.PYTHON)), "lists")
        is not None
    ) == remembered
