"""`learnflow migrate`: the database's schema."""

import asyncio

import click

from learnflow.cli import connection
from learnflow.cli.output import as_json, console, json_line
from learnflow.database import migrations


@click.command()
@as_json
def command(*, as_json: bool) -> None:
    """Bring the database's schema up to date: apply each file of schema/ that has not been applied.

    \b
    LEARNFLOW_DATABASE_URL=postgresql://learnflow:secret@db/learnflow learnflow migrate

    Safe to run from several places at once. Refuses a file that changed since it was applied.
    """
    url = connection.database()
    with console(stderr=True).status("Migrating the database"):
        applied = asyncio.run(migrations.migrate(url))
    if as_json:
        json_line({"applied": applied})
        return
    for name in applied:
        click.echo(f"{name}: applied")
    if not applied:
        click.echo("The schema is up to date.")
