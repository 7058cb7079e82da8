"""`learnflow rebuild`: what students' histories in PostgreSQL add up to, by today's rules."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import click

from learnflow import settings
from learnflow.agents.context import mastery_model
from learnflow.cli import connection, student_events
from learnflow.cli.connection import connect
from learnflow.cli.output import as_json, json_line
from learnflow.database.observation_history import load_histories
from learnflow.database.purge import purged
from learnflow.domain.learner.learner_state import state_from_history
from learnflow.models.envelope import Event
from learnflow.models.events.students import ProgressRebuilt

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
    keeps what of the last hour has not reached PostgreSQL yet. Nothing is sent to the students. A student some of
    whose questions `learnflow purge` has deleted stays as they are: without them the sum would be wrong.
    """
    done = asyncio.run(_rebuild(list(students)))
    missing = [student for student in students if student not in done.rebuilt and student not in done.incomplete]
    if as_json:
        json_line({"rebuilt": len(done.rebuilt), "unknown": missing, "incomplete": len(done.incomplete)})
    else:
        click.echo(f"{len(done.rebuilt):,} students rebuilt; the learner takes them over")
        if done.incomplete and not students:
            click.echo(f"{len(done.incomplete):,} students stay as they are, as some of their questions are deleted")
    incomplete = [(name, done.incomplete[name]) for name in students if name in done.incomplete]
    named = [f"{name} cannot be rebuilt: questions up to {day:%Y-%m-%d} are deleted" for name, day in incomplete]
    if missing:
        named.append(f"there is no student {', '.join(missing)}")
    if named:
        raise click.ClickException("; ".join(named))


@dataclass(slots=True)
class _Rebuilt:
    """Who was rebuilt, and who was not because questions are deleted, with the time of the last of those."""

    rebuilt: set[str] = field(default_factory=set)
    incomplete: dict[str, datetime] = field(default_factory=dict)


async def _rebuild(students: list[str]) -> _Rebuilt:
    model, bootstrap = mastery_model(settings.current().learner), connection.broker()
    done = _Rebuilt()
    waiting: list[Event[ProgressRebuilt]] = []
    async with connect(connection.database()) as database:
        async for student_id, observations in load_histories(database, students or None):
            gone = await purged(database, [student_id])  # after the history was read: what goes now is in it still
            if gone:
                done.incomplete |= gone
                continue
            state = state_from_history(observations, model)
            waiting.append(student_events.event(student_id, ProgressRebuilt(state=state)))
            done.rebuilt.add(student_id)
            if len(waiting) == AT_A_TIME:
                await student_events.send(bootstrap, waiting)
                waiting.clear()
        await student_events.send(bootstrap, waiting)
    return done
