"""What an event says, in one line for people."""

from typing import Any

import pytest

from learnflow.cli.event_summary import changed, summary
from learnflow.models.events import PAYLOADS
from learnflow.models.examples import EXAMPLES
from learnflow.topics import BY_NAME, SHORT_NAMES

MASTERY = {"topic": "loops", "old_level": 0.75, "new_level": 0.88, "reason": "Completed 3 exercises"}
STRUGGLE = {"topic": "recursion", "struggle_level": "high", "query_count": 4, "time_window_minutes": 15,
            "recommendation": "Suggest 1-on-1 session"}  # fmt: skip
IDS = ["750e8400-e29b-41d4-a716-446655440002", "750e8400-e29b-41d4-a716-446655440003"]


def said(event_type: str, payload: dict[str, Any]) -> str:
    return summary(PAYLOADS[event_type].model_validate(payload))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "loops 0.75 → 0.88 (learning → mastered): Completed 3 exercises"),
        ({"evidence": IDS[:1]}, "loops 0.75 → 0.88 (learning → mastered): Completed 3 exercises [1 message]"),
        (
            {"evidence": IDS, "model_version": "2", "set_by": "teacher-7"},
            "loops 0.75 → 0.88 (learning → mastered), set by teacher-7: Completed 3 exercises [2 messages, model 2]",
        ),
    ],
)
def test_a_level_that_changed(more: dict[str, Any], words: str) -> None:
    assert said("mastery.level.updated", MASTERY | more) == words


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (0.0, 0.4, "0.00 → 0.40 (new)"),
        (0.4, 0.5, "0.40 → 0.50 (new → learning)"),
        (0.8, 0.8499, "0.80 → 0.84 (learning)"),  # 0.85 would be mastered
        (0.85, 0.95, "0.85 → 0.95 (mastered → expert)"),
        (0.96, 0.29, "0.96 → 0.29 (expert → new)"),
    ],
)
def test_a_band_is_said_as_it_is(old: float, new: float, words: str) -> None:
    assert changed(old, new) == words


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"query_count": 1}, "(high): 1 question in 15 min → Suggest"),
        ({"signals": {"failed_runs": 1}}, "(high): 4 questions in 15 min, 1 failed run → Suggest"),
        (
            {"signals": {"failed_runs": 3, "repeated_errors": 2, "error_density": 1.333}},
            "15 min, 3 failed runs, 2 repeated errors (density 1.33) → Suggest 1-on-1 session",
        ),
        ({"signals": {"wheel_spinning": True}}, "15 min, ten tries without three right in a row → Suggest"),
        ({"signals": {"answer_seeking": 0.25}}, "15 min, 25% of the questions want just the answer → Suggest"),
        ({"evidence": IDS}, "Suggest 1-on-1 session [2 messages]"),
    ],
)
def test_a_struggle(more: dict[str, Any], words: str) -> None:
    text = said("student.struggle.detected", STRUGGLE | more)
    assert text.startswith("struggles with recursion (high): ")
    assert words in text


@pytest.mark.parametrize("event_type", EXAMPLES)
def test_every_event_has_words_of_its_own(event_type: str) -> None:
    payload = EXAMPLES[event_type].payload
    assert summary(payload) != str(payload)


def test_every_short_name_is_that_of_one_topic_and_no_topics_own() -> None:
    assert set(SHORT_NAMES.values()) <= set(BY_NAME)
    assert len(set(SHORT_NAMES.values())) == len(SHORT_NAMES)
    assert not SHORT_NAMES.keys() & set(BY_NAME)
