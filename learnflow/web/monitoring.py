"""What those see who start, stop and watch workers: `/live`, `/ready`, `/health` and `/metrics`."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final, cast

from aiohttp.web import Response
from prometheus_client import Counter as Counted
from prometheus_client.exposition import choose_encoder

from learnflow import metrics
from learnflow.domain.health.agent_health import SIX_AGENTS, report
from learnflow.models.agent_health import AgentHealth, Figures, HealthReport
from learnflow.models.vocabulary import Agent, HealthStatus
from learnflow.settings import Settings
from learnflow.streams.codec import Clock
from learnflow.streams.faust_tables import TableManager
from learnflow.streams.stream_app import StreamApp
from learnflow.web.agent_logs import AgentLogs
from learnflow.web.consumer_lag import ConsumerLag
from learnflow.web.database_views import WebDatabase
from learnflow.web.json_http import Refused

STALLED: Final = timedelta(minutes=5)  # without progress although messages wait
TOTALS_SECONDS: Final = 2.0  # between two looks at them
_TOTALS: Final = "SELECT agent_name, questions FROM agent_totals"


@dataclass(slots=True)
class Probes:
    """Looks at the apps of this process."""

    apps: Sequence[StreamApp]
    now: Callable[[], datetime]
    _progress: dict[str, tuple[datetime, int]] = field(default_factory=dict)  # when an app had last done how much

    def live(self) -> dict[str, Any]:
        """Say which roles get on. A role that stands still while messages wait is not alive."""
        roles = {app.conf.id: self._gets_on(app) for app in self.apps}
        return {"live": all(roles.values()), "roles": roles}

    def ready(self) -> dict[str, Any]:
        """Say which roles have their partitions and tables, and work."""
        roles = {app.conf.id: app.caught_up for app in self.apps}
        return {"ready": all(roles.values()), "roles": roles}

    def _gets_on(self, app: StreamApp) -> bool:
        if app.crashed:
            return False
        done, waiting = app.done_and_waiting()
        at, done_then = self._progress.get(app.conf.id, (self.now(), None))
        if done == done_then and waiting:
            return self.now() - at < STALLED
        self._progress[app.conf.id] = (self.now(), done)
        return True


def add_probes(app: StreamApp, probes: Probes) -> None:
    """Serve the probes on an app's web server."""

    @app.page("/live")
    async def live(view: Any, _request: Any) -> Any:  # noqa: ANN401 - Faust's view, request and response
        body = probes.live()
        return view.json(body, status=200 if body["live"] else 503)

    @app.page("/ready")
    async def ready(view: Any, _request: Any) -> Any:  # noqa: ANN401 - Faust's view, request and response
        body = probes.ready()
        return view.json(body, status=200 if body["ready"] else 503)


class LifetimeTotals:
    """How many questions each agent has processed in its lifetime, as PostgreSQL had it when it last answered."""

    def __init__(self, database: WebDatabase) -> None:
        self.by_agent: Mapping[str, int] = {}
        self._database = database

    async def run(self) -> None:
        """Read them until cancelled."""
        while True:
            with suppress(Refused):
                rows = await self._database.fetch(_TOTALS)
                self.by_agent = dict.fromkeys(SIX_AGENTS, 0) | {row["agent_name"]: row["questions"] for row in rows}
            await asyncio.sleep(TOTALS_SECONDS)


@dataclass(frozen=True, slots=True)
class Health:
    """What this process knows of all agents."""

    logs: AgentLogs
    lag: ConsumerLag
    now: Clock
    totals: LifetimeTotals

    def report(self) -> HealthReport:
        """Return how all agents are doing."""
        more = (*(problem for problem in (self.logs.problem, self.lag.problem) if problem), *self.lag.warnings)
        return report(self.logs.heartbeats, self.lag.backlog, self.now(), self.totals.by_agent, more)

    def agent(self, agent: Agent) -> AgentHealth | None:
        """Return how one agent is doing, or None where nothing was heard of it."""
        report = self.report()
        return next((each for each in (*report.agents, *report.components) if each.agent_name is agent), None)

    def figures(self) -> Figures:
        """Return the questions of the last hour."""
        return self.logs.questions.figures(self.now())


