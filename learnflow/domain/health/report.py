"""All agents together."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from learnflow.domain.health.agents import Backlog, agent_health
from learnflow.domain.health.heartbeats import Heartbeats
from learnflow.models.health_report import AgentHealth, HealthReport
from learnflow.models.vocabulary import Agent, HealthStatus, Specialist

SIX: Final = (Agent.TRIAGE, *(Agent(specialist) for specialist in Specialist))
COMPONENTS: Final = tuple(agent for agent in Agent if agent not in SIX)


def report(
    heartbeats: Heartbeats, backlog: Callable[[Agent], Backlog], now: datetime, more: Sequence[str] = ()
) -> HealthReport:
    """Return how all agents are doing; `more` are problems that are no agent's."""
    found = {
        agent: agent_health(heard, backlog(agent), now)
        for agent in (*SIX, *COMPONENTS)
        if (heard := heartbeats.of(agent, now))
    }
    unheard = [f"{agent} runs nowhere: nothing has been heard of it." for agent in Agent if agent not in found]
    failing = unheard or any(each.status is HealthStatus.ERROR for each in found.values())
    return HealthReport(
        status="error" if failing else "ok",
        agents=_of(SIX, found),
        components=_of(COMPONENTS, found),
        problems=(*unheard, *(problem for each in found.values() for problem in each.problems), *more),
    )


def _of(agents: Sequence[Agent], found: dict[Agent, AgentHealth]) -> tuple[AgentHealth, ...]:
    return tuple(found[agent] for agent in agents if agent in found)
