"""The counts of an agent, as its heartbeat tells them."""

from datetime import UTC, datetime
from statistics import mean, median_high
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from learnflow.models.vocabulary import Agent
from learnflow.streams.agent_stats import Activity

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@given(st.lists(st.integers(1, 10_000_000), min_size=1, max_size=50))
def test_the_percentile_is_a_duration_between_median_and_longest(durations: list[int]) -> None:
    activity = Activity(Agent.DEBUG, "one", lambda: NOW)
    for duration in durations:
        activity.finished(duration)
    beat = activity.heartbeat(0)
    assert beat.p95_response_time_ms in durations
    assert median_high(durations) <= (beat.p95_response_time_ms or 0) <= max(durations)
    assert sum(duration <= (beat.p95_response_time_ms or 0) for duration in durations) >= 0.95 * len(durations)
    assert beat.avg_response_time_ms == round(mean(durations))


def test_what_a_sender_did_wrong_is_no_error() -> None:
    activity = Activity(Agent.TRIAGE, "one", lambda: NOW)
    for _ in range(11):
        activity.rejected()
    activity.failed()
    beat = activity.heartbeat(0)
    assert (beat.rejected, beat.rejected_last_hour, beat.errors, beat.errors_last_hour) == (11, 11, 1, 1)


def test_a_question_that_takes_several_messages_is_processed_once_in_the_time_of_all() -> None:
    activity = Activity(Agent.DEBUG, "one", lambda: NOW)
    helped, other = uuid4(), uuid4()
    activity.finished(100, helped, processed=False)  # concepts is asked
    activity.finished(40, other)
    assert activity.heartbeat(0).processed == 1
    activity.finished(20, helped)  # and has explained it
    activity.finished(7, helped, processed=False)  # too late
    beat = activity.heartbeat(0)
    assert (beat.processed, beat.processed_last_hour) == (2, 2)
    assert (beat.avg_response_time_ms, beat.p95_response_time_ms) == (80, 120)
