"""Every status and transition of AgentHealthMetrics (data model 2.5), and what is summed how."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any, Final
from uuid import UUID

import pytest

from learnflow.domain.health.agent_health import (
    COMPONENTS,
    SIX_AGENTS,
    Backlog,
    Heartbeats,
    ReceivedHeartbeat,
    StatusInputs,
    agent_health,
    report,
    status,
)
from learnflow.domain.health.lag_snapshot import GroupPartition, LagSnapshot, Offsets, lag_snapshot
from learnflow.domain.health.recent_questions import RecentQuestions
from learnflow.models.events.logs import ActivityLogged, Heartbeat
from learnflow.models.vocabulary import Agent, HealthStatus
from learnflow.streams.agent_stats import MOST_DURATIONS, Activity

NOW: Final = datetime(2026, 1, 2, 14, 23, 45, tzinfo=UTC)
ACTIVE, IDLE, ERROR, STARTING, STOPPING = HealthStatus
QUIET: Final = Backlog()


def beat(age: float = 1.0, instance: str = "one", **fields: Any) -> ReceivedHeartbeat:
    """Return a heartbeat that was sent so many seconds ago."""
    values = {
        "agent_name": Agent.DEBUG, "instance": instance, "status": IDLE, "started_at": NOW - timedelta(hours=2),
        "processed": 0, "processed_last_hour": 0, "errors": 0, "errors_last_hour": 0, "version": "v1.0.0",
    }  # fmt: skip
    return ReceivedHeartbeat(NOW - timedelta(seconds=age), Heartbeat.model_validate(values | fields))


def queries(count: int, **fields: Any) -> dict[str, Any]:
    return {"status": ACTIVE, "processed": count, "processed_last_hour": count, "avg_response_time_ms": 100, **fields}


@pytest.mark.parametrize(
    ("case", "beats", "backlog", "expected"),
    [
        ("no query yet", [beat()], QUIET, IDLE),
        ("a query", [beat(**queries(1))], QUIET, ACTIVE),
        ("none for an hour", [beat(status=IDLE, processed=9)], QUIET, IDLE),
        ("heard of 30 s ago", [beat(30.0, **queries(1))], QUIET, ACTIVE),
        ("heard of 31 s ago", [beat(31.0, **queries(1))], QUIET, ERROR),
        ("10 errors and queries", [beat(errors_last_hour=10, **queries(1))], QUIET, ACTIVE),
        ("11 errors and queries", [beat(errors_last_hour=11, **queries(1))], QUIET, ERROR),
        ("few errors, no query", [beat(errors_last_hour=10)], QUIET, IDLE),
        ("many errors, no query", [beat(errors_last_hour=11)], QUIET, ERROR),
        ("errors of two workers", [beat(errors_last_hour=6), beat(instance="two", errors_last_hour=6)], QUIET, ERROR),
        ("errors of long ago", [beat(errors=500, **queries(1))], QUIET, ACTIVE),
        ("starts", [beat(status=STARTING)], QUIET, STARTING),
        ("starts and never got silent", [beat(31.0, status=STARTING)], QUIET, ERROR),
        ("a second one starts, idle", [beat(), beat(instance="two", status=STARTING)], QUIET, IDLE),
        ("a second one starts, busy", [beat(**queries(1)), beat(instance="two", status=STARTING)], QUIET, ACTIVE),
        ("stops", [beat(status=STOPPING, processed_last_hour=3)], QUIET, STOPPING),
        ("all stop", [beat(status=STOPPING), beat(instance="two", status=STOPPING)], QUIET, STOPPING),
        ("one of two stops, idle", [beat(), beat(instance="two", status=STOPPING)], QUIET, IDLE),
        ("one of two stops, busy", [beat(**queries(1)), beat(instance="two", status=STOPPING)], QUIET, ACTIVE),
        ("one stops, one starts", [beat(status=STARTING), beat(instance="two", status=STOPPING)], QUIET, STARTING),
        ("stops after 11 errors", [beat(status=STOPPING, errors_last_hour=11)], QUIET, ERROR),
        ("stopped, and no other", [beat(31.0, status=STOPPING)], QUIET, ERROR),
        ("stuck", [beat(**queries(1))], Backlog(3, "3 messages wait"), ERROR),
        ("stuck while it starts", [beat(status=STARTING)], Backlog(3, "3 messages wait"), ERROR),
        ("busy, not stuck", [beat(**queries(1))], Backlog(3), ACTIVE),
        ("one of two silent, idle", [beat(), beat(99.0, "two")], QUIET, IDLE),
        ("one of two silent, busy", [beat(**queries(1)), beat(99.0, "two")], QUIET, ACTIVE),
    ],
)
def test_the_status_of_an_agent(
    case: str, beats: list[ReceivedHeartbeat], backlog: Backlog, expected: HealthStatus
) -> None:
    assert agent_health(beats, backlog, NOW).status is expected, case


FACTS: Final = {
    STARTING: StatusInputs(frozenset({STARTING})),
    ACTIVE: StatusInputs(frozenset({ACTIVE}), queries=1),
    IDLE: StatusInputs(frozenset({IDLE})),
    ERROR: StatusInputs(frozenset({ACTIVE}), queries=1, errors=11),
    STOPPING: StatusInputs(frozenset({STOPPING}), queries=1),
}


@pytest.mark.parametrize(("before", "after"), list(permutations(HealthStatus, 2)))
def test_every_status_follows_from_the_facts_whatever_was_before(before: HealthStatus, after: HealthStatus) -> None:
    assert [status(FACTS[each]) for each in (before, after, before)] == [before, after, before]


def test_counts_are_summed_over_those_that_are_heard_of() -> None:
    one = beat(
        **queries(30, errors=4, errors_last_hour=2, rejected=7, rejected_last_hour=6),
        p95_response_time_ms=900, in_flight=2,
    )  # fmt: skip
    two = beat(
        2.0, "two", **queries(10, avg_response_time_ms=500, p95_response_time_ms=700, in_flight=1),
        started_at=NOW - timedelta(hours=3), version="v1.1.0",
    )  # fmt: skip
    silent = beat(31.0, "three", **queries(1_000, errors=99))
    found = agent_health([one, two, silent], Backlog(12), NOW)
    assert found.model_dump(exclude={"instances", "problems"}) == {
        "agent_name": "debug", "status": "active", "uptime_seconds": 3 * 3600, "total_queries_processed": 40,
        "queries_last_hour": 40, "error_count": 4, "error_count_last_hour": 2, "avg_response_time_ms": 200,
        "p95_response_time_ms": 900, "current_queue_depth": 12, "last_heartbeat": NOW - timedelta(seconds=1),
        "replica_count": 2, "version": "v1.0.0, v1.1.0", "in_flight": 3, "rejected_count": 7, "rejected_last_hour": 6,
    }  # fmt: skip
    assert [each.status for each in found.instances] == [ACTIVE, ACTIVE, ERROR]
    assert found.problems == ("debug on three has been silent for 31 s; others go on.",)


def test_what_senders_did_wrong_is_no_error_of_the_agent() -> None:
    found = agent_health([beat(**queries(5, rejected=1_000, rejected_last_hour=900))], QUIET, NOW)
    assert (found.status, found.error_count_last_hour, found.rejected_last_hour) == (ACTIVE, 0, 900)


def test_a_replica_that_stops_does_not_count_as_one_that_lives() -> None:
    stopping = beat(1.0, "two", status=HealthStatus.STOPPING)
    assert agent_health([beat(**queries(5)), stopping], QUIET, NOW).replica_count == 1


def test_averages_are_unknown_before_the_first_query() -> None:
    found = agent_health([beat()], QUIET, NOW)
    assert (found.avg_response_time_ms, found.p95_response_time_ms) == (None, None)


def test_what_is_silent_everywhere_shows_what_it_said_last() -> None:
    found = agent_health([beat(100.0, **queries(5))], QUIET, NOW)
    assert (found.replica_count, found.queries_last_hour, found.uptime_seconds) == (0, 5, 7_100)
    assert found.problems == ("debug runs nowhere: nothing has been heard of it for 100 s.",)


def test_a_clock_that_is_ahead_gives_no_time_in_the_future() -> None:
    assert agent_health([beat(-60.0)], QUIET, NOW).last_heartbeat == NOW


def test_a_heartbeat_tells_its_problem() -> None:
    found = agent_health([beat(problem="no sandbox")], QUIET, NOW)
    assert (found.status, found.problems) == (IDLE, ("debug on one: no sandbox",))


@pytest.mark.parametrize(
    ("case", "others", "expected"),
    [
        ("silent", [beat(31.0, "two")], ["one", "two"]),
        ("silent for long", [beat(301.0, "two")], ["one"]),
        ("stopping", [beat(29.0, "two", status=STOPPING)], ["one", "two"]),
        ("stopped", [beat(31.0, "two", status=STOPPING)], ["one"]),
        ("repeated out of order", [beat(500.0, status=STOPPING)], ["one"]),
    ],
)
def test_who_stopped_or_is_long_gone_is_not_missed(
    case: str, others: Sequence[ReceivedHeartbeat], expected: list[str]
) -> None:
    heartbeats = Heartbeats()
    for each in (beat(), *others):
        heartbeats.add(each)
    assert [each.beat.instance for each in heartbeats.of(Agent.DEBUG, NOW)] == expected, case


@pytest.mark.parametrize("last", [beat(9_999.0), beat(9_999.0, status=STOPPING)])
def test_the_last_one_of_an_agent_is_missed_for_good(last: ReceivedHeartbeat) -> None:
    heartbeats = Heartbeats()
    heartbeats.add(last)
    assert heartbeats.of(Agent.DEBUG, NOW) == (last,)


def test_a_report_has_the_six_and_the_components() -> None:
    assert [str(each) for each in SIX_AGENTS] == ["triage", "concepts", "code-review", "debug", "exercise", "progress"]
    assert [str(each) for each in COMPONENTS] == ["router", "struggle", "learner", "sink"]
    heartbeats = Heartbeats()
    for agent in Agent:
        heartbeats.add(beat(agent_name=agent))
    found = report(heartbeats, lambda _: QUIET, NOW, others=["the brokers are away"])
    assert (found.status, found.problems) == ("ok", ("the brokers are away",))
    assert [each.agent_name for each in (*found.agents, *found.components)] == [*SIX_AGENTS, *COMPONENTS]


def test_the_questions_of_a_lifetime_do_not_go_back_to_when_workers_started() -> None:
    found = report(Heartbeats(), lambda _: QUIET, NOW)
    assert found.agents == ()
    heartbeats = Heartbeats()
    for agent in (Agent.DEBUG, Agent.TRIAGE, Agent.SINK):
        heartbeats.add(beat(agent_name=agent, processed=3))
    found = report(heartbeats, lambda _: QUIET, NOW, {"debug": 29, "concepts": 5})
    totals = {each.agent_name: each.total_queries_processed for each in (*found.agents, *found.components)}
    assert totals == {Agent.DEBUG: 29, Agent.TRIAGE: 3, Agent.SINK: 3}


def test_an_agent_that_runs_nowhere_is_an_error() -> None:
    heartbeats = Heartbeats()
    for agent in set(Agent) - {Agent.SINK}:
        heartbeats.add(beat(agent_name=agent))
    found = report(heartbeats, lambda _: QUIET, NOW)
    assert (found.status, found.problems) == ("error", ("sink runs nowhere: nothing has been heard of it.",))


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("case", "looks", "stuck"),
    [
        ("stands still, lag grows", [(0, 5, 6), (30, 5, 7), (60, 5, 9)], "4 messages wait"),
        ("stands still, lag stays", [(0, 5, 6), (30, 5, 6), (60, 5, 6)], "1 message waits"),
        ("not for long enough", [(0, 5, 6), (30, 5, 7), (59, 5, 9)], None),
        ("lag grows, and it gets on", [(0, 5, 6), (30, 6, 20), (60, 6, 90)], None),
        ("nothing waits", [(0, 5, 5), (30, 5, 5), (60, 5, 5)], None),
        ("the first one came just now", [(0, 5, 5), (30, 5, 5), (60, 5, 6)], None),
        ("nobody looked for a while", [(0, 5, 6), (60, 5, 7)], None),
        ("the broker forgot everything", [(0, 5, 6), (30, 0, 0), (60, 0, 0)], None),
    ],
)
def test_who_stands_still_although_messages_wait(
    case: str, looks: list[tuple[float, int, int]], stuck: str | None
) -> None:
    seen: LagSnapshot | None = None
    for seconds, done, end in looks:
        quick = GroupPartition("debug", "requests", 1)
        seen = lag_snapshot(
            seen, {GroupPartition("debug", "requests", 0): Offsets(done, end), quick: Offsets(9, 9)}, at(seconds)
        )
    assert seen is not None
    found = seen.stuck("debug", ["requests"], lambda _: timedelta(seconds=60))
    assert (found or "").startswith(stuck or ""), case
    assert bool(found) is bool(stuck), case
    assert seen.stuck("concepts", ["requests"], lambda _: timedelta()) is None
    assert seen.waiting("debug", ["requests"]) == looks[-1][2] - looks[-1][1]


def log(agent: Agent, number: int, action: str, milliseconds: int = 0) -> ActivityLogged:
    return ActivityLogged(
        agent_name=agent, instance="one", action=action, query_id=UUID(int=number), duration_ms=milliseconds
    )


def test_figures_of_questions_whatever_the_order() -> None:
    logs = [
        (at(-3_580), log(Agent.TRIAGE, 1, "student.query.submitted")),
        (at(-3_700), log(Agent.TRIAGE, 2, "student.query.submitted")),
        (at(-60), log(Agent.TRIAGE, 3, "student.query.submitted", 500)),
        (at(-50), log(Agent.DEBUG, 3, "agent.request.created", 100)),
        (at(-49), log(Agent.CONCEPTS, 3, "agent.collaboration.requested", 100)),
        (at(-48), log(Agent.DEBUG, 3, "agent.collaboration.answered", 100)),
        (at(-20), log(Agent.ROUTER, 3, "triage.routing.decision", 100)),
        (at(-10), log(Agent.TRIAGE, 4, "student.query.submitted")),
        (at(-9), log(Agent.CONCEPTS, 4, "agent.request.created", 100)),
        (at(-5), log(Agent.TRIAGE, 5, "student.query.submitted")),
    ]
    for order in (logs, logs[::-1], logs * 2):
        questions = RecentQuestions(at(-7_000))
        for each in order:
            questions.log(*each)
        found = questions.figures(NOW)
        assert (found.questions, found.answered) == (4, 2)
        assert (found.latency_median_ms, found.latency_p95_ms) == (1_000, 12_500)
        assert [minute.questions for minute in (*found.minutes[:2], *found.minutes[-2:])] == [1, 0, 1, 2]
        assert len(found.minutes) == 60


def test_nothing_asked_gives_no_latency() -> None:
    questions = RecentQuestions(at(-60))
    questions.log(at(-61), log(Agent.TRIAGE, 1, "student.query.submitted"))  # before it looked
    found = questions.figures(NOW)
    assert (found.questions, found.latency_median_ms, found.since) == (0, None, at(-60))


def test_a_busy_hour_is_counted_in_full() -> None:
    time = NOW
    activity = Activity(Agent.SINK, "one", lambda: time)
    for number in range(MOST_DURATIONS + 5):
        time = NOW + timedelta(milliseconds=number)
        activity.finished(3)
        activity.failed()
    beat = activity.heartbeat(0)
    assert (beat.processed_last_hour, beat.errors_last_hour) == (MOST_DURATIONS + 5, MOST_DURATIONS + 5)
    time = NOW + timedelta(hours=2)
    later = activity.heartbeat(0, phase=STOPPING)
    assert (later.processed_last_hour, later.errors_last_hour, later.status) == (0, 0, STOPPING)
    assert (later.processed, later.avg_response_time_ms) == (MOST_DURATIONS + 5, None)
