"""What health shows when parts of a running system die: what is missing, and only that."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from learnflow import embedded
from learnflow.app import ROLES
from learnflow.database.migrations import migrate
from tests.conftest import run
from tests.faults.conftest import SETTINGS
from tests.running.questions import get
from tests.support.apache_kafka import Broker
from tests.support.running_system import Systems, Worker, systems, until

NOTICED: Final = 40.0  # seconds
REST: Final = [part for role in ROLES if role not in ("debug", "sink") for part in ("--only", role)]


def health(worker: Worker) -> tuple[int, dict[str, Any]]:
    """Return what a worker says, with its agents by name."""
    code, body = get(f"{worker.web}/health")
    found = json.loads(body)
    return code, found | {each["agent_name"]: each for each in (*found["agents"], *found["components"])}


def errors(worker: Worker) -> set[str]:
    """Return who is in error."""
    return {name for name, each in health(worker)[1].items() if isinstance(each, dict) and each["status"] == "error"}


@contextmanager
def noticed() -> Iterator[None]:
    """Hold when what is done inside takes less than 40 seconds."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < NOTICED


@contextmanager
def system(directory: Path) -> Iterator[tuple[Systems, ExitStack]]:
    """Give a broker and a database of the test's own; the stack's end stops the database."""
    with embedded.broker(directory) as url, embedded.throwaway() as place, ExitStack() as database:
        postgres = database.enter_context(embedded.postgres(place))
        run(migrate(postgres))
        with systems(Broker(url.removeprefix("kafka://"), "embedded"), postgres, directory, **SETTINGS) as found:
            yield found, database


def test_what_dies_is_shown_and_only_that(tmp_path: Path) -> None:
    with system(tmp_path) as (found, database):
        rest = found.start("worker", *REST, name="rest", wait=False)
        one, two, three = (found.start("worker", "--only", "debug", name=f"debug-{n}", wait=False) for n in (1, 2, 3))
        sink = found.start("sink", name="sink", wait=False)
        for worker in (rest, one, two, three, sink):
            worker.wait_ready()
        assert until(lambda: (health(rest)[0], health(rest)[1].get("debug", {}).get("replica_count")) == (200, 3))

        with noticed():
            one.kill()
            assert three.stop() == 0
            assert "stopping" in {each["status"] for each in health(rest)[1]["debug"]["instances"]}
            assert until(lambda: health(rest)[1]["debug"]["replica_count"] == 1, NOTICED)
        code, known = health(rest)
        assert (code, errors(rest)) == (200, set())
        [silent] = known["problems"]  # the one that was killed; who stopped is not missed
        assert f"debug on {socket.gethostname()}-{one.process.pid} has been silent" in silent

        with noticed():
            two.kill()
            database.close()
            assert until(lambda: errors(rest) == {"debug"}, NOTICED)
            assert until(lambda: "PostgreSQL" in (health(rest)[1]["sink"]["instances"][0]["problem"] or ""), NOTICED)
        assert [get(f"{rest.web}/health{path}")[0] for path in ("", "/debug", "/concepts")] == [503, 503, 200]
        said = health(rest)[1]["problems"]
        assert any(problem.startswith("debug runs nowhere") for problem in said)
        assert {problem.split()[0] for problem in said} == {"debug", "sink"}
