"""How the agents are doing: rules over their heartbeats, their offsets and their logs. No clock, no I/O."""

from learnflow.domain.health.agents import Backlog, agent_health
from learnflow.domain.health.figures import HOUR, Questions
from learnflow.domain.health.heartbeats import Heard, Heartbeats
from learnflow.domain.health.offsets import Look, Offsets, Place, look
from learnflow.domain.health.report import COMPONENTS, SIX, report
from learnflow.domain.health.status import Facts, status

__all__ = (
    "COMPONENTS",
    "HOUR",
    "SIX",
    "Backlog",
    "Facts",
    "Heard",
    "Heartbeats",
    "Look",
    "Offsets",
    "Place",
    "Questions",
    "agent_health",
    "look",
    "report",
    "status",
)
