"""`learnflow up`: all of LearnFlow on one machine; what is not set is started embedded, then the workers beside it."""

import asyncio
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg
import click

from learnflow.cli.connection import RunFile, remove_run_file, write_run_file
from learnflow.cli.maintenance import purge_database
from learnflow.database.migrations import migrate
from learnflow.database.postgres import one_line
from learnflow.database.purge import Kept
from learnflow.embedded import CLIENT_SETTINGS, EmbeddedError, broker, postgres, processes
from learnflow.embedded.processes import LOCALHOST, Program
from learnflow.embedded.progress import Waiting, wait_until_ready
from learnflow.settings import Settings, current, variable
from learnflow.streams import topic_admin
from learnflow.tables import changelogs
from learnflow.topics import TOPICS

QUIET_SECONDS: Final = 60.0  # in which a worker that starts does nothing at all: then it hangs
READY_SECONDS: Final = 10.0  # for one answer, of a machine that is busy
STOP_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 0.5
PURGE_SECONDS: Final = 86_400.0  # a day
PURGE_LONGEST: Final = 60.0  # seconds; Ctrl-C waits for it
# What a worker may need of our environment beside the settings: the key, the way to the API, where traces go, and where
# Java is.
_PASSED_ON: Final = re.compile(
    r"ANTHROPIC_\w+|OTEL_\w+|(?i:(?:https?|all|no)_proxy)|SSL_CERT_(?:FILE|DIR)|JAVA_HOME|PATH|HOME|LANG|TZ"
)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class System:
    """Where a running system is, and the processes that answer."""

    broker: str
    database_url: str
    web: str
    workers: Mapping[Path, subprocess.Popen[bytes]]

    def check(self) -> None:
        """Raise EmbeddedError when a worker has ended."""
        for log, process in self.workers.items():
            if process.returncode is not None:
                raise EmbeddedError(f"the {log.stem} ended with {process.returncode}: {processes.last_line(log)}")


@contextmanager
def system(own: Settings, directory: Path, say: Say, *, durable: bool, any_port: bool) -> Iterator[System]:
    """Run everything on a directory, and stop it at the end. Raises EmbeddedError when a part does not start."""
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        address = own.learnflow.broker or _broker(stack, directory, say)
        url = own.database.url or _database(stack, directory, say, durable=durable)
        asyncio.run(_prepare(address, url, say))
        web = stack.enter_context(processes.reserved_port()) if any_port or not own.web.port else own.web.port
        environment = _environment(own, address, url, directory)
        ports = {"worker": web, "sink": stack.enter_context(processes.reserved_port())}
        programs = {name: _program(name, environment, directory, port) for name, port in ports.items()}
        workers = {name: stack.enter_context(processes.running(program)) for name, program in programs.items()}
        for name, port in ports.items():
            address_of_worker = f"http://{LOCALHOST}:{port}"
            waiting = Waiting(QUIET_SECONDS, say, partial(_state, address_of_worker, directory / "tables"))
            wait_until_ready(programs[name], workers[name], partial(ready, address_of_worker), waiting)
        say("core, five specialists and the sink are ready")
        yield System(address, url, f"http://{LOCALHOST}:{web}", {programs[name].log: workers[name] for name in ports})


def _broker(stack: ExitStack, directory: Path, say: Say) -> str:
    address = stack.enter_context(broker(directory / "broker", say))
    shutil.rmtree(directory / "tables", ignore_errors=True)  # they must not outlive a broker that forgets
    say("embedded Kafka broker: keeps its messages in memory, and forgets them when it stops")
    return address


def _database(stack: ExitStack, directory: Path, say: Say, *, durable: bool) -> str:
    url = stack.enter_context(postgres(directory / "postgres", say, durable=durable))
    kept = f"keeps its data in {directory / 'postgres'}" if durable else "thrown away at the end"
    say(f"embedded PostgreSQL: {kept}")
    return url


async def _prepare(address: str, url: str, say: Say) -> None:
    applied = await migrate(url)
    say(f"schema: {len(applied)} migrations applied" if applied else "schema: up to date")
    report = await topic_admin.create(address.removeprefix("kafka://").split(";"), (*TOPICS, *changelogs()))
    say(f"topics: {len(report.created)} created" if report.created else "topics: all there")
    for difference in report.mismatches:
        say(f"  {difference}")


