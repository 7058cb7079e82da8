"""What tests of single parts share; a module that runs a system of its own calls it `running`."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from learnflow.sink.sink import Sink
from tests.conftest import database as copied
from tests.support.apache_kafka import Broker
from tests.support.command_line import Cli
from tests.support.running_system import Client, Systems
from tests.support.topic_watcher import TopicWatcher, watching


@pytest.fixture(scope="module")
def module_database(postgres_server: str, database_template: str) -> Iterator[str]:
    """Give the URL of a migrated database of the module's own."""
    yield from copied(postgres_server, database_template)


@pytest.fixture(scope="module")
def client(running: Systems) -> Client:
    """Give a plain Kafka client."""
    return Client(running.broker.address)


@pytest.fixture(scope="module")
def watch(running: Systems) -> Iterator[TopicWatcher]:
    """Watch the running system."""
    with watching(running.broker.address, running.database_url) as found:
        yield found


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def sink(database_url: str) -> AsyncIterator[Sink]:
    sink = Sink(database_url)
    await sink.start()
    yield sink
    await sink.close()


@pytest.fixture
def cli(bare: Cli, broker: Broker) -> Cli:
    """Run a command against the session's broker, on which LearnFlow's topics are."""
    url = f"kafka://{broker.address}"
    assert bare("topics", "create", LEARNFLOW_BROKER=url).returncode == 0
    return lambda *arguments, **more: bare(*arguments, LEARNFLOW_BROKER=url, **more)


@pytest.fixture
def learnflows_topics(cli: Cli) -> None:
    """Make sure that the broker has them, for a test that does not use `cli`."""
