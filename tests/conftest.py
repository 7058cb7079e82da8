"""The real parts that tests share: one broker and one PostgreSQL a session, one database a test."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Literal
from uuid import uuid4

import asyncpg
import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from learnflow import embedded
from tests.support import fork_server
from tests.support.apache_kafka import Broker, apache
from tests.support.command_line import SECONDS, Cli, Result
from tests.support.process_cleanup import ended_with_tests

SWITCH: Final = "LEARNFLOW_TEST_BROKER"
TEMPLATE: Final = "template_learnflow"
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - only where there is plenty of it
ROOM: Final = 4 << 30  # bytes; all that a run leaves there is less than one of them


def chosen() -> tuple[Literal["apache", "embedded"], str]:
    """Return which broker the tests run on, and why."""
    asked = os.environ.get(SWITCH, "")
    if asked == "apache":
        return "apache", f"{SWITCH} says so"
    if asked == "embedded":
        return "embedded", f"{SWITCH} says so"
    if asked:
        raise pytest.UsageError(f"{SWITCH} is {asked!r}: it may be apache or embedded")
    missing = [program for program in ("java", "mvn") if shutil.which(program) is None]
    if missing:
        return "embedded", f"no {' and no '.join(missing)} on the PATH"
    return "apache", "java and mvn are on the PATH"


def pytest_configure() -> None:
    """Let Ctrl-C interrupt also what a shell began in the background, and let all that tests start end with them.

    Properties hold on a busy machine too: Hypothesis times nothing.
    """
    keep_temporary_files_in_memory()
    hypothesis.settings.register_profile(
        "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("untimed")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(ended_with_tests())


def keep_temporary_files_in_memory() -> None:
    """Use memory where there is room: brokers, databases and tables wait most of the time for a slow disk's syncs."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    memory = os.statvfs(MEMORY)
    if memory.f_bavail * memory.f_frsize >= ROOM and not memory.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_report_header() -> list[str]:
    """Say which broker the tests run on, and where their files are."""
    kind, reason = chosen()
    return [f"broker: {kind} ({reason})", f"temporary files: {tempfile.gettempdir()}"]


class FilesTogether(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """A file stays in one process, and so do those of the running system. Each process has real parts of its own."""

    def _split_scope(self, nodeid: str) -> str:
        return "running" if nodeid.startswith("tests/running/") else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesTogether:
    """Say how tests are shared out among processes."""
    return FilesTogether(config, log)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Run the session's broker; topics are made by the tests, with names of their own."""
    directory = tmp_path_factory.mktemp("broker")
    kind, _ = chosen()
    if kind == "apache":
        with apache(directory) as kafka:
            yield Broker(kafka.address, kind)
    else:
        with embedded.broker(directory) as url:
            yield Broker(url.removeprefix("kafka://"), kind)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run the session's PostgreSQL; gives the URL of a database that tests leave alone."""
    with embedded.throwaway() as directory, embedded.postgres(directory, durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def database_template(postgres_server: str) -> str:
    """Migrate a database once, for each test to get a copy of it; gives its name."""
    from learnflow.database import migrations  # noqa: PLC0415 - tests without a database do not need it

    run(execute(postgres_server, f"CREATE DATABASE {TEMPLATE}"))
    run(migrations.migrate(sibling(postgres_server, TEMPLATE)))
    return TEMPLATE


@pytest.fixture
def database_url(postgres_server: str, database_template: str) -> Iterator[str]:
    """Give the URL of a migrated database of the test's own."""
    yield from database(postgres_server, database_template)


@pytest.fixture
def empty_database_url(postgres_server: str) -> Iterator[str]:
    """Give the URL of an empty database of the test's own."""
    yield from database(postgres_server, "template0")


def database(server: str, template: str) -> Iterator[str]:
    """Copy a database, and drop the copy afterwards, also from under those still connected."""
    name = f"test_{uuid4().hex}"
    run(execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
    yield sibling(server, name)
    run(execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


def sibling(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return f"{url.rpartition('/')[0]}/{name}"


async def execute(url: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("LEARNFLOW_")}
    return own | {"LEARNFLOW_DATA_DIRECTORY": str(tmp_path / "data")}


@pytest.fixture
def bare(environment: dict[str, str], tmp_path: Path) -> Cli:
    """Run a command where neither a broker nor a database is known."""

    def call(*arguments: str, given: str = "", **variables: str) -> Result:
        return fork_server.run(arguments, environment | variables, tmp_path, given=given, timeout=SECONDS)

    return call


@pytest.fixture
def student() -> str:
    """Give a student whom no other test knows."""
    return f"student-{uuid4()}"


def run(coroutine: Coroutine[object, object, object]) -> None:
    """Run a coroutine to its end, also where a loop is running already."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, coroutine).result()
