"""`learnflow worker`: agents, of one role or of several, in one process."""

import click

from learnflow.app import ANSWERING, ROLES
from learnflow.worker_process import run_worker


@click.command()
@click.option("--only", type=click.Choice(ROLES), multiple=True, help="A role to run; may be given more than once.")
def command(only: tuple[str, ...]) -> int:
    """Run agents until told to stop.

    Without --only, all that answer students: core and the five specialists. Workers of one role share its work, so
    more load takes more workers of that role.

    \b
    learnflow worker
    learnflow worker --only debug
    """
    return run_worker(only or ANSWERING)
