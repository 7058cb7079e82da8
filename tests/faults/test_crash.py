"""What is our own fault ends the process, with an error and a line that says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from learnflow import embedded
from learnflow.streams.message_processor import MOST_REFUSALS
from tests.faults.conftest import SETTINGS
from tests.support.apache_kafka import Broker
from tests.support.running_system import STOP_SECONDS, Client, Systems, systems


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    """Give a broker of the test's own: what is sent here would end the workers of other tests."""
    with embedded.broker(tmp_path) as url:
        yield Broker(url.removeprefix("kafka://"), "embedded")


@pytest.fixture
def alone(own_broker: Broker, module_database: str, tmp_path: Path) -> Iterator[Systems]:
    """Give what starts workers on the broker of the test's own."""
    with systems(own_broker, module_database, tmp_path, **SETTINGS) as found:
        yield found


@pytest.mark.parametrize("roles", [(), ("--only", "concepts")], ids=["all roles", "one role"])
def test_too_many_refusals_on_an_internal_topic_end_the_worker(
    roles: tuple[str, ...], alone: Systems, own_broker: Broker
) -> None:
    worker = alone.start("worker", *roles)
    client = Client(own_broker.address)
    for number in range(MOST_REFUSALS + 20):
        client.send_later("concepts-requests", f"student-{number}", {"no": "envelope"})
    assert client.producer.flush(20) == 0
    assert worker.process.wait(STOP_SECONDS) == 1
    last = worker.log.read_text().splitlines()[-1]
    assert last.startswith("learnflow: the worker crashed: ")
    assert "concepts-requests" in last
