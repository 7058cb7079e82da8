"""`learnflow purge`: what has been kept for as long as it may be."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import click

from learnflow import settings
from learnflow.cli import connection
from learnflow.cli.output import as_json, json_line
from learnflow.cli.student_record import CONNECT_SECONDS

_EXPLANATIONS: Final = "DELETE FROM concepts_cache WHERE created_at <= $1"


@click.command()
@as_json
def command(*, as_json: bool) -> None:
    """Delete from PostgreSQL what is older than the settings say. Run it once a day.

    Explanations that may be given again go after `[claude] cache_days`.

    \b
    learnflow purge
    learnflow purge --json
    """  # noqa: D301 - \b is click's sign for a block to leave as it is
    days = settings.current().claude.cache_days
    deleted = asyncio.run(_purge(connection.database(), days))
    if as_json:
        json_line(deleted)
    else:
        click.echo(f"{deleted['explanations']:,} explanations older than {days} days deleted")


async def _purge(url: str, days: int) -> dict[str, int]:
    """Return how much of each kind was deleted."""
    database = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        done = await database.execute(_EXPLANATIONS, datetime.now(UTC) - timedelta(days=days))
    finally:
        await database.close()
    return {"explanations": int(done.rpartition(" ")[2])}
