"""AgentHealthMetrics (data model 2.5): how an agent is doing, and what the health views say beyond it."""

from datetime import timedelta
from typing import Final, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from learnflow.models.fields import Model, Short, Text, Timestamp
from learnflow.models.vocabulary import Agent, HealthStatus

HEARTBEAT_LIMIT: Final = timedelta(seconds=30)
ERRORS_AN_HOUR: Final = 10


class AgentHealthMetrics(Model):
    """One agent, over all of its workers. The averages are None before the first query."""

    agent_name: Agent
    status: HealthStatus
    uptime_seconds: NonNegativeInt
    total_queries_processed: NonNegativeInt
    queries_last_hour: NonNegativeInt
    error_count: NonNegativeInt
    error_count_last_hour: NonNegativeInt
    avg_response_time_ms: PositiveInt | None = None
    p95_response_time_ms: PositiveInt | None = None
    current_queue_depth: NonNegativeInt = 0
    last_heartbeat: Timestamp
    replica_count: NonNegativeInt = Field(default=1, description="Workers that live: heard of within 30 seconds.")
    version: Short

    @model_validator(mode="after")
    def _status_follows_counts(self) -> Self:
        if self.error_count_last_hour > ERRORS_AN_HOUR and self.status is not HealthStatus.ERROR:
            raise ValueError(f"status: must be error after more than {ERRORS_AN_HOUR} errors in an hour")
        if self.status is HealthStatus.ACTIVE and not self.queries_last_hour:
            raise ValueError("status: active needs a query in the last hour")
        if self.status is HealthStatus.IDLE and self.queries_last_hour:
            raise ValueError("status: idle means no query in the last hour")
        return self


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

    rejected_count: NonNegativeInt = Field(default=0, description="Messages refused for what their sender wrote.")
    rejected_last_hour: NonNegativeInt = 0
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
