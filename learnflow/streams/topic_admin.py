"""Creates the declared topics that are missing, and compares those that exist. It never changes or deletes one."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, KafkaTimeoutError, TopicAlreadyExistsError, for_code

from learnflow.topics import Topic

REQUEST_SECONDS: Final = 20.0
LEADER_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05
_Described = Mapping[str, list[dict[str, Any]]]  # the partitions of each topic


def passes(error: Exception) -> bool:
    """Say whether the brokers may be able to do later what they could not do now."""
    return isinstance(error, KafkaTimeoutError) or (isinstance(error, KafkaError) and error.retriable)


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
            "LearnFlow never changes the number of partitions, because the tables of a student would stay behind on "
            "another one"
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


class TopicsError(Exception):
    """The broker refused to create topics, or did not give them leaders in time."""


async def create(bootstrap: str | list[str], topics: Sequence[Topic]) -> Report:
    """Create the missing topics in one request, wait until all have leaders, and report on all of them.

    Raises TopicsError, and KafkaError when no broker can be reached.
    """
    async with _admin(bootstrap) as admin:
        described = await _described(admin)
        absent = [topic for topic in topics if topic.name not in described]
        if absent:
            await _create(admin, absent, await _brokers(admin))
            described = await _described_with_leaders(admin, {topic.name for topic in topics})
        return await _report(admin, topics, described, created=[topic.name for topic in absent])


async def check(bootstrap: str | list[str], topics: Sequence[Topic]) -> Report:
    """Report on topics and change nothing. Raises KafkaError when no broker can be reached."""
    async with _admin(bootstrap) as admin:
        return await _report(admin, topics, await _described(admin))


async def missing(bootstrap: str | list[str], topics: Sequence[Topic]) -> list[str]:
    """Return the names of the topics that do not exist. Raises KafkaError when no broker can be reached."""
    existing = await partitions(bootstrap)
    return [topic.name for topic in topics if topic.name not in existing]


async def partitions(bootstrap: str | list[str]) -> dict[str, int]:
    """Return how many partitions each topic of the broker has. Raises KafkaError when no broker can be reached."""
    async with _admin(bootstrap) as admin:
        return {name: len(parts) for name, parts in (await _described(admin)).items()}


@asynccontextmanager
async def _admin(bootstrap: str | list[str]) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=int(REQUEST_SECONDS * 1000))
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topics: Iterable[Topic], brokers: int) -> None:
    replicated = ((topic, min(topic.replication, brokers)) for topic in topics)
    response = await admin.create_topics([
        NewTopic(topic.name, topic.partitions, replicas, topic_configs=topic.config(replicas))
        for topic, replicas in replicated
    ])
    # A topic that somebody else created meanwhile is as good.
    refused = [
        f"{name}: {message or for_code(code).__name__}"
        for name, code, message in response.topic_errors
        if code not in (0, TopicAlreadyExistsError.errno)
    ]
    if refused:
        raise TopicsError(f"the broker refused to create {'; '.join(refused)}")


async def _described_with_leaders(admin: AIOKafkaAdminClient, names: AbstractSet[str]) -> _Described:
    try:
        async with asyncio.timeout(LEADER_SECONDS):
            while waiting := names - _led(described := await _described(admin)):  # noqa: ASYNC110 - the broker tells nobody
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise TopicsError(f"no leader after {LEADER_SECONDS:g} s for {', '.join(sorted(waiting))}") from None
    return described


def _led(described: _Described) -> set[str]:
    return {name for name, parts in described.items() if all(part["leader"] != -1 for part in parts)}


async def _report(
    admin: AIOKafkaAdminClient, topics: Sequence[Topic], described: _Described, created: Sequence[str] = ()
) -> Report:
    present = [topic.name for topic in topics if topic.name in described]
    settings = await _settings(admin, present)
    actual = {
        name: ActualTopic(len(parts), min(len(part["replicas"]) for part in parts), settings.get(name))
        for name, parts in described.items()
        if name in present
    }
    return compare(topics, actual, await _brokers(admin), created)


async def _described(admin: AIOKafkaAdminClient) -> _Described:
    """Return the partitions of every topic. Asking for one by name would make some brokers create it."""
    return {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics() if topic["partitions"]}


async def _brokers(admin: AIOKafkaAdminClient) -> int:
    return len((await admin.describe_cluster())["brokers"])


async def _settings(admin: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the settings of topics; those that the broker does not tell are left out."""
    # Tansu drops the connection when asked for settings by name, and answers when asked for all.
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, configs=None) for name in names]
    if not resources:
        return {}
    try:
        responses = await admin.describe_configs(resources)
    except KafkaError:
        return {}
    answered = (resource for response in responses for resource in response.resources)
    return {name: {entry[0]: entry[1] for entry in entries} for code, _, _, name, entries in answered if code == 0}
