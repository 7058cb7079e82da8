"""When a student struggles: a table of windows, and what they show."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from learnflow.domain.struggle import Observation, detected
from learnflow.models.vocabulary import StruggleLevel

NOW = datetime(2026, 1, 2, 14, 0, tzinfo=UTC)


def asked(minutes_ago: float, topic: str = "loops", key: str = "how-to-use-loops") -> Observation:
    return Observation(at=NOW - timedelta(minutes=minutes_ago), query_id=uuid4(), topic=topic, key=key)


@pytest.mark.parametrize(
    ("seen", "level"),
    [
        pytest.param([], None, id="the first question"),
        pytest.param([asked(5)], None, id="two, one below the limit"),
        pytest.param([asked(5), asked(10)], StruggleLevel.LOW, id="three, at the limit"),
        pytest.param([asked(5), asked(10, key="exercise-loops")], None, id="three, of which one asks something else"),
        pytest.param([asked(5), asked(10, topic="lists")], None, id="three, of which one is on another topic"),
        pytest.param([asked(5), asked(24 * 60)], None, id="three, of which one is exactly 24 hours old"),
        pytest.param([asked(5), asked(24 * 60 - 1)], StruggleLevel.LOW, id="three, of which one is just younger"),
        pytest.param([asked(5), asked(8), asked(15)], StruggleLevel.HIGH, id="four within a quarter of an hour"),
        pytest.param([asked(60), asked(90), asked(300)], StruggleLevel.MEDIUM, id="four over the day"),
        pytest.param([asked(60), asked(90), asked(300), asked(600)], StruggleLevel.HIGH, id="five over the day"),
    ],
)
def test_similar_questions_make_a_struggle(seen: list[Observation], level: StruggleLevel | None) -> None:
    struggle = detected(seen, asked(0))
    assert (struggle.struggle_level if struggle else None) == level


def test_the_event_names_its_evidence_and_its_span() -> None:
    seen, new = [asked(20), asked(10)], asked(0)
    struggle = detected(seen, new)
    assert struggle is not None
    assert struggle.evidence == tuple(o.query_id for o in (*seen, new))
    assert (struggle.query_count, struggle.time_window_minutes) == (3, 20)


def test_a_struggle_that_does_not_grow_is_not_detected_again() -> None:
    spread = [asked(minutes) for minutes in (600, 500, 400, 300, 200)]
    assert detected(spread, asked(0)) is None


def test_the_same_question_again_gives_the_same_as_the_first_time() -> None:
    seen, new = [asked(20), asked(10)], asked(0)
    assert detected([*seen, new], new) == detected(seen, new)


def test_general_is_no_topic_to_struggle_with() -> None:
    seen = [asked(20, topic="general"), asked(10, topic="general")]
    assert detected(seen, asked(0, topic="general")) is None


def test_a_late_question_sees_only_what_came_before_it() -> None:
    later = [asked(0), asked(1)]
    assert detected(later, asked(30)) is None
