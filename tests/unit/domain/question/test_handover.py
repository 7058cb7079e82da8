"""A specialist's second look: when a question is handed over, and to whom."""

from typing import Any

import pytest

from learnflow.domain.question.handover import misrouted
from learnflow.domain.question.intent import OFF_TOPIC
from learnflow.models.events.routing import AgentRequest
from learnflow.models.vocabulary import Language, Specialist
from tests.support.offline_requests import with_question

CONCEPTS, REVIEW, DEBUG, EXERCISE, PROGRESS = Specialist
TRACE = "Traceback (most recent call last):\n  File 'x.py', line 1\nIndexError: list index out of range"


def request(text: str, code: str | None = None, **more: Any) -> AgentRequest:
    key = more.pop("question_key", None)
    return AgentRequest.model_validate({
        "query": {
            "query_id": "550e8400-e29b-41d4-a716-446655440000",
            "student_id": "student-123",
            "timestamp": "2026-01-02T14:23:45Z",
            "query_text": text,
            "code_snippet": code,
            "language": Language.PYTHON if code else None,
            "question_key": key,
        },
        **more,
    })


@pytest.mark.parametrize(
    ("agent", "text", "code", "target"),
    [
        (DEBUG, "What is an IndexError?", None, CONCEPTS),
        (DEBUG, "Explain what a KeyError means", None, CONCEPTS),
        (REVIEW, f"Review this\n{TRACE}", "print([][0])", DEBUG),
        (REVIEW, "I get a KeyError", "d = {}\nd['a']", DEBUG),
        (EXERCISE, "Here is my answer, is this right?", "def f(n):\n    return n", REVIEW),
        (CONCEPTS, TRACE, None, DEBUG),
        (CONCEPTS, "IndexError with this", "print([][0])", DEBUG),
        (PROGRESS, "What is a loop?", None, CONCEPTS),
    ],
)
def test_a_misrouted_question_is_handed_over(
    agent: Specialist, text: str, code: str | None, target: Specialist
) -> None:
    found = misrouted(*with_question(request(text, code)), agent)
    assert found is not None
    assert found.target is target is not agent
    assert found.reason


@pytest.mark.parametrize(
    ("agent", "text", "code"),
    [
        (DEBUG, "Why does my code throw IndexError?", "arr = [1, 2, 3]\nprint(arr[5])"),
        (DEBUG, "What is wrong with my loop?", None),
        (DEBUG, "My program crashes with an IndexError, what is that?", None),
        (DEBUG, TRACE, None),
        (REVIEW, "Please review my code", "x = 1"),
        (REVIEW, "Can you improve how I handle KeyError here?", "try:\n    d['a']\nexcept KeyError:\n    pass"),
        (EXERCISE, "Give me an exercise on loops", None),
        (EXERCISE, "An exercise like this one please", "for i in range(3):\n    print(i)"),
        (CONCEPTS, "What is recursion?", None),
        (CONCEPTS, "Explain the IndexError in this code to me", "print([][0])"),
        (PROGRESS, "How am I doing?", None),
    ],
)
def test_what_is_in_the_right_place_stays(agent: Specialist, text: str, code: str | None) -> None:
    assert misrouted(*with_question(request(text, code)), agent) is None


@pytest.mark.parametrize(
    "more", [{"handed_over_from": CONCEPTS}, {"low_confidence": True}, {"question_key": OFF_TOPIC}]
)
def test_handing_over_happens_once_and_never_when_nothing_is_sure(more: dict[str, Any]) -> None:
    assert misrouted(*with_question(request("What is an IndexError?")), DEBUG) is not None
    assert misrouted(*with_question(request("What is an IndexError?", **more)), DEBUG) is None
