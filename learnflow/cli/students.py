"""`learnflow students`: who learns, and where they stand."""

import asyncio
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TextIO

import click
import orjson
from pydantic import TypeAdapter, ValidationError

from learnflow import settings
from learnflow.cli import connection, student_records
from learnflow.cli.kafka_clients import send_student_events, student_event
from learnflow.cli.output import as_json, json_line
from learnflow.models.envelope import Event
from learnflow.models.events.students import ProfileUpdated
from learnflow.models.fields import StudentId, explain
from learnflow.web.access import student_token

_STUDENT_ID: Final[TypeAdapter[str]] = TypeAdapter(StudentId)
FIELDS: Final = ("student_id", *ProfileUpdated.model_fields)


@click.group()
def command() -> None:
    """Import, show and deactivate students.

    \b
    learnflow students import class.csv
    learnflow students show student-123
    """


@command.command(name="import")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="Unless the file's name says it.")
@as_json
def import_(file: TextIO, form: str | None, *, as_json: bool) -> None:
    """Send the profiles in a .csv or .jsonl file (or - for standard input) to student-events.

    \b
    student_id,name,email,learning_style,skill_level,active
    student-123,Jane Doe,jane.doe@example.com,example-driven,intermediate,true

    Only student_id must be there, and one more; what is empty or left out stays as it is. Lines with a mistake are
    named on stderr and the others are sent; it ends with 1 then.

    \b
    learnflow students import class.csv
    learnflow students import - --format jsonl < class.jsonl
    """
    kind = form or {".csv": "csv", ".jsonl": "jsonl"}.get(Path(file.name).suffix.lower())
    if kind is None:
        raise click.UsageError(f"--format: must be given, as the name {file.name} does not say it")
    good, bad = _sorted_out(_csv_rows(file) if kind == "csv" else _json_lines(file))
    asyncio.run(send_student_events(connection.broker(), good))
    for text in bad:
        click.echo(f"learnflow: {text}", err=True)
    if as_json:
        json_line({"sent": len(good), "refused": len(bad)})
    else:
        click.echo(f"{len(good):,} profiles sent" + (f", {len(bad):,} lines refused" if bad else ""))
    if bad:
        click.get_current_context().exit(1)


@command.command()
@click.argument("student_id", metavar="ID")
@click.option("--queries", type=click.IntRange(min=0), default=10, help="How many of the last.")
@as_json
def show(student_id: str, queries: int, *, as_json: bool) -> None:
    """Show a student's profile, progress and last queries, as PostgreSQL has them.

    \b
    learnflow students show student-123 --queries 3
    """
    record = asyncio.run(student_records.fetch_profile(student_id, queries))
    if as_json:
        json_line(record)
    else:
        student_records.show_profile(record)


@command.command()
@click.argument("student_id", metavar="ID")
def deactivate(student_id: str) -> None:
    """Deactivate a student: further questions get a failed response that says so.

    \b
    learnflow students deactivate student-123

    `learnflow students import` with active=true takes it back.
    """
    try:
        event = student_event(student_id, ProfileUpdated(active=False))
    except ValidationError as error:
        raise click.ClickException(explain(error)) from None
    asyncio.run(send_student_events(connection.broker(), [event]))
    click.echo(f"{student_id}: deactivated")


@command.command()
@click.argument("student_id", metavar="ID")
def token(student_id: str) -> None:
    """Print the token with which a student sees what is their own, on the page and in the web views.

    It is made of LEARNFLOW_WEB_STUDENT_SECRET, and is valid for as long as that stays the same.

    \b
    learnflow students token student-123
    """
    secret = settings.current().web.student_secret
    if not secret:
        raise settings.SettingsError("LEARNFLOW_WEB_STUDENT_SECRET: must be set, as workers have it")
    try:
        click.echo(student_token(_STUDENT_ID.validate_python(student_id), secret))
    except ValidationError as error:
        raise click.BadParameter(explain(error), param_hint="ID") from None


def _sorted_out(lines: Iterable[tuple[int, object]]) -> tuple[list[Event[ProfileUpdated]], list[str]]:
    """Return the events of numbered lines, and what is wrong with the lines that have none."""
    good: list[Event[ProfileUpdated]] = []
    bad: list[str] = []
    for number, values in lines:
        try:
            good.append(_event(values))
        except ValueError as error:
            bad.append(f"line {number}: {explain(error) if isinstance(error, ValidationError) else error}")
    return good, bad


def _event(values: object) -> Event[ProfileUpdated]:
    """Return the event of a line's values. Raises ValueError when they make none, and when they are one."""
    if isinstance(values, ValueError):
        raise values
    if not isinstance(values, dict):
        raise ValueError("must be a JSON object")  # noqa: TRY004 - one of several things that may be wrong with a line
    fault = _unknown(values) or ("" if "student_id" in values else "student_id: must be given")
    if fault:
        raise ValueError(fault)
    profile = {name: value for name, value in values.items() if name != "student_id"}
    return student_event(values["student_id"], ProfileUpdated.model_validate(profile))


def _unknown(names: Iterable[str]) -> str:
    """Say which is the first name that no field has, if any."""
    unknown = next((name for name in names if name not in FIELDS), None)
    return "" if unknown is None else f"{unknown}: there is no such field; there are {', '.join(FIELDS)}"


def _csv_rows(lines: Iterable[str]) -> Iterator[tuple[int, object]]:
    """Yield the number of each line, and its values without the empty ones, or a ValueError."""
    rows = csv.DictReader(lines, strict=True)
    try:
        names = rows.fieldnames = [name.strip() or "a column without a name" for name in rows.fieldnames or ()]
        fault = _unknown(names) or ("" if "student_id" in names else "student_id: must be a column")
        if fault:
            yield 1, ValueError(fault)
            return
        for row in rows:
            too_many = ValueError("has more values than there are columns") if None in row else None
            yield rows.line_num, too_many or {name: text.strip() for name, text in row.items() if (text or "").strip()}
    except csv.Error as error:
        yield rows.line_num, ValueError(f"is no CSV: {error}")


def _json_lines(lines: Iterable[str]) -> Iterator[tuple[int, object]]:
    """Yield the number of each line that is not blank, and what it has, or a ValueError."""
    for number, text in enumerate(lines, start=1):
        if text.strip():
            try:
                yield number, orjson.loads(text)
            except orjson.JSONDecodeError as error:
                yield number, ValueError(f"is no JSON: {error}")
