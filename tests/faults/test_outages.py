"""PostgreSQL goes away under load, and the embedded broker forgets: progress goes on from what was kept."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil
import pytest

from learnflow import embedded
from learnflow.database.migrations import migrate
from learnflow.embedded.processes import reserved_port
from tests.conftest import run
from tests.faults.conftest import PATIENT, SETTINGS
from tests.faults.traffic import CONCEPTS, SECONDS, TOTALS, Traffic, check, check_endings, rows, traffic
from tests.support.apache_kafka import Broker
from tests.support.embedded_parts import named
from tests.support.running_system import Client, Systems, systems, until

AWAY_SECONDS = float(os.environ.get("LEARNFLOW_TEST_AWAY_SECONDS", "5"))
ROUND_SECONDS = 1.0  # in which each flow asks twenty questions: one worker answers hardly more
VERSIONS = "SELECT student_id, version FROM student_state WHERE student_id = ANY($1)"


class Server:
    """A PostgreSQL that keeps its port over a stop and a start."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._running = ExitStack()
        self.url = ""

    def start(self) -> None:
        self.url = self._running.enter_context(embedded.postgres(self._directory))

    def stop(self) -> None:
        self._running.close()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Shut it down, and start it again."""
        self.stop()
        yield
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it accept connections and answer nothing."""
        server = named(self._directory / "postgres.pid")
        server.suspend()  # first, so that it starts no more
        processes = [server, *server.children()]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.suspend()
        yield
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Give a PostgreSQL of the test's own."""
    with embedded.throwaway() as directory, reserved_port() as port:
        monkeypatch.setattr("learnflow.embedded.processes.reserved_port", lambda: nullcontext(port))
        server = Server(directory)
        server.start()
        run(migrate(server.url))
        yield server
        server.stop()


@pytest.mark.parametrize("away", [Server.stopped, Server.frozen])
def test_postgresql_is_away_under_load(away: Any, server: Server, broker: Broker, tmp_path: Path) -> None:
    client = Client(broker.address)
    with (
        systems(broker, server.url, tmp_path, **PATIENT) as workers,
        traffic(client, students=20) as known,
        traffic(client, students=20) as unknown,
    ):
        both = [workers.start(role, wait=False) for role in ("worker", "sink")]
        known.ask(40)
        check(known, server.url)
        with away(server):
            before = len(known.asked)
            ask_for(AWAY_SECONDS, known, unknown)
            assert known.follow(lambda it: it.answered > before), "whom the tables hold is answered all the same"
            assert unknown.answered == 0, "nobody is started from nothing"
        check(known, server.url)
        check(unknown, server.url)
        for worker in both:
            worker.wait_ready()
        assert [worker.stop() for worker in both] == [0, 0]


@pytest.mark.parametrize("limit", [4, 120])
def test_each_question_ends_once_however_long_postgresql_is_away(
    limit: int, server: Server, broker: Broker, tmp_path: Path
) -> None:
    limits = {
        "LEARNFLOW_LIMITS_OPEN_QUERY_SECONDS": str(limit),
        "LEARNFLOW_LIMITS_COLLABORATION_SECONDS": str(limit / 4),
    }
    client = Client(broker.address)
    with (
        systems(broker, server.url, tmp_path, **SETTINGS, **limits) as workers,
        traffic(client, students=20) as before,
        traffic(client, students=20) as during,
    ):
        workers.start("sink", wait=False)
        with kept_running(workers, "worker") as kill:
            before.ask(40)
            before.wait()
            with server.stopped():
                ask_for(AWAY_SECONDS / 4, before, during)
                kill()  # what it sent is not acknowledged, and comes again
                wait_for_routing(client, during)
                ask_for(AWAY_SECONDS * 3 / 4, before, during)
            check_endings(before, server.url)
            endings = check_endings(during, server.url)
    if limit > AWAY_SECONDS:
        assert endings.keys() == {"completed"}, "what passes is waited for"
    else:
        assert endings["failed"] > 0, "some waited for too long"


@contextmanager
def kept_running(workers: Systems, role: str) -> Iterator[Callable[[], None]]:
    """Keep a worker running as a deployment does: when it ends, it is started again. Gives what kills it.

    With a short limit it gives up itself on a busy machine, where Kafka takes longer to answer than an answer may.
    """
    started, over = [workers.start(role, name=role)], Event()

    def keep() -> None:
        while not over.wait(0.1):
            if started[-1].process.poll() is not None:
                started.append(workers.start(role, name=role, wait=False))

    keeper = Thread(target=keep)
    keeper.start()
    try:
        yield lambda: os.kill(started[-1].process.pid, signal.SIGKILL)
    finally:
        over.set()
        keeper.join()


def wait_for_routing(client: Client, flow: Traffic) -> None:
    """Return when triage has decided on a question: from then on it waits for its student."""
    with client.reading("triage-routing") as reader:
        routed = (json.loads(message.value() or b"{}").get("payload", {}) for message in reader.until(SECONDS))
        assert any(payload.get("query", {}).get("query_id") in flow.asked for payload in routed)


def ask_for(seconds: float, *flows: Traffic) -> None:
    """Ask again and again, for so long."""
    began, rounds = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        if time.monotonic() >= began + rounds * ROUND_SECONDS:
            rounds += 1
            for flow in flows:
                flow.ask(20)
        for flow in flows:
            flow.read()


@contextmanager
def embedded_run(database_url: str, directory: Path) -> Iterator[Client]:
    """Run workers on an empty embedded broker, without any tables."""
    directory.mkdir()
    with embedded.broker(directory) as url:
        broker = Broker(url.removeprefix("kafka://"), "embedded")
        with systems(broker, database_url, directory, **SETTINGS) as workers:
            both = [workers.start(role, wait=False) for role in ("worker", "sink")]
            yield Client(broker.address)
            for worker in both:
                worker.wait_ready()
            assert [worker.stop() for worker in both] == [0, 0]


def test_an_emptied_embedded_broker_goes_on_from_postgresql(module_database: str, tmp_path: Path) -> None:
    with embedded_run(module_database, tmp_path / "before") as client, traffic(client, students=10) as flow:
        flow.ask(40)
        check(flow, module_database)
        students = list(flow.students)
    with embedded_run(module_database, tmp_path / "after") as client, traffic(client) as flow:
        flow.students = students
        queries = flow.ask(10, CONCEPTS)
        flow.wait()
        after = dict.fromkeys(students, 5)
        assert until(lambda: dict(rows(module_database, VERSIONS, students)) == after)
        assert until(lambda: dict(rows(module_database, TOTALS, students)) == after)
        found = requests(client, queries)
        assert sorted(found) == sorted(queries)
        assert {len(request["turns"]) for request in found.values()} == {4}
        assert {request["standing"]["total_queries"] for request in found.values()} <= {4, 5}


def requests(client: Client, queries: Sequence[str]) -> dict[str, Any]:
    """Return what concepts was asked, by query."""
    found = {}
    with client.reading("concepts-requests") as reader:
        for message in reader.everything():
            payload = json.loads(message.value() or b"{}")["payload"]
            if payload["query"]["query_id"] in queries:
                found[payload["query"]["query_id"]] = payload
    return found
