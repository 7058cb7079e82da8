"""What an agent did in this worker: the counts behind its heartbeat."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from prometheus_client import Counter

from learnflow import __version__, metrics
from learnflow.bounded_cache import BoundedCache
from learnflow.domain.health.recent_questions import quantile
from learnflow.models.events.logs import Heartbeat
from learnflow.models.vocabulary import Agent, HealthStatus

HOUR: Final = timedelta(hours=1)
MOST_DURATIONS: Final = 10_000  # the newest of the last hour; a sample is enough for a percentile
MOST_UNDER_WAY: Final = 10_000  # questions that wait for another agent, with the time that they have taken so far


class Count:
    """Counts what happened: in all, for the metrics, and in the last hour, to the second, however much it is."""

    def __init__(self, metric: Counter) -> None:
        self.total = 0
        self._metric = metric
        self._seconds: deque[tuple[datetime, int]] = deque()

    def add(self, now: datetime) -> None:
        """Count one more."""
        self.total += 1
        self._metric.inc()
        second = now.replace(microsecond=0)
        count = self._seconds.pop()[1] if self._seconds and self._seconds[-1][0] == second else 0
        self._seconds.append((second, count + 1))
        self._forget(now)

    def last_hour(self, now: datetime) -> int:
        """Return how many there were in the last hour."""
        self._forget(now)
        return sum(count for _, count in self._seconds)

    def _forget(self, now: datetime) -> None:
        while self._seconds and self._seconds[0][0] <= now - HOUR:
            self._seconds.popleft()


class Activity:
    """Counts of one agent since the worker started. Times in milliseconds."""

    def __init__(self, agent: Agent, instance: str, now: Callable[[], datetime]) -> None:
        self.agent = agent
        self.instance = instance
        self.processed = Count(metrics.PROCESSED.labels(agent))
        self.errors = Count(metrics.ERRORS.labels(agent))
        self.rejections = Count(metrics.REJECTED.labels(agent))
        self._now = now
        self._started = now()
        self._done: deque[tuple[datetime, int]] = deque(maxlen=MOST_DURATIONS)
        self._messages = metrics.MESSAGES.labels(agent)
        self._under_way: BoundedCache[UUID, int] = BoundedCache(MOST_UNDER_WAY)

    def finished(self, milliseconds: int, query_id: UUID | None = None, *, processed: bool = True) -> None:
        """Count a message that was handled.

        A question that takes several messages is processed with the last of them, in the time of all of them.
        """
        self._messages.inc()
        now, spent = self._now(), milliseconds + (self._under_way.pop(query_id, 0) if query_id else 0)
        if processed:
            self.processed.add(now)
            self._done.append((now, max(spent, 1)))
        elif query_id:
            self._under_way[query_id] = spent

    def failed(self) -> None:
        """Count a message that could not be processed: an error of the agent, or of those that write to it."""
        self.errors.add(self._now())

    def rejected(self) -> None:
        """Count a message that was refused because of what its sender wrote: no error of the agent."""
        self.rejections.add(self._now())

    def heartbeat(self, in_flight: int, problem: str | None = None, phase: HealthStatus | None = None) -> Heartbeat:
        """Return how the agent is doing now, and what it cannot do; `phase` while its app starts or stops."""
        now = self._now()
        durations = sorted(milliseconds for at, milliseconds in self._done if at > now - HOUR)
        processed = self.processed.last_hour(now)
        return Heartbeat(
            agent_name=self.agent,
            instance=self.instance,
            status=phase or (HealthStatus.ACTIVE if processed else HealthStatus.IDLE),
            started_at=self._started,
            processed=self.processed.total,
            processed_last_hour=processed,
            errors=self.errors.total,
            errors_last_hour=self.errors.last_hour(now),
            rejected=self.rejections.total,
            rejected_last_hour=self.rejections.last_hour(now),
            avg_response_time_ms=round(sum(durations) / len(durations)) if durations else None,
            p95_response_time_ms=quantile(durations, 0.95),
            in_flight=in_flight,
            problem=problem,
            version=f"v{__version__}",
        )
