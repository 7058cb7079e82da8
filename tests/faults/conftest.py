"""What the fault tests share: a database and workers of the module's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import database
from tests.support.apache_kafka import Broker
from tests.support.running_system import Client, Systems, systems

# As genuine deployments have it: on a slow machine who is silent for three seconds is not dead.
SETTINGS = {"LEARNFLOW_KAFKA_SESSION_TIMEOUT_SECONDS": "6"}
# Hundreds of questions at once take longer there than the two minutes after which one is given up.
PATIENT = {**SETTINGS, "LEARNFLOW_LIMITS_OPEN_QUERY_SECONDS": "600"}


@pytest.fixture(scope="module")
def module_database(postgres_server: str, database_template: str) -> Iterator[str]:
    """Give the URL of a migrated database of the module's own."""
    yield from database(postgres_server, database_template)


@pytest.fixture
def workers(broker: Broker, module_database: str, tmp_path: Path) -> Iterator[Systems]:
    """Give what starts workers; those that a test leaves are ended."""
    with systems(broker, module_database, tmp_path, **PATIENT) as found:
        yield found


@pytest.fixture(scope="module")
def client(broker: Broker) -> Client:
    """Give a plain Kafka client."""
    return Client(broker.address)
