"""The newest heartbeats of all instances, and the status of each agent (data model 2.5), decided in one table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from learnflow.models.agent_health import ERRORS_AN_HOUR, HEARTBEAT_LIMIT, AgentHealth, HealthReport, InstanceHealth
from learnflow.models.events.logs import Heartbeat
from learnflow.models.vocabulary import Agent, HealthStatus, Specialist

FORGOTTEN_AFTER: Final = timedelta(minutes=5)
MOST_INSTANCES: Final = 2_000
_LEAVING: Final = frozenset({HealthStatus.STOPPING})
_COMING: Final = frozenset({HealthStatus.STARTING, HealthStatus.STOPPING})
SIX_AGENTS: Final = (Agent.TRIAGE, *(Agent(specialist) for specialist in Specialist))
COMPONENTS: Final = tuple(agent for agent in Agent if agent not in SIX_AGENTS)


class ReceivedHeartbeat(NamedTuple):
    """A heartbeat and when it was sent."""

    at: datetime
    beat: Heartbeat

    def fresh(self, now: datetime) -> bool:
        """Whether the instance is heard of often enough."""
        return now - self.at <= HEARTBEAT_LIMIT

    def missed(self, now: datetime) -> bool:
        """Whether it is silent and did not say that it stops, nor so long ago that it is forgotten."""
        return self.beat.status is not HealthStatus.STOPPING and now - self.at <= FORGOTTEN_AFTER

    def silence(self, now: datetime) -> int:
        """Return the whole seconds for which nothing has been heard of it."""
        return int((now - self.at).total_seconds())


class Heartbeats:
    """Keeps the newest heartbeat of each instance, whatever the order in which they come."""

    def __init__(self) -> None:
        self._newest: dict[tuple[Agent, str], ReceivedHeartbeat] = {}

    def add(self, heartbeat: ReceivedHeartbeat) -> None:
        """Take note of a heartbeat; of two of an instance the newer one stays."""
        key = (heartbeat.beat.agent_name, heartbeat.beat.instance)
        before = self._newest.get(key)
        if before is None or before.at <= heartbeat.at:
            self._newest[key] = heartbeat
        if len(self._newest) > MOST_INSTANCES:
            self._newest.pop(min(self._newest, key=lambda key: self._newest[key].at))

    def of(self, agent: Agent, now: datetime) -> tuple[ReceivedHeartbeat, ...]:
        """Return the heartbeats of an agent's instances that count now, by name; none for an agent without any.

        The last one counts always, because an agent that runs nowhere is missed.
        """
        instances = [heartbeat for (name, _), heartbeat in self._newest.items() if name is agent]
        instances.sort(key=lambda heartbeat: heartbeat.beat.instance)
        last = max(instances, key=lambda heartbeat: heartbeat.at, default=None)
        return tuple(each for each in instances if each is last or each.fresh(now) or each.missed(now))


@dataclass(frozen=True, slots=True)
class StatusInputs:
    """What decides: the statuses in its heartbeats of the last 30 seconds, and their sums of the last hour."""

    statuses: frozenset[HealthStatus]
    queries: int = 0
    errors: int = 0
    stuck: bool = False


# Statuses, and when an agent has them. The first that holds decides. It follows from the facts alone and not from the
# status before, so any may follow any: an idle agent is active again with its next query, and one in error recovers
# when its reason is gone.
# What data model 2.5 leaves open:
#   - Errors and standing still count in every phase, also while all instances stop or start.
#   - An agent stops when all of its instances do, and starts when none of them is past that: one that works is enough.
#   - An agent is active while any instance had a query in the last hour; an hour after the last one it is idle.
#   - "No errors" of idle means that it is not in error: 1 to 10 errors in an hour without a query leave it idle,
#     because one message that could not be read is no outage.
TABLE: Final[tuple[tuple[HealthStatus, Callable[[StatusInputs], bool]], ...]] = (
    (HealthStatus.ERROR, lambda inputs: not inputs.statuses),
    (HealthStatus.ERROR, lambda inputs: inputs.stuck),
    (HealthStatus.ERROR, lambda inputs: inputs.errors > ERRORS_AN_HOUR),
    (HealthStatus.STOPPING, lambda inputs: inputs.statuses == _LEAVING),
    (HealthStatus.ACTIVE, lambda inputs: inputs.queries > 0),
    (HealthStatus.STARTING, lambda inputs: inputs.statuses <= _COMING),
    (HealthStatus.IDLE, lambda _: True),
)


def status(inputs: StatusInputs) -> HealthStatus:
    """Return the status that follows from the facts."""
    return next(decided for decided, holds in TABLE if holds(inputs))


class Backlog(NamedTuple):
    """Messages that wait for an agent, and in words where its offsets stand still."""

    waiting: int = 0
    stuck: str | None = None


def agent_health(
    heartbeats: Sequence[ReceivedHeartbeat], backlog: Backlog, now: datetime, total: int | None = None
) -> AgentHealth:
    """Merge the newest heartbeats of the instances of one agent, at least one.

    Those with a fresh heartbeat count; where none is fresh, what they said last. Counts are summed, and go back to when
    each worker started; only `total`, where it is known, has the questions of the agent's lifetime. Uptime is that of
    the oldest. The average is weighted by queries; p95 is the worst instance's. The queue is the agent's consumer lag.
    """
    fresh = [heartbeat for heartbeat in heartbeats if heartbeat.fresh(now)]
    beats = [heartbeat.beat for heartbeat in fresh or heartbeats]
    last = min(max(heartbeat.at for heartbeat in heartbeats), now)  # another clock may be ahead
    queries, errors = sum(beat.processed_last_hour for beat in beats), sum(beat.errors_last_hour for beat in beats)
    statuses = [heartbeat.beat.status for heartbeat in fresh]
    inputs = StatusInputs(frozenset(statuses), queries, errors, stuck=bool(backlog.stuck))
    return AgentHealth(
        agent_name=beats[0].agent_name,
        status=status(inputs),
        uptime_seconds=max(int(((now if fresh else last) - min(beat.started_at for beat in beats)).total_seconds()), 0),
        **_summed(beats, total),
        replica_count=len(statuses) - statuses.count(HealthStatus.STOPPING),
        queries_last_hour=queries,
        error_count_last_hour=errors,
        avg_response_time_ms=_average((beat.avg_response_time_ms, beat.processed_last_hour) for beat in beats),
        p95_response_time_ms=max((beat.p95_response_time_ms or 0 for beat in beats), default=0) or None,
        current_queue_depth=backlog.waiting,
        last_heartbeat=last,
        instances=tuple(_instance(heartbeat, now) for heartbeat in heartbeats),
        problems=tuple(_problems(heartbeats, inputs, backlog, now)),
    )


def _summed(beats: Sequence[Heartbeat], total: int | None) -> dict[str, Any]:
    return {
        "total_queries_processed": sum(beat.processed for beat in beats) if total is None else total,
        "error_count": sum(beat.errors for beat in beats),
        "rejected_count": sum(beat.rejected for beat in beats),
        "rejected_last_hour": sum(beat.rejected_last_hour for beat in beats),
        "in_flight": sum(beat.in_flight for beat in beats),
        "version": ", ".join(sorted({beat.version for beat in beats}))[:255],
    }


def _average(parts: Iterable[tuple[int | None, int]]) -> int | None:
    counted = [(average, count) for average, count in parts if average and count]
    total = sum(count for _, count in counted)
    return max(round(sum(average * count for average, count in counted) / total), 1) if total else None


def _instance(heartbeat: ReceivedHeartbeat, now: datetime) -> InstanceHealth:
    beat = heartbeat.beat
    return InstanceHealth(
        instance=beat.instance,
        status=beat.status if heartbeat.fresh(now) else HealthStatus.ERROR,
        last_heartbeat=heartbeat.at,
        in_flight=beat.in_flight,
        problem=beat.problem,
        version=beat.version,
    )


def _problems(
    heartbeats: Sequence[ReceivedHeartbeat], inputs: StatusInputs, backlog: Backlog, now: datetime
) -> Iterable[str]:
    name = heartbeats[0].beat.agent_name
    if not inputs.statuses:
        seconds = min(heartbeat.silence(now) for heartbeat in heartbeats)
        yield f"{name} runs nowhere: nothing has been heard of it for {seconds} s."
    for heartbeat in heartbeats:
        if inputs.statuses and not heartbeat.fresh(now):
            yield f"{name} on {heartbeat.beat.instance} has been silent for {heartbeat.silence(now)} s; others go on."
        if heartbeat.beat.problem and heartbeat.fresh(now):
            yield f"{name} on {heartbeat.beat.instance}: {heartbeat.beat.problem}"
    if backlog.stuck:
        yield f"{name} stands still: {backlog.stuck}"
    if inputs.errors > ERRORS_AN_HOUR:
        yield f"{name} had {inputs.errors:,} errors in the last hour."


def report(
    heartbeats: Heartbeats,
    backlog: Callable[[Agent], Backlog],
    now: datetime,
    totals: Mapping[str, int] = MappingProxyType({}),
    others: Sequence[str] = (),
) -> HealthReport:
    """Return how all agents are doing; `totals` as far as they are known, `others` are problems that are no agent's."""
    by_agent = {
        agent: agent_health(newest, backlog(agent), now, totals.get(agent))
        for agent in (*SIX_AGENTS, *COMPONENTS)
        if (newest := heartbeats.of(agent, now))
    }
    unheard = [f"{agent} runs nowhere: nothing has been heard of it." for agent in Agent if agent not in by_agent]
    failing = unheard or any(health.status is HealthStatus.ERROR for health in by_agent.values())
    return HealthReport(
        status="error" if failing else "ok",
        agents=tuple(by_agent[agent] for agent in SIX_AGENTS if agent in by_agent),
        components=tuple(by_agent[agent] for agent in COMPONENTS if agent in by_agent),
        problems=(*unheard, *(problem for health in by_agent.values() for problem in health.problems), *others),
    )