def health(settings: Settings, database: WebDatabase, now: Clock) -> Health:
    """Return what learns, once its parts run, how all agents are doing."""
    brokers = settings.learnflow.bootstrap
    answer = timedelta(seconds=settings.limits.open_query_seconds)
    return Health(AgentLogs(brokers, now), ConsumerLag(brokers, now, answer), now, LifetimeTotals(database))


def add_health(app: StreamApp, health: Health) -> None:
    """Serve health on an app's web server; its sources are read for as long as the app runs."""
    app.task(health.logs.run)
    app.task(health.lag.run)
    app.task(health.totals.run)

    @app.page("/health")
    async def everything(view: Any, _request: Any) -> Any:  # noqa: ANN401 - Faust's view, request and response
        body = health.report()
        return view.json(body.model_dump(mode="json"), status=503 if body.status == "error" else 200)

    @app.page("/health/{agent}")
    async def agent_health(view: Any, _request: Any, agent: str) -> Any:  # noqa: ANN401 - as above
        if agent not in set(Agent):
            return view.json({"error": f"There is no agent of that name; there are {', '.join(Agent)}."}, status=404)
        body = health.agent(Agent(agent))
        if body is None:
            return view.json({"error": f"{agent} runs nowhere: nothing has been heard of it."}, status=503)
        return view.json(body.model_dump(mode="json"), status=503 if body.status is HealthStatus.ERROR else 200)

    @app.page("/api/figures")
    async def figures(view: Any, _request: Any) -> Any:  # noqa: ANN401 - as above
        return view.json(health.figures().model_dump(mode="json"))


_READ: Final = (
    metrics.LAG,
    metrics.FINISHED,
    metrics.READY,
    metrics.RECOVERY_REMAINING,
    metrics.RECOVERY_SECONDS,
    metrics.FAUST_ACTIVE,
    metrics.FAUST_COMMIT_SECONDS,
)


class MetricsPage:
    """The metrics of the apps of this process."""

    def __init__(self, apps: Sequence[StreamApp]) -> None:
        self._apps = apps
        self._reported: Counter[tuple[Counted, str]] = Counter()

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """Return the page and its content type, in the form that an Accept header asks for."""
        for metric in _READ:
            metric.clear()  # partitions that have gone to another worker are its own to tell
        for app in self._apps:
            self._read(app)
        encode, content_type = choose_encoder(accept)
        return encode(metrics.REGISTRY), content_type

    def _read(self, app: StreamApp) -> None:
        role = app.conf.id.removeprefix("learnflow-")
        metrics.READY.labels(role).set(app.caught_up)
        for topic, (finished, behind) in app.done_and_waiting_by_topic().items():
            metrics.LAG.labels(role, topic).set(behind)
            metrics.FINISHED.labels(role, topic).set(finished)
        remaining, seconds = _recovery(app)
        metrics.RECOVERY_REMAINING.labels(role).set(remaining)
        metrics.RECOVERY_SECONDS.labels(role).set(seconds)
        monitor = app.monitor
        metrics.FAUST_ACTIVE.labels(role).set(monitor.messages_active)
        if monitor.commit_latency:
            metrics.FAUST_COMMIT_SECONDS.labels(role).set(monitor.commit_latency[-1])
        self._follow(metrics.FAUST_RECEIVED, role, monitor.messages_received_total)
        self._follow(metrics.FAUST_REBALANCES, role, monitor.rebalances or 0)

    def _follow(self, metric: Counted, role: str, count: int) -> None:
        """Add what somebody else has counted since the last time."""
        metric.labels(role).inc(max(count - self._reported[metric, role], 0))
        self._reported[metric, role] = count


def _recovery(app: StreamApp) -> tuple[int, float]:
    """Return how many changes of tables are yet to be read, and for how many seconds that goes on."""
    recovery = cast("TableManager", app.tables).recovery
    if not recovery.in_recovery:
        return 0, 0.0
    started = recovery._recovery_started_at  # noqa: SLF001 - Faust shows it nowhere
    return sum(recovery.active_remaining().values()), monotonic() - started if started else 0.0


def add_metrics(app: StreamApp, apps: Sequence[StreamApp]) -> None:
    """Serve the metrics of a process's apps on one of them."""
    page = MetricsPage(apps)

    @app.page("/metrics")
    async def metrics_page(_view: Any, request: Any) -> Any:  # noqa: ANN401 - Faust's view, request and response
        body, content_type = page.render(request.headers.get("Accept", ""))
        return Response(body=body, headers={"Content-Type": content_type})
