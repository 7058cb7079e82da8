"""A running system for all of these tests: all agents and the sink. Each test has students of its own."""

from collections.abc import Iterator

import pytest

from tests.conftest import database
from tests.support.apache_kafka import Broker
from tests.support.running_system import Client, Systems, systems, workers
from tests.support.topic_watcher import TopicWatcher, watching


@pytest.fixture(scope="session")
def running_database(postgres_server: str, database_template: str) -> Iterator[str]:
    """Give the URL of the running system's database."""
    yield from database(postgres_server, database_template)


@pytest.fixture(scope="session")
def running(broker: Broker, running_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systems]:
    """Run all agents and the sink."""
    directory = tmp_path_factory.mktemp("running")
    heartbeat = {"LEARNFLOW_AGENTS_HEARTBEAT_SECONDS": "1"}
    with systems(broker, running_database, directory, **heartbeat) as started, workers(started, ["worker"], ["sink"]):
        yield started


@pytest.fixture(scope="session")
def client(running: Systems) -> Client:
    """Give a plain Kafka client."""
    return Client(running.broker.address)


@pytest.fixture(scope="session")
def watch(running: Systems) -> Iterator[TopicWatcher]:
    """Watch the running system."""
    with watching(running.broker.address, running.database_url) as found:
        yield found
