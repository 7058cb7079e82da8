"""How the agents are doing: rules over their heartbeats, their offsets and their logs. No clock, no I/O."""

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
from learnflow.domain.health.recent_questions import HOUR, RecentQuestions

__all__ = (
    "COMPONENTS",
    "HOUR",
    "SIX_AGENTS",
    "Backlog",
    "GroupPartition",
    "Heartbeats",
    "LagSnapshot",
    "Offsets",
    "ReceivedHeartbeat",
    "RecentQuestions",
    "StatusInputs",
    "agent_health",
    "lag_snapshot",
    "report",
    "status",
)
