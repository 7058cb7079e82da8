"""What differs between the declared topics and a broker's is said in words."""

from datetime import timedelta

import pytest

from learnflow.models.vocabulary import Agent
from learnflow.streams.topic_admin import ActualTopic, compare, retention
from learnflow.topics import Topic

DECLARED = Topic("student-queries", 12, 3, timedelta(days=7), "Queries", Agent.TRIAGE)


def found(partitions: int = 12, replication: int = 3, **settings: str) -> ActualTopic:
    changed = {name.replace("_", "."): value for name, value in settings.items()}
    return ActualTopic(partitions, replication, DECLARED.config(replication) | changed)


@pytest.mark.parametrize(
    ("actual", "brokers"),
    [(found(), 3), (found(), 5), (found(replication=1), 1), (found(replication=2), 2), (found(), 2)],
    ids=["as declared", "more brokers", "one broker", "two brokers", "a broker is down"],
)
def test_what_is_as_declared_is_not_mentioned(actual: ActualTopic, brokers: int) -> None:
    report = compare([DECLARED], {"student-queries": actual}, brokers)
    assert report.as_declared
    assert report.unknown == ()


@pytest.mark.parametrize(
    ("actual", "sentence"),
    [
        (found(partitions=6), "student-queries has 6 partitions, and 12 are declared: LearnFlow never changes"),
        (found(partitions=1), "student-queries has 1 partition, and 12 are declared"),
        (found(replication=1), "student-queries has 1 replica of each partition, and 3 are declared"),
        (found(replication=4), "student-queries has 4 replicas of each partition, and 3 are declared"),
        (found(retention_ms="3600000"), "retention.ms=3600000 (1 h), and 604800000 (7 days) is declared"),
        (found(retention_ms="-1"), "retention.ms=-1 (for good), and"),
        (found(cleanup_policy="compact"), "cleanup.policy=compact, and delete is declared"),
        (found(max_message_bytes="1000"), "max.message.bytes=1000, and"),
        (found(min_insync_replicas="1"), "min.insync.replicas=1, and 2 is declared"),
    ],
)
def test_each_difference_is_one_sentence(actual: ActualTopic, sentence: str) -> None:
    report = compare([DECLARED], {"student-queries": actual}, brokers=3)
    assert not report.as_declared
    assert len(report.mismatches) == 1
    assert sentence in report.mismatches[0]


def test_a_missing_topic_is_named() -> None:
    assert compare([DECLARED], {}, brokers=3).missing == ("student-queries",)


def test_what_the_broker_does_not_tell_is_no_difference() -> None:
    report = compare([DECLARED], {"student-queries": ActualTopic(12, 3, None)}, brokers=3)
    assert report.as_declared
    assert "cannot tell its cleanup.policy, retention.ms" in report.unknown[0]


@pytest.mark.parametrize(
    ("time", "words"),
    [(None, "for good"), (timedelta(days=1), "24 h"), (timedelta(days=7), "7 days"), (timedelta(minutes=30), "0.5 h")],
)
def test_a_retention_in_words(time: timedelta | None, words: str) -> None:
    assert retention(time) == words
