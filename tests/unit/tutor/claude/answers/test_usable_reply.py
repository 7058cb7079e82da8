"""How long Claude may take for a question, so that another answer comes in time."""

from datetime import UTC, datetime, timedelta

import pytest

from learnflow.tutor.claude.answers.usable_reply import seconds_for
from learnflow.tutor.claude.cache.cacheable_question import (
    CacheableQuestion,
    anonymous_concept_request,
    anonymous_request,
)
from tests.support.offline_requests import request

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(None, 60.0), (120, 60.0), (65, 60.0), (64, 59.0), (8, 3.0), (7.9, 0.0), (5, 0.0), (-3_600, 0.0)],
)
def test_claude_has_what_is_left_but_for_another_answer(left: float | None, seconds: float) -> None:
    due = None if left is None else NOW + timedelta(seconds=left)
    assert seconds_for(request("Why?").model_copy(update={"due": due}), 60.0, NOW) == seconds


def test_who_has_set_less_for_an_answer_has_that() -> None:
    assert seconds_for(request("Why?"), 1.0, NOW) == 1.0


def test_who_asks_what_anybody_asks_has_the_same_time() -> None:
    asked = request("What is a loop?").model_copy(update={"due": NOW})
    question = CacheableQuestion("what is a loop", "loops", "beginner", "visual", "python")  # type: ignore[arg-type]
    assert anonymous_request(asked, question).due == anonymous_concept_request(asked, question).due == NOW
