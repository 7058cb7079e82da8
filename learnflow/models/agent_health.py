"""AgentHealthMetrics (data model 2.5): how an agent is doing."""

from datetime import timedelta
from typing import Final, Self

from pydantic import NonNegativeInt, PositiveInt, model_validator

from learnflow.models.fields import Model, Short, Timestamp
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
    replica_count: PositiveInt = 1
    version: Short

    @model_validator(mode="after")
    def _status_follows_counts(self) -> Self:
        if self.error_count_last_hour > ERRORS_AN_HOUR and self.status is not HealthStatus.ERROR:
            msg = f"status: must be error after more than {ERRORS_AN_HOUR} errors in an hour"
            raise ValueError(msg)
        if self.status is HealthStatus.ACTIVE and not self.queries_last_hour:
            msg = "status: active needs a query in the last hour"
            raise ValueError(msg)
        if self.status is HealthStatus.IDLE and self.queries_last_hour:
            msg = "status: idle means no query in the last hour"
            raise ValueError(msg)
        return self
