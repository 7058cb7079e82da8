"""Struggles over kills, restarts and losses: what was told is not told anew, and no window begins from nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeGuard
from uuid import uuid4

import pytest
from rocksdict import AccessType, Rdict

from learnflow import embedded
from tests.running.test_struggle import DETECTED, HISTORY, RESOLVED, ask, submit
from tests.support.apache_kafka import Broker
from tests.support.database_rows import Database
from tests.support.running_system import Client, Systems, Worker, systems, until
from tests.support.topic_watcher import TopicWatcher, watching

SETTINGS = {"LEARNFLOW_KAFKA_SESSION_TIMEOUT_SECONDS": "3"}
PANES = "learnflow-core-struggle-changelog"


@pytest.fixture
def started(broker: Broker, module_database: str, tmp_path: Path) -> Iterator[Systems]:
    """Give what starts core; the sink runs."""
    with systems(broker, module_database, tmp_path, **SETTINGS) as found:
        sink = found.start("sink")
        yield found
        assert sink.stop() == 0


@pytest.fixture
def seen(broker: Broker, module_database: str) -> Iterator[TopicWatcher]:
    """Watch every topic."""
    with watching(broker.address, module_database) as found:
        yield found


def core(started: Systems) -> Worker:
    """Start core, always with the same data directory."""
    return started.start("worker", "--only", "core", name="one")


def ids(watch: TopicWatcher, topic: str, student: str, event_type: str) -> list[str]:
    """Return the ids of a kind of message about a student, each as often as it came."""
    return [one.event["message_id"] for one in watch.on(topic, student) if one.event["event_type"] == event_type]


def wait_folded(watch: TopicWatcher, *queries: str) -> None:
    """Return when all are done with the routing of questions, and what follows has been seen."""
    routed = watch.wait("triage-routing", lambda one: one.payload.get("query_id") in queries, count=len(queries))
    watch.processed(*routed)


def test_a_kill_tells_nothing_anew(started: Systems, seen: TopicWatcher, student: str) -> None:
    client = Client(started.broker.address)
    worker = core(started)
    first = [ask(client, student) for _ in range(3)]
    seen.wait("student-struggle", lambda one: one.key == student.encode())
    worker.kill()  # before what it read is committed
    again = core(started)
    second = ask(client, student)
    wait_folded(seen, *first, second)
    levels = {one.event["message_id"]: one.payload["struggle_level"] for one in seen.on("student-struggle", student)}
    assert list(levels.values()) == ["low", "high"]
    assert set(ids(seen, "student-events", student, DETECTED)) == set(levels)
    assert again.stop() == 0


def test_a_kill_between_telling_of_the_end_and_reading_it_tells_one_end(
    started: Systems, seen: TopicWatcher, student: str
) -> None:
    client = Client(started.broker.address)
    worker = core(started)
    wait_folded(seen, *(ask(client, student) for _ in range(3)))
    submit(client, student, str(uuid4()), "recursion")
    seen.wait("student-events", lambda one: one.key == student.encode() and one.event["event_type"] == RESOLVED)
    worker.kill()
    again = core(started)
    wait_folded(seen, *(ask(client, student) for _ in range(2)))
    assert len(set(ids(seen, "student-events", student, RESOLVED))) == 1
    assert len(set(ids(seen, "student-struggle", student, DETECTED))) == 1
    assert again.stop() == 0


def test_old_panes_leave_the_store_also_after_a_restart(started: Systems, seen: TopicWatcher, student: str) -> None:
    client = Client(started.broker.address)
    worker = core(started)
    wait_folded(seen, ask(client, student, ago=timedelta(hours=80)))
    assert worker.stop() == 0
    (old,) = panes(started.directory / "one", student)
    again = core(started)
    wait_folded(seen, ask(client, student))
    assert again.stop() == 0
    (new,) = panes(started.directory / "one", student)
    assert new[1][0] - old[1][0] >= 48 * 3600
    with client.reading(PANES) as reader:
        changes = {message.key(): message.value() for message in reader.everything() if about(message.key(), student)}
    assert sorted(value is None for value in changes.values()) == [False, True]


def panes(directory: Path, student: str) -> list[Any]:
    """Return the keys of a student's panes in a worker's store."""
    found = []
    for store in directory.glob("tables/*/learnflow-core/*/tables/struggle-*.db"):
        database = Rdict(str(store), access_type=AccessType.read_only())
        found += [json.loads(key) for key in database.keys() if about(key, student)]  # noqa: SIM118 - it is no mapping
        database.close()
    return found


def about(key: object, student: str) -> TypeGuard[bytes]:
    """Say whether a key of the store is about a student."""
    return isinstance(key, bytes) and student.encode() in key


@contextmanager
def own_run(database_url: str, directory: Path) -> Iterator[tuple[Client, TopicWatcher]]:
    """Run core and sink on an empty broker, without any tables."""
    directory.mkdir()
    with embedded.broker(directory) as url:
        broker = Broker(url.removeprefix("kafka://"), "embedded")
        with (
            systems(broker, database_url, directory, **SETTINGS) as running,
            watching(broker.address, database_url) as watch,
        ):
            both = [running.start(*role, wait=False) for role in (("worker", "--only", "core"), ("sink",))]
            for worker in both:
                worker.wait_ready()
            yield Client(broker.address), watch
            assert [worker.stop() for worker in both] == [0, 0]


def test_an_emptied_broker_goes_on_with_the_window_from_postgresql(module_database: str, tmp_path: Path) -> None:
    growing, struggling, over = (f"student-{name}-{uuid4()}" for name in ("growing", "struggling", "over"))
    with own_run(module_database, tmp_path / "before") as (client, watch):
        asked = [ask(client, growing, ago=timedelta(hours=2)) for _ in range(2)]
        for student in (struggling, over):
            asked += [ask(client, student, ago=timedelta(hours=hours)) for hours in (3, 2, 1)]
        wait_folded(watch, *asked)
        submit(client, over, str(uuid4()), "recursion")
        watch.wait("student-events", lambda one: one.event["event_type"] == RESOLVED)
        assert until(lambda: routed(watch.database, asked) == len(asked))
        assert until(lambda: [len(watch.database.rows(HISTORY, each)) for each in (struggling, over)] == [1, 2])
    with own_run(module_database, tmp_path / "after") as (client, watch):
        third, fourth, another = (ask(client, each) for each in (growing, struggling, over))
        wait_folded(watch, third, fourth, another)
        found = {one.event["student_id"]: one.payload for one in watch.on("student-struggle")}
        assert found[growing]["evidence"] == [*asked[:2], third]
        assert (found[growing]["struggle_level"], found[struggling]["struggle_level"]) == ("low", "medium")
        assert found[struggling]["evidence"][-1] == fourth
        assert over not in found, "what was before the end counts no more"
        assert len(watch.on("student-struggle")) == 2
        submit(client, growing, str(uuid4()), "recursion")
        (end, *_) = watch.wait("student-events", lambda one: one.event["event_type"] == RESOLVED)
        assert (end.key, end.payload["query_count"]) == (growing.encode(), 3)


def routed(database: Database, queries: list[str]) -> int:
    """Return how many questions PostgreSQL knows the topic of."""
    statement = "SELECT query_id FROM query_history WHERE query_id = ANY($1::uuid[]) AND topic IS NOT NULL"
    return len(database.rows(statement, queries))
