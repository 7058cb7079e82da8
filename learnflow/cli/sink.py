"""`learnflow sink`: the worker that writes to PostgreSQL."""

import click

from learnflow.app import SINK
from learnflow.worker_process import run_worker


@click.command()
def command() -> int:
    """Write what the topics say to PostgreSQL until told to stop.

    Several sinks share the partitions. While PostgreSQL is away they wait; nothing is lost.

    \b
    learnflow sink
    """
    return run_worker((SINK,))
