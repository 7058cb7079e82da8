"""`learnflow rebuild`: what students' histories in PostgreSQL add up to, by today's rules."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import asyncpg
import click

from learnflow import settings
from learnflow.cli import connection, kafka
from learnflow.cli.output import as_json, console, json_line
from learnflow.domain.learner import of_history
from learnflow.models.envelope import Event, version_metadata
from learnflow.models.events.students import ProgressRebuilt
from learnflow.sink.history import histories
from learnflow.topics import STUDENT_EVENTS

SHOWN_EVERY: Final = 100  # students


@click.command()
@click.argument("students", nargs=-1, metavar="[STUDENT…]")
@as_json
def command(students: tuple[str, ...], *, as_json: bool) -> None:
    """Rebuild what is known of students from their history in PostgreSQL; of all students when none is named.

    \b
    learnflow rebuild
    learnflow rebuild student-123 student-456

    Every question, graded submission, struggle and level set by a teacher is added up again, in the order of their
    times, by the rules and parameters of today. Workers go on meanwhile: the learner takes each student over, and
    keeps what of the last hour has not reached PostgreSQL yet. Nothing is sent to the students.
    """  # noqa: D301 - \b is click's sign for a block to leave as it is
    rebuilt, missing = asyncio.run(_rebuild(list(students)))
    if as_json:
        json_line({"rebuilt": rebuilt, "unknown": missing})
    else:
        click.echo(f"{rebuilt:,} students rebuilt; the learner takes them over")
    if missing:
        msg = f"there is no student {', '.join(missing)}"
        raise click.ClickException(msg)


async def _rebuild(students: list[str]) -> tuple[int, list[str]]:
    database = await asyncpg.connect(connection.database())
    bootstrap = connection.broker()
    await kafka.partitions_of(bootstrap, [STUDENT_EVENTS.name])
    found: set[str] = set()
    try:
        async with kafka.producer(bootstrap) as sender:
            with console(stderr=True).status("Rebuilding") as status:
                async for event in _events(database, students or None):
                    await sender.send(STUDENT_EVENTS.name, event.encode(), key=event.key)
                    found.add(event.student_id or "")
                    if len(found) % SHOWN_EVERY == 0:
                        status.update(f"Rebuilt {len(found):,} students")
            await sender.flush()
    finally:
        await database.close()
    return len(found), [student for student in students if student not in found]


async def _events(
    database: "asyncpg.Connection[asyncpg.Record]", students: list[str] | None
) -> AsyncIterator[Event[ProgressRebuilt]]:
    model = settings.current().learner.model()
    async for student_id, observations in histories(database, students):
        yield Event[ProgressRebuilt](
            message_id=uuid4(),
            trace_id=uuid4(),
            timestamp=datetime.now(UTC),
            student_id=student_id,
            event_type="student.progress.rebuilt",
            payload=ProgressRebuilt(state=of_history(observations, model)),
            metadata=version_metadata(),
        )
