"""`learnflow audit`: computes again from the topics what tables, PostgreSQL and views must hold, and compares.

topic_history (what was said) → expected_rows and expected_progress (what follows) → differences (PostgreSQL),
worker_views (core's tables, health, heartbeats) → differences; comparison does it for all students.
"""

import asyncio
from functools import partial

import click

from learnflow import settings
from learnflow.agents.context import mastery_model
from learnflow.cli import connection
from learnflow.cli.audit.comparison import Comparison, Report
from learnflow.cli.audit.topic_history import TopicHistory
from learnflow.cli.audit.worker_views import Get
from learnflow.cli.output import as_json, console, json_line
from learnflow.cli.status import get_json
from learnflow.domain.phrasing import many

PATIENCE = 30.0  # seconds
SHOWN = 50  # differences


@click.command()
@click.argument("students", nargs=-1, metavar="[STUDENT…]")
@click.option("--url", metavar="URL", help="A worker's web address; without it, that of the running `up`.")
@click.option("--patience", type=float, default=PATIENCE, help="Seconds for what is under way to be finished.")
@as_json
def command(students: tuple[str, ...], url: str | None, patience: float, *, as_json: bool) -> int:
    """Compute again from the topics what was stored and shown, and compare; of all students when none is named.

    \b
    learnflow audit
    learnflow audit student-123 --json

    Rows of PostgreSQL, progress and mastery, the counts of agents, and the views of a worker are compared. It changes
    nothing. The exit code is 1 when something differs. All that the topics hold is kept in memory meanwhile.
    """
    running = connection.running_up(settings.current())
    web = url or (running.web if running else None)
    get = None if web is None else partial(get_from, web.rstrip("/"))
    with console(stderr=True).status("Reading the topics and comparing"):
        report = asyncio.run(
            audit(connection.broker(), connection.database(), get, only=frozenset(students), patience=patience)
        )
    _print(report, as_json=as_json)
    return int(bool(report.differences))


def get_from(web: str, path: str) -> object:
    """Return the JSON at an address of a worker."""
    return get_json(web + path)


async def audit(
    bootstrap: list[str], database: str, get: Get | None, *, only: frozenset[str] = frozenset(), patience: float
) -> Report:
    """Compare everything, and return what differs."""
    model = mastery_model(settings.current().learner)
    async with TopicHistory.open(bootstrap) as history, connection.connect(database) as stored:
        return await Comparison(history, stored, model, get, only).run(patience)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        differences = [each.as_json() for each in report.differences]
        counts = {"students": report.students, "messages": report.messages}
        json_line(counts | {"differences": differences, "left_out": report.left_out})
        return
    for difference in report.differences[:SHOWN]:
        click.echo(f"{difference.student_id or 'all'}: {difference}")
    if len(report.differences) > SHOWN:
        click.echo(f"… and {len(report.differences) - SHOWN:,} more; --json shows all")
    for left_out in report.left_out:
        click.echo(f"Not compared: {left_out}.")
    compared = f"{many(report.messages, 'message')} about {many(report.students, 'student')}"
    click.echo(f"{compared}: {many(len(report.differences), 'difference')}")
