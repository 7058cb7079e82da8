"""Questions per minute and how long they took, from the log of what agents did."""

from collections import Counter
from datetime import datetime, timedelta
from math import ceil
from typing import Final
from uuid import UUID

from learnflow.bounded_cache import BoundedCache
from learnflow.models.agent_health import Figures, Minute
from learnflow.models.events.logs import ActivityLogged
from learnflow.models.vocabulary import Agent, Specialist

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
MOST: Final = 50_000  # questions whose latency is remembered; all are counted
# What a specialist answers. What concepts tells debug is not on the student's way.
_ANSWERED: Final = frozenset({"agent.request.created", "agent.collaboration.answered"})
_SPECIALISTS: Final = frozenset(Agent(specialist) for specialist in Specialist)


class RecentQuestions:
    """Remembers the questions of the last hour. The same log entry again, or in another order, changes nothing."""

    def __init__(self, since: datetime) -> None:
        self._since = since
        self._began: BoundedCache[UUID, datetime] = BoundedCache(MOST)
        self._ended: BoundedCache[UUID, datetime] = BoundedCache(MOST)
        self._minutes: Counter[datetime] = Counter()

    def log(self, at: datetime, done: ActivityLogged) -> None:
        """Take note of an entry that tells of no error: `at` is when the agent was done."""
        if done.query_id is None or done.error or at < self._since:
            return
        if done.agent_name is Agent.TRIAGE and done.query_id not in self._began:
            began = at - timedelta(milliseconds=done.duration_ms or 0)
            self._began[done.query_id] = began
            self._minutes[_minute(began)] += 1
        elif done.agent_name in _SPECIALISTS and done.action in _ANSWERED:
            self._ended[done.query_id] = max(self._ended.get(done.query_id, at), at)

    def figures(self, now: datetime) -> Figures:
        """Return the figures of the last 60 minutes; what is older is forgotten."""
        first = _minute(now) - 59 * MINUTE
        for old in [at for at in self._minutes if at < first]:
            del self._minutes[old]
        for times in (self._began, self._ended):
            for query_id in [query_id for query_id, at in times.items() if at < first]:
                del times[query_id]
        latencies = sorted(
            max(round((ended - began).total_seconds() * 1000), 0)
            for query_id, began in self._began.items()
            if (ended := self._ended.get(query_id))
        )
        minutes = tuple(Minute(at=at, questions=self._minutes[at]) for at in (first + n * MINUTE for n in range(60)))
        return Figures(
            since=max(self._since, first),
            questions=sum(minute.questions for minute in minutes),
            answered=len(latencies),
            latency_median_ms=quantile(latencies, 0.5),
            latency_p95_ms=quantile(latencies, 0.95),
            minutes=minutes,
        )


def quantile(ordered: list[int], share: float) -> int | None:
    """Return the smallest of ordered values that a share of them does not exceed; None where there is none."""
    return ordered[ceil(share * len(ordered)) - 1] if ordered else None


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
