"""How far consumer groups are, and whether they stand still although messages wait."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

# Between two snapshots; after a longer one nobody knows what happened meanwhile.
LONGEST_PAUSE: Final = timedelta(seconds=30)


class GroupPartition(NamedTuple):
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


class PartitionLag(NamedTuple):
    """Where a group is, and since when it is there with messages waiting."""

    offsets: Offsets
    since: datetime


@dataclass(frozen=True, slots=True)
class LagSnapshot:
    """The lag of all partitions at one time, and since when each of them stands still."""

    at: datetime
    partitions: Mapping[GroupPartition, PartitionLag]

    def waiting(self, group: str, topics: Iterable[str]) -> int:
        """Return how many messages of topics wait for a group."""
        names = set(topics)
        lags = (lag for key, lag in self.partitions.items() if key.group == group and key.topic in names)
        return sum(lag.offsets.waiting for lag in lags)

    def stuck(self, group: str, topics: Iterable[str], patience: Callable[[str], timedelta]) -> str | None:
        """Say in words where a group stands still for longer than `patience` has with a topic; None where nowhere."""
        for topic in topics:
            still = [
                lag
                for key, lag in self.partitions.items()
                if (key.group, key.topic) == (group, topic) and self.at - lag.since >= patience(topic)
            ]
            if still:
                waiting = sum(lag.offsets.waiting for lag in still)
                seconds = int((self.at - min(lag.since for lag in still)).total_seconds())
                messages = "1 message waits" if waiting == 1 else f"{waiting:,} messages wait"
                return f"{messages} on {topic}, where nothing was finished for {seconds} s."
        return None


def lag_snapshot(before: LagSnapshot | None, offsets: Mapping[GroupPartition, Offsets], now: datetime) -> LagSnapshot:
    """Return a new snapshot. Who has nothing to do, or got on since the last snapshot, does not stand still."""
    earlier = before.partitions if before and now - before.at <= LONGEST_PAUSE else {}
    return LagSnapshot(now, {key: PartitionLag(at, _since(earlier.get(key), at, now)) for key, at in offsets.items()})


def _since(before: PartitionLag | None, offsets: Offsets, now: datetime) -> datetime:
    if before is None or not offsets.waiting or before.offsets.done != offsets.done or not before.offsets.waiting:
        return now
    return before.since
