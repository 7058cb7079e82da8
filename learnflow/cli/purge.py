"""`learnflow purge`: what has been kept for as long as it may be."""

import asyncio
from datetime import UTC, datetime

import click

from learnflow import settings
from learnflow.cli import connection
from learnflow.cli.connection import connect
from learnflow.cli.output import as_json, json_line
from learnflow.database.purge import Kept, purge


@click.command()
@click.option("--dry-run", is_flag=True, help="Delete nothing; say how much there is to delete.")
@as_json
def command(*, dry_run: bool, as_json: bool) -> None:
    """Delete from PostgreSQL what is older than the settings say. Run it once a day.

    Questions, with their answers and their way through the agents, go after `[database] keep_days`; what students
    know stays, but `learnflow rebuild` cannot add it up again without them. Explanations that may be given again go
    after `[claude] cache_days`.

    \b
    learnflow purge --dry-run
    learnflow purge --json
    """
    own = settings.current()
    kept = Kept(own.database.keep_days, own.claude.cache_days)
    counts = asyncio.run(_purge(connection.database(), kept, dry_run=dry_run))
    if as_json:
        json_line(counts | {"dry_run": True} if dry_run else counts)
        return
    done = "to delete" if dry_run else "deleted"
    if kept.questions:
        click.echo(f"{counts['questions']:,} questions older than {kept.questions} days {done}")
    click.echo(f"{counts['explanations']:,} explanations older than {kept.explanations} days {done}")


async def _purge(url: str, kept: Kept, *, dry_run: bool) -> dict[str, int]:
    async with connect(url) as database:
        return await purge(database, kept, datetime.now(UTC), dry_run=dry_run)
