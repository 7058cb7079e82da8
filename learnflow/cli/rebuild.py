"""`learnflow rebuild`: what students' histories in PostgreSQL add up to, by today's rules."""

import asyncio
from typing import Final

import asyncpg
import click

from learnflow import settings
from learnflow.cli import connection, student_events
from learnflow.cli.output import as_json, json_line
from learnflow.cli.student_record import CONNECT_SECONDS
from learnflow.domain.learner import of_history
from learnflow.models.envelope import Event
from learnflow.models.events.students import ProgressRebuilt
from learnflow.sink.history import histories

AT_A_TIME: Final = 1_000  # students, whose states are sent together


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
    model, bootstrap = settings.current().learner.model(), connection.broker()
    database = await asyncpg.connect(connection.database(), timeout=CONNECT_SECONDS)
    found: set[str] = set()
    waiting: list[Event[ProgressRebuilt]] = []
    try:
        async for student_id, observations in histories(database, students or None):
            state = of_history(observations, model)
            waiting.append(student_events.event(student_id, ProgressRebuilt(state=state)))
            found.add(student_id)
            if len(waiting) == AT_A_TIME:
                await student_events.send(bootstrap, waiting)
                waiting.clear()
        await student_events.send(bootstrap, waiting)
    finally:
        await database.close()
    return len(found), [student for student in students if student not in found]
