"""Workers are asked to stop while questions are in flight: what they began is finished, and the rest is left."""

import os
import sys

import confluent_kafka

from tests.faults.traffic import CONCEPTS, DEBUG, check, traffic
from tests.support.running_system import Client, Systems

RESTARTS = int(os.environ.get("LEARNFLOW_TEST_RESTARTS", "2"))


def test_a_second_debug_worker_comes_and_goes_under_load(
    workers: Systems, client: Client, module_database: str
) -> None:
    sink = workers.start("sink", wait=False)
    worker = workers.start("worker")
    with traffic(client) as flow:
        flow.ask(40, DEBUG)
        second = workers.start("worker", "--only", "debug", name="debug")
        flow.ask(80, DEBUG)
        assert flow.follow(lambda it: it.answered >= 60)
        assert not flow.settled()
        assert second.stop() == 0
        flow.ask(20)
        check(flow, module_database)
        sys.stdout.write(f"debug: {flow.repeats()} repeats\n")
    assert worker.stop() == 0
    assert sink.stop() == 0


def test_graceful_restarts_while_questions_wait(workers: Systems, client: Client, module_database: str) -> None:
    sink = workers.start("sink", wait=False)
    with traffic(client) as flow:
        flow.ask(60)
        for _ in range(RESTARTS):
            flow.ask(20)
            worker = workers.start("worker", name="worker")
            least = flow.answered + 10
            assert flow.follow(lambda it: it.answered >= least)  # noqa: B023 - called before the next round
            assert worker.stop() == 0
        flow.ask(20)
        worker = workers.start("worker", name="worker", wait=False)
        check(flow, module_database)
        sys.stdout.write(f"{RESTARTS} restarts: {flow.repeats()} repeats\n")
    worker.wait_ready()
    assert worker.stop() == 0
    assert sink.stop() == 0


def test_a_worker_that_stops_finishes_and_commits_what_it_began(
    workers: Systems, client: Client, module_database: str
) -> None:
    """What is answered is committed, and what is committed is answered."""
    sink = workers.start("sink", wait=False)
    worker = workers.start("worker", name="worker")
    before = committed(client, "concepts")
    with traffic(client) as flow:
        flow.ask(80, CONCEPTS)
        assert flow.follow(lambda it: it.answered >= 10)
        assert worker.stop() == 0
        finished = committed(client, "concepts") - before
        assert flow.follow(lambda it: it.answered >= finished)
        worker = workers.start("worker", "--only", "core", name="worker")  # nobody answers meanwhile
        flow.read()
        assert flow.answered == finished
        rest = workers.start("worker", "--only", "concepts", wait=False)
        check(flow, module_database)
    rest.wait_ready()
    assert [one.stop() for one in (worker, rest, sink)] == [0, 0, 0]


def committed(client: Client, role: str) -> int:
    """Return how many requests of a specialist its group has committed."""
    topic = f"{role}-requests"
    consumer = confluent_kafka.Consumer({"bootstrap.servers": client.address, "group.id": f"learnflow-{role}"})
    try:
        partitions = consumer.list_topics(topic, timeout=20).topics[topic].partitions
        found = consumer.committed([confluent_kafka.TopicPartition(topic, one) for one in partitions], timeout=20)
        return sum(max(one.offset, 0) for one in found)
    finally:
        consumer.close()
