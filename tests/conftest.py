"""The real parts that tests share: one broker and one PostgreSQL a session, one database a test."""

import asyncio
import os
import shutil
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal
from uuid import uuid4

import asyncpg
import pytest

from learnflow import embedded
from tests.brokers import apache

SWITCH: Final = "LEARNFLOW_TEST_BROKER"
TEMPLATE: Final = "template_learnflow"


@dataclass(frozen=True, slots=True)
class Broker:
    """The broker of this session: where it is, host:port, and what it is."""

    address: str
    kind: Literal["apache", "embedded"]


def chosen() -> tuple[Literal["apache", "embedded"], str]:
    """Return which broker the tests run on, and why."""
    asked = os.environ.get(SWITCH, "")
    if asked == "apache":
        return "apache", f"{SWITCH} says so"
    if asked == "embedded":
        return "embedded", f"{SWITCH} says so"
    if asked:
        message = f"{SWITCH} is {asked!r}: it may be apache or embedded"
        raise pytest.UsageError(message)
    missing = [program for program in ("java", "mvn") if shutil.which(program) is None]
    if missing:
        return "embedded", f"no {' and no '.join(missing)} on the PATH"
    return "apache", "java and mvn are on the PATH"


def pytest_report_header() -> str:
    """Say which broker the tests run on."""
    kind, reason = chosen()
    return f"broker: {kind} ({reason})"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what runs on real parts in one process and in order; unit tests may run beside it."""
    for item in items:
        if "unit" not in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("real parts"))


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
    from learnflow.sink import migrations  # noqa: PLC0415 - tests without a database do not need it

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
    run(execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log"))
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
def student() -> str:
    """Give a student whom no other test knows."""
    return f"student-{uuid4()}"


def run(coroutine: Coroutine[object, object, object]) -> None:
    """Run a coroutine to its end, also where a loop is running already."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, coroutine).result()
