"""How far consumer groups are, and whether they stand still although messages wait."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

UNSEEN: Final = timedelta(seconds=30)  # after a longer pause between two looks nobody knows what happened meanwhile


class Place(NamedTuple):
    """A partition, as one consumer group reads it."""

    group: str
    topic: str
    partition: int


class Offsets(NamedTuple):
    """The committed offset, from the partition's first message on, and its end."""

    done: int
    end: int

    @property
    def waiting(self) -> int:
        """Messages that are not done."""
        return max(self.end - self.done, 0)


class Standing(NamedTuple):
    """Where a group is, and since when it is there with messages waiting."""

    offsets: Offsets
    since: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one time, with what had been seen before."""

    at: datetime
    standings: Mapping[Place, Standing]

    def waiting(self, group: str, topics: Iterable[str]) -> int:
        """Return how many messages of topics wait for a group."""
        names = set(topics)
        return sum(
            standing.offsets.waiting
            for place, standing in self.standings.items()
            if place.group == group and place.topic in names
        )

    def stuck(self, group: str, topics: Iterable[str], patience: Callable[[str], timedelta]) -> str | None:
        """Say in words where a group stands still for longer than `patience` has with a topic; None where nowhere."""
        for topic in topics:
            still = [
                standing
                for place, standing in self.standings.items()
                if (place.group, place.topic) == (group, topic) and self.at - standing.since >= patience(topic)
            ]
            if still:
                waiting = sum(standing.offsets.waiting for standing in still)
                seconds = int((self.at - min(standing.since for standing in still)).total_seconds())
                messages = "1 message waits" if waiting == 1 else f"{waiting:,} messages wait"
                return f"{messages} on {topic}, where nothing was finished for {seconds} s."
        return None


def look(before: Look | None, found: Mapping[Place, Offsets], now: datetime) -> Look:
    """Return a new look. Whoever has nothing to do, or got on since the last look, does not stand still."""
    remembered = before.standings if before and now - before.at <= UNSEEN else {}
    return Look(
        now, {place: Standing(offsets, _since(remembered.get(place), offsets, now)) for place, offsets in found.items()}
    )


def _since(before: Standing | None, offsets: Offsets, now: datetime) -> datetime:
    if before is None or not offsets.waiting or before.offsets.done != offsets.done or not before.offsets.waiting:
        return now
    return before.since
