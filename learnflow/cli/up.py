"""`learnflow up`: everything on this machine, until told to stop."""

import json
import os
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from learnflow.cli.connection import RunFile, remove_run_file, write_run_file
from learnflow.cli.local_system import System, system
from learnflow.settings import current

LOOK_SECONDS: Final = 0.5


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
            while not stop.wait(LOOK_SECONDS):
                running.check()
        finally:
            remove_run_file(directory)
            click.echo("stopping: finishing what is under way …", err=True)


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
