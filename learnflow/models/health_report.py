"""What the health views say, beyond AgentHealthMetrics (data model 2.5)."""

from typing import Literal

from pydantic import Field, NonNegativeInt

from learnflow.models.agent_health import AgentHealthMetrics
from learnflow.models.fields import Model, Short, Text, Timestamp
from learnflow.models.vocabulary import HealthStatus


class InstanceHealth(Model):
    """An agent in one worker, as its newest heartbeat has it; error where that is too old."""

    instance: Short
    status: HealthStatus
    last_heartbeat: Timestamp
    in_flight: NonNegativeInt
    problem: Text | None = None
    version: Short


class AgentHealth(AgentHealthMetrics):
    """One agent over all of its workers, each of them, and what is wrong in sentences."""

    in_flight: NonNegativeInt = Field(default=0, description="Messages that are under way in its role.")
    instances: tuple[InstanceHealth, ...] = ()
    problems: tuple[str, ...] = ()


class HealthReport(Model):
    """All agents. `error` where one of them is in error, or runs nowhere."""

    status: Literal["ok", "error"]
    agents: tuple[AgentHealth, ...] = Field(description="Those of the six that have been heard of.")
    components: tuple[AgentHealth, ...] = Field(description="Router, struggle, learner and sink, likewise.")
    problems: tuple[str, ...]


class Minute(Model):
    """How many questions began to be worked on in a minute."""

    at: Timestamp
    questions: NonNegativeInt


class Figures(Model):
    """Questions of the last hour, as far as this process saw them in agent-logs.

    Latency is from the moment that triage took a question up until its last specialist was done, in milliseconds.
    """

    since: Timestamp = Field(description="What was logged before is not in the figures.")
    questions: NonNegativeInt
    answered: NonNegativeInt
    latency_median_ms: NonNegativeInt | None
    latency_p95_ms: NonNegativeInt | None
    minutes: tuple[Minute, ...] = Field(description="The last 60, the oldest first; the last one is not over yet.")
