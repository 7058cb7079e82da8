"""What operators run from time to time: `learnflow migrate`, `learnflow purge` and `learnflow rebuild`."""

import asyncio
from datetime import UTC, datetime
from typing import Final

import click

from learnflow import settings
from learnflow.agents.context import mastery_model
from learnflow.cli import connection
from learnflow.cli.kafka_clients import send_student_events, student_event
from learnflow.cli.output import as_json, console, json_line
from learnflow.database import migrations
from learnflow.database.observation_history import load_histories
from learnflow.database.purge import Kept, purged
from learnflow.database.purge import purge as delete_old
from learnflow.domain.learner.learner_state import state_from_history
from learnflow.models.envelope import Event
from learnflow.models.events.students import ProgressRebuilt

AT_A_TIME: Final = 1_000  # students, whose states are sent together


@click.command()
@as_json
def migrate(*, as_json: bool) -> None:
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


@click.command()
@click.option("--dry-run", is_flag=True, help="Delete nothing; say how much there is to delete.")
@as_json
def purge(*, dry_run: bool, as_json: bool) -> None:
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
    counts = asyncio.run(purge_database(connection.database(own), kept, dry_run=dry_run))
    if as_json:
        json_line(counts | {"dry_run": True} if dry_run else counts)
        return
    done = "to delete" if dry_run else "deleted"
    if kept.questions:
        click.echo(f"{counts['questions']:,} questions older than {kept.questions} days {done}")
    click.echo(f"{counts['explanations']:,} explanations older than {kept.explanations} days {done}")


async def purge_database(url: str, kept: Kept, *, dry_run: bool = False) -> dict[str, int]:
    """Delete what has been kept for long enough, and return how much of each kind."""
    async with connection.connect(url) as database:
        return await delete_old(database, kept, datetime.now(UTC), dry_run=dry_run)


@click.command()
@click.argument("students", nargs=-1, metavar="[STUDENT…]")
@as_json
def rebuild(students: tuple[str, ...], *, as_json: bool) -> None:
    """Rebuild what is known of students from their history in PostgreSQL; of all students when none is named.

    \b
    learnflow rebuild
    learnflow rebuild student-123 student-456

    Every question, graded submission, struggle and level set by a teacher is added up again, in the order of their
    times, by the rules and parameters of today. Workers go on meanwhile: the learner takes each student over, and
    keeps what of the last hour has not reached PostgreSQL yet. Nothing is sent to the students. A student some of
    whose questions `learnflow purge` has deleted stays as they are: without them the sum would be wrong.
    """
    rebuilt, incomplete = asyncio.run(_rebuild(list(students)))
    missing = [student for student in students if student not in rebuilt and student not in incomplete]
    if as_json:
        json_line({"rebuilt": len(rebuilt), "unknown": missing, "incomplete": len(incomplete)})
    else:
        click.echo(f"{len(rebuilt):,} students rebuilt; the learner takes them over")
        if incomplete and not students:
            click.echo(f"{len(incomplete):,} students stay as they are, as some of their questions are deleted")
    named = [
        f"{name} cannot be rebuilt: questions up to {incomplete[name]:%Y-%m-%d} are deleted"
        for name in students
        if name in incomplete
    ]
    if missing:
        named.append(f"there is no student {', '.join(missing)}")
    if named:
        raise click.ClickException("; ".join(named))


async def _rebuild(students: list[str]) -> tuple[set[str], dict[str, datetime]]:
    """Return who was rebuilt, and who was not because questions are deleted, with the time of the last of those."""
    model, bootstrap = mastery_model(settings.current().learner), connection.broker()
    rebuilt: set[str] = set()
    incomplete: dict[str, datetime] = {}
    waiting: list[Event[ProgressRebuilt]] = []
    async with connection.connect() as database:
        async for student_id, observations in load_histories(database, students or None):
            gone = await purged(database, [student_id])  # after the history was read: what goes now is in it still
            if gone:
                incomplete |= gone
                continue
            state = state_from_history(observations, model)
            waiting.append(student_event(student_id, ProgressRebuilt(state=state)))
            rebuilt.add(student_id)
            if len(waiting) == AT_A_TIME:
                await send_student_events(bootstrap, waiting)
                waiting.clear()
        await send_student_events(bootstrap, waiting)
    return rebuilt, incomplete