def _environment(own: Settings, address: str, url: str, directory: Path) -> dict[str, str]:
    """Every setting, as the workers' environment: they run in another directory, with no faust.ini."""
    ours = {
        variable("learnflow", "broker"): address,
        variable("learnflow", "data_directory"): str(directory),
        variable("database", "url"): url,
        variable("web", "host"): LOCALHOST,
    }
    embedded = {} if own.learnflow.broker else CLIENT_SETTINGS
    kafka = {variable("kafka", key): str(value) for key, value in embedded.items()}
    return {"PATH": os.defpath, **passed_on(os.environ), **own.as_environment(), **ours, **kafka}


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what workers inherit of an environment."""
    return {name: value for name, value in environment.items() if _PASSED_ON.fullmatch(name)}


def _program(command: str, environment: Mapping[str, str], directory: Path, port: int) -> Program:
    return Program(
        command=(sys.executable, "-m", "learnflow", command),
        log=directory / f"{command}.log",
        account=processes.current_account(),
        environment={**environment, variable("web", "port"): str(port)},
        stop_seconds=STOP_SECONDS,
        orphaned=signal.SIGKILL,  # without us the broker ends too, and nothing can be finished without it
    )


def ready(web: str) -> bool:
    """Say whether a worker answers that it is ready."""
    return bool((_readiness(web) or {}).get("ready"))


def _readiness(web: str) -> dict[str, Any] | None:
    """Return what a worker says of its roles; None while it says nothing."""
    try:
        with urllib.request.urlopen(f"{web}/ready", timeout=READY_SECONDS) as response:  # noqa: S310 - our own address
            return dict(json.load(response))
    except urllib.error.HTTPError as error:
        with error, suppress(OSError, ValueError):
            return dict(json.load(error))
    except (OSError, ValueError):
        pass
    return None


def _state(web: str, tables: Path) -> object:
    """Return what moves while a worker gets on: its roles become ready, and its tables are filled."""
    readiness = _readiness(web)
    if readiness is None:
        return None
    sizes = 0
    for path in tables.rglob("*"):
        with suppress(OSError):  # a file of RocksDB that is gone by now
            sizes += path.stat().st_size
    return json.dumps(readiness, sort_keys=True), sizes


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the addresses when all is ready.")
def command(*, as_json: bool) -> None:
    """Run all of LearnFlow on this machine until Ctrl-C.

    A broker and a database that are not set (LEARNFLOW_BROKER, LEARNFLOW_DATABASE_URL) are started here. The embedded
    broker forgets its messages when it stops; the embedded database keeps what was written to it.

    \b
    learnflow up
    learnflow ask "Explain recursion" --student student-123       in another terminal
    """
    own = current()
    directory = own.learnflow.directory
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with system(own, directory, lambda line: click.echo(line, err=True), durable=True, any_port=False) as running:
        _announce(running, directory, as_json=as_json)
        try:
            watch(running, own, stop.wait)
        finally:
            remove_run_file(directory)
            click.echo("stopping: finishing what is under way …", err=True)


def watch(
    running: System, own: Settings, stopped: Callable[[float], bool], tick: Callable[[], float] = time.monotonic
) -> None:
    """Go on until told to stop; now and once a day, delete what has been kept for long enough.

    Of a database that was started here: how long another one keeps what it has is for its own operator to say.
    """
    due, kept = math.inf if own.database.url else tick(), Kept(own.database.keep_days, own.claude.cache_days)
    while not stopped(LOOK_SECONDS):
        running.check()
        if tick() >= due:
            due += PURGE_SECONDS
            try:
                asyncio.run(asyncio.wait_for(purge_database(running.database_url, kept), PURGE_LONGEST))
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # tomorrow will do
                click.echo(f"nothing was purged: {one_line(error)}", err=True)


def _announce(running: System, directory: Path, *, as_json: bool) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    write_run_file(directory, RunFile(os.getpid(), started, running.broker, running.database_url, running.web))
    addresses = {"broker": running.broker, "database_url": running.database_url, "web": running.web}
    if as_json:
        click.echo(json.dumps(addresses))
        return
    for name, address in addresses.items():
        click.echo(f"{name:13} {address}")
    click.echo('\nAsk something in another terminal:  learnflow ask "Explain recursion" --student student-123')
    click.echo("Ctrl-C stops everything.")
