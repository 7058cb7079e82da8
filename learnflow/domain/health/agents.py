"""AgentHealthMetrics (data model 2.5) from the heartbeats of an agent's instances."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from learnflow.domain.health.heartbeats import Heard
from learnflow.domain.health.status import Facts, status
from learnflow.models.agent_health import ERRORS_AN_HOUR
from learnflow.models.health_report import AgentHealth, InstanceHealth
from learnflow.models.vocabulary import HealthStatus


class Backlog(NamedTuple):
    """Messages that wait for an agent, and in words where its offsets stand still."""

    waiting: int = 0
    stuck: str | None = None


def agent_health(heard: Sequence[Heard], backlog: Backlog, now: datetime) -> AgentHealth:
    """Merge what the instances of one agent said, at least one.

    Those with a fresh heartbeat count; where none is fresh, what they said last. Counts are summed, and go back to when
    each worker started: what a worker counted is gone when it ends. Uptime is that of the oldest. The average is
    weighted by queries; p95 is the worst instance's, since percentiles cannot be merged. The queue is the lag of the
    agent's consumer group on its topics.
    """
    fresh = [each for each in heard if each.fresh(now)]
    beats = [each.beat for each in fresh or heard]
    last = min(max(each.at for each in heard), now)  # another clock may be ahead
    queries, errors = (sum(beat.processed_last_hour for beat in beats), sum(beat.errors_last_hour for beat in beats))
    facts = Facts(frozenset(each.beat.status for each in fresh), queries, errors, stuck=bool(backlog.stuck))
    slowest = [beat.p95_response_time_ms for beat in beats if beat.p95_response_time_ms]
    until = now if fresh else last
    return AgentHealth(
        agent_name=beats[0].agent_name,
        status=status(facts),
        uptime_seconds=max(int((until - min(beat.started_at for beat in beats)).total_seconds()), 0),
        total_queries_processed=sum(beat.processed for beat in beats),
        queries_last_hour=queries,
        error_count=sum(beat.errors for beat in beats),
        error_count_last_hour=errors,
        avg_response_time_ms=_average((beat.avg_response_time_ms, beat.processed_last_hour) for beat in beats),
        p95_response_time_ms=max(slowest, default=None),
        current_queue_depth=backlog.waiting,
        last_heartbeat=last,
        replica_count=len(beats),
        version=", ".join(sorted({beat.version for beat in beats}))[:255],
        in_flight=sum(beat.in_flight for beat in beats),
        instances=tuple(_instance(each, now) for each in heard),
        problems=tuple(_problems(heard, facts, backlog, now)),
    )


def _average(parts: Iterable[tuple[int | None, int]]) -> int | None:
    known = [(average, count) for average, count in parts if average and count]
    total = sum(count for _, count in known)
    return max(round(sum(average * count for average, count in known) / total), 1) if total else None


def _instance(heard: Heard, now: datetime) -> InstanceHealth:
    beat = heard.beat
    return InstanceHealth(
        instance=beat.instance,
        status=beat.status if heard.fresh(now) else HealthStatus.ERROR,
        last_heartbeat=heard.at,
        in_flight=beat.in_flight,
        problem=beat.problem,
        version=beat.version,
    )


def _problems(heard: Sequence[Heard], facts: Facts, backlog: Backlog, now: datetime) -> Iterable[str]:
    name = heard[0].beat.agent_name
    if not facts.said:
        newest = max(heard, key=lambda each: each.at)
        yield f"{name} runs nowhere: nothing has been heard of it for {_seconds(newest, now)} s."
    for each in heard:
        if facts.said and not each.fresh(now):
            yield f"{name} on {each.beat.instance} has been silent for {_seconds(each, now)} s; others go on."
        if each.beat.problem and each.fresh(now):
            yield f"{name} on {each.beat.instance}: {each.beat.problem}"
    if backlog.stuck:
        yield f"{name} stands still: {backlog.stuck}"
    if facts.errors > ERRORS_AN_HOUR:
        yield f"{name} had {facts.errors:,} errors in the last hour."


def _seconds(heard: Heard, now: datetime) -> int:
    return int((now - heard.at).total_seconds())
