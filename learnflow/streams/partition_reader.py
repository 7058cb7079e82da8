"""A consumer without a group, to look up single messages of a topic, and the partition that a key lies in."""

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import murmur2

from learnflow.streams import topic_admin
from learnflow.topics import LARGEST_DEAD_LETTER, Topic


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition that all clients of Kafka put a key in."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


def passes(error: Exception) -> bool:
    """Say whether looking up again may succeed: the brokers are away, or busy."""
    return isinstance(error, OSError) or topic_admin.passes(error)


async def reader_of(topic: Topic, bootstrap: list[str], fetch_wait_ms: int) -> AIOKafkaConsumer:
    """Return a consumer that has all partitions of a topic. Raises KafkaError while no broker can be reached."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",  # what was not read for longer than the topic keeps it goes on at its beginning
        fetch_max_wait_ms=fetch_wait_ms,
        max_partition_fetch_bytes=LARGEST_DEAD_LETTER,
        isolation_level="read_committed",
    )
    try:
        await reader.start()
        number = (await topic_admin.partitions(bootstrap)).get(topic.name, 0)
        reader.assign([TopicPartition(topic.name, each) for each in range(number)])
    except BaseException:
        await reader.stop()
        raise
    return reader
