"""`/live` and `/ready`, for whoever starts and stops workers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from learnflow.streams.stream_app import StreamApp

STALLED: Final = timedelta(minutes=5)  # without progress although messages wait


@dataclass(slots=True)
class _Watch:
    """When an app last got anything done, as far as these probes saw."""

    at: datetime
    done: int = -1


@dataclass(slots=True)
class Probes:
    """Looks at the apps of this process."""

    apps: Sequence[StreamApp]
    now: Callable[[], datetime]
    _watches: dict[str, _Watch] = field(default_factory=dict)

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
        watch = self._watches.setdefault(app.conf.id, _Watch(self.now()))
        if done != watch.done or not waiting:
            self._watches[app.conf.id] = _Watch(self.now(), done)
            return True
        return self.now() - watch.at < STALLED


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
