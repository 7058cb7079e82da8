"""`/health` and `/api/figures`: how all agents on all workers are doing, from whichever worker is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from learnflow.domain.health import report
from learnflow.models.health_report import AgentHealth, Figures, HealthReport
from learnflow.models.vocabulary import Agent, HealthStatus
from learnflow.settings import Settings
from learnflow.streams.clock import Clock
from learnflow.streams.stream_app import StreamApp
from learnflow.web.agent_logs import AgentLogs
from learnflow.web.consumer_lag import Lag

AGENTS: Final[Mapping[str, Agent]] = {str(agent): agent for agent in Agent}
ERROR: Final = 503


@dataclass(frozen=True, slots=True)
class Health:
    """What this process knows of all agents."""

    logs: AgentLogs
    lag: Lag
    now: Clock

    def report(self) -> HealthReport:
        """Return how all agents are doing."""
        more = (*(problem for problem in (self.logs.problem, self.lag.problem) if problem), *self.lag.warnings)
        return report(self.logs.heartbeats, self.lag.backlog, self.now(), more)

    def agent(self, agent: Agent) -> AgentHealth | None:
        """Return how one agent is doing, or None where nothing was heard of it."""
        found = self.report()
        return next((each for each in (*found.agents, *found.components) if each.agent_name is agent), None)

    def figures(self) -> Figures:
        """Return the questions of the last hour."""
        return self.logs.questions.figures(self.now())


def health(settings: Settings, now: Clock) -> Health:
    """Return what learns, once its parts run, how all agents are doing."""
    brokers = settings.learnflow.bootstrap
    answer = timedelta(seconds=settings.limits.open_query_seconds)
    return Health(AgentLogs(brokers, now), Lag(brokers, now, answer), now)


def add_health(app: StreamApp, known: Health) -> None:
    """Serve health on an app's web server; what it knows is read for as long as the app runs."""
    app.task(known.logs.run)
    app.task(known.lag.run)

    @app.page("/health")
    async def everything(view: Any, _request: Any) -> Any:  # noqa: ANN401 - Faust's view, request and response
        body = known.report()
        return view.json(body.model_dump(mode="json"), status=ERROR if body.status == "error" else 200)

    @app.page("/health/{agent}")
    async def one(view: Any, _request: Any, agent: str) -> Any:  # noqa: ANN401 - as above
        if agent not in AGENTS:
            return view.json({"error": f"There is no agent of that name; there are {', '.join(AGENTS)}."}, status=404)
        body = known.agent(AGENTS[agent])
        if body is None:
            return view.json({"error": f"{agent} runs nowhere: nothing has been heard of it."}, status=ERROR)
        return view.json(body.model_dump(mode="json"), status=ERROR if body.status is HealthStatus.ERROR else 200)

    @app.page("/api/figures")
    async def figures(view: Any, _request: Any) -> Any:  # noqa: ANN401 - as above
        return view.json(known.figures().model_dump(mode="json"))
