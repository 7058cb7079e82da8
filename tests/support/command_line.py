"""Runs commands as their users do, and talks to the broker beside them."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition

from tests.support.apache_kafka import Broker
from tests.support.running_system import FETCH_WAIT_MS

LEARNFLOW: Final = [sys.executable, "-c", "from learnflow.cli import main; main()"]
SECONDS: Final = 180

Result = subprocess.CompletedProcess[str]
Cli = Callable[..., Result]


def produce(broker: Broker, topic: str, value: bytes | None, key: str | None, headers: Any = None) -> Message:
    sent: list[Message] = []
    producer = Producer({"bootstrap.servers": broker.address, "partitioner": "murmur2_random"})
    producer.produce(topic, value, key, headers=headers, on_delivery=lambda _, message: sent.append(message))
    assert producer.flush(30) == 0
    return sent[0]


@contextmanager
def reading(broker: Broker, topic: str) -> Iterator[Consumer]:
    consumer = Consumer({
        "bootstrap.servers": broker.address,
        "group.id": f"test-{uuid4()}",
        "fetch.wait.max.ms": FETCH_WAIT_MS,
    })
    numbers = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    ends = [_end(consumer, TopicPartition(topic, number)) for number in numbers]
    consumer.assign([TopicPartition(topic, number, end) for number, end in zip(numbers, ends, strict=True)])
    yield consumer
    consumer.close()


def _end(consumer: Consumer, place: TopicPartition) -> int:
    """Return where a partition ends; one of a new topic may have no leader for a moment."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return int(consumer.get_watermark_offsets(place, timeout=30)[1])
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def next_of(consumer: Consumer, student: str) -> Message:
    while True:
        message = consumer.poll(30)
        assert message is not None, "nothing came"
        assert message.error() is None
        if message.key() == student.encode():
            return message


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def one_line(result: Result, code: int = 1) -> str:
    assert (result.returncode, result.stdout) == (code, "")
    assert result.stderr.startswith("learnflow: ")
    assert result.stderr.count("\n") == 1
    return result.stderr
