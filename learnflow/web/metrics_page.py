"""`/metrics`, for Prometheus: what was counted, and what is read where it is kept when somebody asks."""

from collections import Counter
from collections.abc import Sequence
from time import monotonic
from typing import Any, Final, cast

from aiohttp.web import Response
from prometheus_client import Counter as Counted
from prometheus_client.exposition import choose_encoder

from learnflow import metrics
from learnflow.streams.faust_tables import TableManager
from learnflow.streams.stream_app import StreamApp

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
