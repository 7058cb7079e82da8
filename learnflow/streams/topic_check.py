"""Compare the topics that a broker has with those that are declared, in words. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from learnflow.topics import Topic

_WHY_PARTITIONS: Final = (
    "LearnFlow never changes the number of partitions, because the tables of a student would stay behind on another one"
)


@dataclass(frozen=True, slots=True)
class ActualTopic:
    """A topic as the broker has it. `settings` is None when the broker cannot tell them."""

    partitions: int
    replication: int
    settings: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Report:
    """What was created, what is missing, and in sentences what differs and what the broker could not tell."""

    actual: Mapping[str, ActualTopic] = field(default_factory=dict)
    created: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    mismatches: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def as_declared(self) -> bool:
        """Whether every topic is there, and nothing is known to differ."""
        return not self.missing and not self.mismatches


def compare(
    topics: Sequence[Topic], actual: Mapping[str, ActualTopic], brokers: int, created: Sequence[str] = ()
) -> Report:
    """Return the report on declared topics, given what a cluster of so many brokers has."""
    present = [topic for topic in topics if topic.name in actual]
    return Report(
        actual={topic.name: actual[topic.name] for topic in present},
        created=tuple(created),
        missing=tuple(topic.name for topic in topics if topic.name not in actual),
        mismatches=tuple(text for topic in present for text in mismatches(topic, actual[topic.name], brokers)),
        unknown=tuple(text for topic in present for text in _unknown(topic, actual[topic.name])),
    )


def mismatches(topic: Topic, actual: ActualTopic, brokers: int) -> Iterator[str]:
    """Say each thing in which a topic differs from its declaration, and what to do about it."""
    if actual.partitions != topic.partitions:
        yield (
            f"{topic.name} has {_count(actual.partitions, 'partition')}, and {topic.partitions} are declared: "
            f"{_WHY_PARTITIONS}"
        )
    # A cluster with a broker down still has the replicas of its topics, so only fewer than it could have is a fault.
    if actual.replication < min(topic.replication, brokers) or actual.replication > topic.replication:
        yield (
            f"{topic.name} has {_count(actual.replication, 'replica')} of each partition, and {topic.replication} are "
            f"declared (there are {_count(brokers, 'broker')}): change it with kafka-reassign-partitions"
        )
    for name, declared in topic.config(actual.replication).items():
        value = (actual.settings or {}).get(name, declared)
        if value != declared:
            yield (
                f"{topic.name} has {name}={_readable(name, value)}, and {_readable(name, declared)} is declared: "
                f"change it with kafka-configs --alter --entity-type topics --entity-name {topic.name} "
                f"--add-config {name}={declared}"
            )


def _unknown(topic: Topic, actual: ActualTopic) -> Iterator[str]:
    absent = [name for name in topic.config(1) if name not in (actual.settings or {})]
    if absent:
        yield f"{topic.name}: the broker cannot tell its {', '.join(absent)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _readable(name: str, value: str) -> str:
    if name != "retention.ms" or not value.lstrip("-").isdecimal():
        return value
    return f"{value} ({retention(None if int(value) < 0 else timedelta(milliseconds=int(value)))})"


def retention(time: timedelta | None) -> str:
    """Say how long a topic keeps its messages."""
    if time is None:
        return "for good"
    hours = time / timedelta(hours=1)
    return f"{hours:g} h" if hours < 48 else f"{hours / 24:g} days"  # noqa: PLR2004 - two days
