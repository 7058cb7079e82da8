"""Topics are created as declared, and never changed, on the session's broker."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from aiokafka.errors import KafkaConnectionError

from learnflow.models.vocabulary import Agent
from learnflow.streams import topic_admin
from learnflow.topics import TOPICS, Topic, changelog
from tests.support.apache_kafka import Broker

NewTopic = Callable[..., Topic]


@pytest.fixture
def declare() -> NewTopic:
    """Return a function that declares topics that no other test has."""
    numbers, test = count(1), uuid4().hex[:8]
    return lambda **changes: replace(
        Topic(f"topics-{test}-{next(numbers)}", 4, 3, timedelta(days=1), "A test", Agent.TRIAGE), **changes
    )


def test_missing_topics_are_created_as_declared(broker: Broker, declare: NewTopic) -> None:
    topics = [declare(), declare(partitions=12, retention=timedelta(days=7)), declare(retention=None, compacted=True)]
    assert asyncio.run(topic_admin.missing(broker.address, topics)) == [topic.name for topic in topics]
    report = asyncio.run(topic_admin.create(broker.address, topics))
    assert report.created == tuple(topic.name for topic in topics)
    assert report.as_declared
    assert report.unknown == ()
    assert [report.actual[topic.name].partitions for topic in topics] == [4, 12, 4]


def test_created_topics_have_a_leader_for_every_partition(broker: Broker, declare: NewTopic) -> None:
    topic = declare(partitions=6)
    asyncio.run(topic_admin.create(broker.address, [topic]))
    assert asyncio.run(topic_admin.partitions(broker.address))[topic.name] == 6


def test_creating_again_changes_nothing(broker: Broker, declare: NewTopic) -> None:
    topics = [declare(), declare()]
    asyncio.run(topic_admin.create([broker.address], topics[:1]))
    report = asyncio.run(topic_admin.create([broker.address], topics))
    assert report.created == (topics[1].name,)
    assert asyncio.run(topic_admin.create([broker.address], topics)).created == ()


def test_two_that_create_at_once_do_not_disturb_each_other(broker: Broker, declare: NewTopic) -> None:
    topics = [declare() for _ in range(5)]

    async def both() -> list[topic_admin.Report]:
        return await asyncio.gather(*(topic_admin.create(broker.address, topics) for _ in range(2)))

    assert all(report.as_declared for report in asyncio.run(both()))


def test_what_differs_is_reported_and_left_alone(broker: Broker, declare: NewTopic) -> None:
    topic = declare()
    asyncio.run(topic_admin.create(broker.address, [topic]))
    changed = replace(topic, partitions=6, retention=timedelta(days=7), compacted=True, largest=2_000_000)
    report = asyncio.run(topic_admin.create(broker.address, [changed]))
    assert [text.split(",")[0] for text in report.mismatches] == [
        f"{topic.name} has 4 partitions",
        f"{topic.name} has cleanup.policy=delete",
        f"{topic.name} has retention.ms=86400000 (24 h)",
        f"{topic.name} has max.message.bytes=1048588",
    ]
    assert asyncio.run(topic_admin.check(broker.address, [topic])).as_declared


def test_looking_at_a_topic_does_not_create_it(broker: Broker, declare: NewTopic) -> None:
    topic = declare()
    for _ in range(2):
        assert asyncio.run(topic_admin.check(broker.address, [topic])).missing == (topic.name,)
    assert asyncio.run(topic_admin.missing(broker.address, [topic])) == [topic.name]


def test_all_of_learnflows_topics_can_be_created(broker: Broker) -> None:
    topics = (*TOPICS, changelog("core", "progress"))
    assert asyncio.run(topic_admin.create(broker.address, topics)).as_declared


def test_no_broker_is_an_error() -> None:
    with pytest.raises(KafkaConnectionError):
        asyncio.run(topic_admin.missing("127.0.0.1:1", TOPICS))


def test_a_refused_topic_is_an_error_that_names_it(broker: Broker, declare: NewTopic) -> None:
    if broker.kind == "embedded":
        pytest.skip("the embedded broker takes any name")
    topic = replace(declare(), name="no/name")
    with pytest.raises(topic_admin.TopicsError, match="no/name"):
        asyncio.run(topic_admin.create(broker.address, [topic]))
