"""`learnflow worker` and `learnflow sink`: the processes that a deployment runs."""

import asyncio
import logging
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import click
import uvloop

from learnflow.app import ANSWERING, CORE, ROLES, SINK, build
from learnflow.cli.kafka_clients import reachable
from learnflow.embedded.data_directories import lock_file
from learnflow.settings import Settings, SettingsError, current
from learnflow.streams import topic_admin
from learnflow.streams.stream_app import StreamApp, Worker, relax_garbage_collection
from learnflow.tables import changelogs
from learnflow.topics import TOPICS
from learnflow.web.access import Access


@click.command()
@click.option("--only", type=click.Choice(ROLES), multiple=True, help="A role to run; may be given more than once.")
def worker(only: tuple[str, ...]) -> int:
    """Run agents until told to stop.

    Without --only, all that answer students: core and the five specialists. Workers of one role share its work, so
    more load takes more workers of that role.

    \b
    learnflow worker
    learnflow worker --only debug
    """
    return run_worker(only or ANSWERING)


@click.command()
def sink() -> int:
    """Write what the topics say to PostgreSQL until told to stop.

    Several sinks share the partitions. While PostgreSQL is away they wait; nothing is lost.

    \b
    learnflow sink
    """
    return run_worker((SINK,))


def run_worker(roles: Sequence[str]) -> int:
    """Run roles until SIGTERM or SIGINT. Returns 0 after a clean stop, 1 after a crash.

    Raises SettingsError and TopicsError before anything starts.
    """
    settings = current()
    settings.need_broker()
    settings.need_database()
    Access.of(settings.web)
    _check_port(settings)
    asyncio.run(_check_topics(settings, roles))
    for name in ("faust", "aiokafka", "mode"):
        logging.getLogger(name).setLevel(logging.WARNING)  # a tenth of the time went into debug messages nobody sees
    asyncio.set_event_loop(uvloop.new_event_loop())
    with _own_directory(settings) as directory:
        app = build(roles, settings, directory)
        app.finalize()
        app.worker_init()
        app.discover()
        app.worker_init_post_autodiscover()
        relax_garbage_collection()
        return _execute(app, settings)


def _execute(app: StreamApp, settings: Settings) -> int:
    worker = Worker(app, loglevel=settings.learnflow.log_level, redirect_stdouts=False)
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        if end.code and app.crash_reason:
            sys.stderr.write(f"learnflow: the worker crashed: {app.crash_reason!r}\n")
        return int(end.code or 0)
    return 0


def _check_port(settings: Settings) -> None:
    address = (settings.web.host, settings.web.port)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise SettingsError(
                f"LEARNFLOW_WEB_HOST, LEARNFLOW_WEB_PORT: cannot listen on {address[0]}:{address[1]}: {error.strerror}"
            ) from None


async def _check_topics(settings: Settings, roles: Sequence[str]) -> None:
    """Refuse to start without a topic: the broker would make it with one partition, and most messages be lost."""
    needed = (*TOPICS, *(changelogs() if CORE in roles else ()))
    async with reachable(settings.learnflow.bootstrap):
        missing = await topic_admin.missing(settings.learnflow.bootstrap, needed)
    if missing:
        raise topic_admin.TopicsError(f"topics are missing: {', '.join(missing)}; run `learnflow topics create`")


@contextmanager
def _own_directory(settings: Settings) -> Iterator[Path]:
    """Yield a directory that no other worker on this machine uses; after a crash, the same again."""
    parent = settings.learnflow.directory / "tables"
    parent.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        with (parent / f"worker-{number}.lock").open("w") as lock:
            if lock_file(lock.fileno()):
                yield parent / f"worker-{number}"
                return
