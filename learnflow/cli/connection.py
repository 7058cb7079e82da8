"""Which LearnFlow a command talks to: the one that is set, else the `learnflow up` that runs on this machine."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from learnflow import settings
from learnflow.settings import Settings, SettingsError

if TYPE_CHECKING:
    import asyncpg

RUN_FILE: Final = "run.json"
CONNECT_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class RunFile:
    """What a running `up` leaves in a file: its process, when it started (ISO 8601), and where its parts are."""

    pid: int
    started: str
    broker: str
    database_url: str
    web: str


def write_run_file(where: Path, run: RunFile) -> None:
    """Leave the addresses; only this account may read them, as the database's has its password."""
    where.mkdir(parents=True, exist_ok=True)
    partial = where / f"{RUN_FILE}.{os.getpid()}"
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(run), file)
    partial.replace(where / RUN_FILE)  # a reader sees the old file or the new one, never half of it


def read_run_file(where: Path) -> RunFile | None:
    """Return the running `up`, or None when there is none: also when it ended without removing its file."""
    try:
        run = RunFile(**json.loads((where / RUN_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return run if _runs(run.pid) else None


def running_up(settings: Settings) -> RunFile | None:
    """Return the `up` that runs on this machine, if any."""
    return read_run_file(settings.learnflow.directory)


def remove_run_file(where: Path) -> None:
    """Remove the addresses of this process; those of another `up` stay."""
    run = read_run_file(where)
    if run is None or run.pid == os.getpid():
        (where / RUN_FILE).unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError, TypeError):
        return False
    return True


def broker(given: Settings | None = None) -> list[str]:
    """Return the brokers as host:port. Raises SettingsError when nothing says where they are."""
    own = given or settings.current()
    if own.learnflow.broker:
        return own.learnflow.bootstrap
    if run := running_up(own):
        return run.broker.removeprefix("kafka://").split(";")
    raise SettingsError("no broker is known: set LEARNFLOW_BROKER to kafka://host:port, or start `learnflow up`")


def database(given: Settings | None = None) -> str:
    """Return the database's URL. Raises SettingsError when nothing says where it is."""
    own = given or settings.current()
    if own.database.url:
        return own.database.url
    if run := running_up(own):
        return run.database_url
    raise SettingsError(
        "no database is known: set LEARNFLOW_DATABASE_URL to postgresql://user:password@host:port/name, "
        "or start `learnflow up`"
    )


@asynccontextmanager
async def connect(url: str | None = None) -> "AsyncIterator[asyncpg.Connection]":
    """Yield a connection to the database, of another URL where one is given, and close it."""
    import asyncpg  # noqa: PLC0415 - most commands need no database

    connection = await asyncpg.connect(url or database(), timeout=CONNECT_SECONDS)
    try:
        yield connection
    finally:
        await connection.close()


def fetch(statement: str, *arguments: object) -> "list[asyncpg.Record]":
    """Return the rows of a query to the database."""

    async def rows() -> "list[asyncpg.Record]":
        async with connect() as connection:
            return await connection.fetch(statement, *arguments)

    return asyncio.run(rows())
