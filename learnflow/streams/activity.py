"""What an agent did in this worker: the counts behind its heartbeat."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from learnflow import __version__, metrics
from learnflow.models.events.logs import Heartbeat
from learnflow.models.vocabulary import Agent, HealthStatus

HOUR: Final = timedelta(hours=1)
MOST_DURATIONS: Final = 10_000  # of the last hour; a sample is enough for a percentile


class Activity:
    """Counts of one agent since the worker started. Times in milliseconds."""

    def __init__(self, agent: Agent, instance: str, now: Callable[[], datetime]) -> None:
        self.agent = agent
        self.instance = instance
        self.processed = 0
        self.errors = 0
        self._messages = metrics.MESSAGES.labels(agent)
        self._refusals = metrics.ERRORS.labels(agent)
        self._now = now
        self._started = now()
        self._done: deque[tuple[datetime, int]] = deque(maxlen=MOST_DURATIONS)
        self._failed: deque[datetime] = deque(maxlen=MOST_DURATIONS)

    def finished(self, milliseconds: int) -> None:
        """Count a message that was processed."""
        self.processed += 1
        self._messages.inc()
        self._done.append((self._now(), max(milliseconds, 1)))

    def failed(self) -> None:
        """Count a message that was refused, or that could not be processed."""
        self.errors += 1
        self._refusals.inc()
        self._failed.append(self._now())

    def heartbeat(self, in_flight: int, problem: str | None = None) -> Heartbeat:
        """Return how the agent is doing now, and what it cannot do."""
        since = self._now() - HOUR
        durations = sorted(milliseconds for at, milliseconds in self._done if at > since)
        return Heartbeat(
            agent_name=self.agent,
            instance=self.instance,
            status=HealthStatus.ACTIVE if durations else HealthStatus.IDLE,
            started_at=self._started,
            processed=self.processed,
            processed_last_hour=len(durations),
            errors=self.errors,
            errors_last_hour=sum(at > since for at in self._failed),
            avg_response_time_ms=round(sum(durations) / len(durations)) if durations else None,
            p95_response_time_ms=durations[int(0.95 * (len(durations) - 1))] if durations else None,
            in_flight=in_flight,
            problem=problem,
            version=f"v{__version__}",
        )
