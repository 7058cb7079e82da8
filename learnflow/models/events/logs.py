"""agent-logs: what agents do, and that they are alive."""

from pydantic import Field, NonNegativeInt, PositiveInt

from learnflow.models.fields import Id, Model, NonBlank, Short, Text, Timestamp
from learnflow.models.vocabulary import Agent, HealthStatus


class ActivityLogged(Model):
    """`agent.activity.logged`: an agent finished with a message."""

    agent_name: Agent
    instance: Short
    action: NonBlank
    query_id: Id | None = None
    duration_ms: NonNegativeInt | None = None
    error: Text | None = None


class Heartbeat(Model):
    """`agent.heartbeat`: the counts of one agent in one worker, since that worker started."""

    agent_name: Agent
    instance: Short
    status: HealthStatus
    started_at: Timestamp
    processed: NonNegativeInt
    processed_last_hour: NonNegativeInt
    errors: NonNegativeInt
    errors_last_hour: NonNegativeInt
    rejected: NonNegativeInt = Field(default=0, description="Messages refused because of what their sender wrote.")
    rejected_last_hour: NonNegativeInt = 0
    avg_response_time_ms: PositiveInt | None = None
    p95_response_time_ms: PositiveInt | None = None
    in_flight: NonNegativeInt = 0
    problem: Text | None = Field(default=None, description="What the agent cannot do here, although it is alive.")
    version: Short
