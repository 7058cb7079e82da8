"""`learnflow worker` and `learnflow sink`: the processes that a deployment runs."""

import click

from learnflow.app import ANSWERING, ROLES, SINK
from learnflow.worker_process import run_worker


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
