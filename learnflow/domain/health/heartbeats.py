"""The newest heartbeat of each instance, and for how long it is remembered."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from learnflow.models.agent_health import HEARTBEAT_LIMIT
from learnflow.models.events.logs import Heartbeat
from learnflow.models.vocabulary import Agent, HealthStatus

FORGOTTEN: Final = timedelta(minutes=5)
MOST: Final = 2_000  # instances of agents


class Heard(NamedTuple):
    """A heartbeat and when it was sent."""

    at: datetime
    beat: Heartbeat

    def fresh(self, now: datetime) -> bool:
        """Whether the instance is heard of often enough."""
        return now - self.at <= HEARTBEAT_LIMIT


class Heartbeats:
    """Remembers what instances said last, whatever the order in which it comes."""

    def __init__(self) -> None:
        self._newest: dict[tuple[Agent, str], Heard] = {}

    def hear(self, heard: Heard) -> None:
        """Take note of a heartbeat; of two of an instance the newer one stays."""
        key = (heard.beat.agent_name, heard.beat.instance)
        before = self._newest.get(key)
        if before is None or before.at <= heard.at:
            self._newest[key] = heard
        if len(self._newest) > MOST:
            self._newest.pop(min(self._newest, key=lambda each: self._newest[each].at))

    def of(self, agent: Agent, now: datetime) -> tuple[Heard, ...]:
        """Return what an agent's instances said that count now, by name; nothing where none was ever heard."""
        return known((heard for (name, _), heard in self._newest.items() if name is agent), now)


def known(heard: Iterable[Heard], now: datetime) -> tuple[Heard, ...]:
    """Leave out who is not missed: who said that it stops, and who has been silent for so long that it is forgotten.

    The last one of an agent stays, because an agent that runs nowhere is missed.
    """
    everyone = sorted(heard, key=lambda each: each.beat.instance)
    if not everyone:
        return ()
    last = max(everyone, key=lambda each: each.at)
    return tuple(each for each in everyone if each is last or each.fresh(now) or _missed(each, now))


def _missed(heard: Heard, now: datetime) -> bool:
    return heard.beat.status is not HealthStatus.STOPPING and now - heard.at <= FORGOTTEN
