"""The newest heartbeat of each instance, and for how long it is remembered."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from learnflow.models.agent_health import HEARTBEAT_LIMIT
from learnflow.models.events.logs import Heartbeat
from learnflow.models.vocabulary import Agent, HealthStatus

FORGOTTEN_AFTER: Final = timedelta(minutes=5)
MOST_INSTANCES: Final = 2_000


class ReceivedHeartbeat(NamedTuple):
    """A heartbeat and when it was sent."""

    at: datetime
    beat: Heartbeat

    def fresh(self, now: datetime) -> bool:
        """Whether the instance is heard of often enough."""
        return now - self.at <= HEARTBEAT_LIMIT


class Heartbeats:
    """Keeps the newest heartbeat of each instance, whatever the order in which they come."""

    def __init__(self) -> None:
        self._newest: dict[tuple[Agent, str], ReceivedHeartbeat] = {}

    def add(self, heartbeat: ReceivedHeartbeat) -> None:
        """Take note of a heartbeat; of two of an instance the newer one stays."""
        key = (heartbeat.beat.agent_name, heartbeat.beat.instance)
        before = self._newest.get(key)
        if before is None or before.at <= heartbeat.at:
            self._newest[key] = heartbeat
        if len(self._newest) > MOST_INSTANCES:
            self._newest.pop(min(self._newest, key=lambda key: self._newest[key].at))

    def of(self, agent: Agent, now: datetime) -> tuple[ReceivedHeartbeat, ...]:
        """Return the heartbeats of an agent's instances that count now, by name; none for an agent without any."""
        return _counting((heartbeat for (name, _), heartbeat in self._newest.items() if name is agent), now)


def _counting(heartbeats: Iterable[ReceivedHeartbeat], now: datetime) -> tuple[ReceivedHeartbeat, ...]:
    """Leave out who is not missed: who said that it stops, and who has been silent for so long that it is forgotten.

    The last one of an agent stays, because an agent that runs nowhere is missed.
    """
    everyone = sorted(heartbeats, key=lambda heartbeat: heartbeat.beat.instance)
    if not everyone:
        return ()
    last = max(everyone, key=lambda heartbeat: heartbeat.at)
    return tuple(
        heartbeat for heartbeat in everyone if heartbeat is last or heartbeat.fresh(now) or _missed(heartbeat, now)
    )


def _missed(heartbeat: ReceivedHeartbeat, now: datetime) -> bool:
    return heartbeat.beat.status is not HealthStatus.STOPPING and now - heartbeat.at <= FORGOTTEN_AFTER
