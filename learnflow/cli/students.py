"""`learnflow students`: who learns, and where they stand."""

import asyncio
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO

import click
import orjson
from pydantic import TypeAdapter, ValidationError

from learnflow import settings
from learnflow.cli import connection, student_profile
from learnflow.cli.kafka_clients import send_student_events, student_event
from learnflow.cli.output import as_json, json_line
from learnflow.models.envelope import Event
from learnflow.models.events.students import ProfileUpdated
from learnflow.models.fields import StudentId, explain
from learnflow.web.access import student_token

_STUDENT_ID: Final[TypeAdapter[str]] = TypeAdapter(StudentId)


FIELDS: Final = ("student_id", *ProfileUpdated.model_fields)


@dataclass(frozen=True, slots=True)
class Line:
    """One student of a file, or why the line has none."""

    number: int
    student_id: object = None
    profile: dict[str, Any] = field(default_factory=dict)
    fault: str = ""


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
    good, bad = _sorted_out(_read(file, kind))
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
@click.option("--queries", type=click.IntRange(min=0), default=10, show_default=True, help="How many of the last.")
@as_json
def show(student_id: str, queries: int, *, as_json: bool) -> None:
    """Show a student's profile, progress and last queries, as PostgreSQL has them.

    \b
    learnflow students show student-123 --queries 3
    """
    record = asyncio.run(student_profile.fetch(student_id, queries))
    if record is None:
        raise click.ClickException(f"there is no student {student_id}")
    if as_json:
        json_line(record)
    else:
        student_profile.show(record)


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


def _sorted_out(lines: Iterable[Line]) -> tuple[list[Event[ProfileUpdated]], list[str]]:
    good: list[Event[ProfileUpdated]] = []
    bad: list[str] = []
    for line in lines:
        if line.fault:
            bad.append(f"line {line.number}: {line.fault}")
            continue
        try:
            good.append(student_event(line.student_id, ProfileUpdated.model_validate(line.profile)))
        except ValidationError as error:
            bad.append(f"line {line.number}: {explain(error)}")
    return good, bad


def _read(lines: Iterable[str], form: str) -> Iterator[Line]:
    """Return the lines of a file in `csv` or `jsonl`, numbered from 1; blank ones are left out."""
    return _csv(lines) if form == "csv" else _json_lines(lines)


def _csv(lines: Iterable[str]) -> Iterator[Line]:
    rows = csv.DictReader(lines, strict=True)
    try:
        names = [name.strip() for name in rows.fieldnames or ()]
        rows.fieldnames = names
        fault = _header_fault(names)
        if fault:
            yield Line(1, fault=fault)
            return
        for row in rows:
            yield _row(rows.line_num, row)
    except csv.Error as error:
        yield Line(rows.line_num, fault=f"is no CSV: {error}")


def _header_fault(names: list[str]) -> str:
    unknown = [name for name in names if name not in FIELDS]
    if unknown:
        return f"{unknown[0] or 'a column without a name'}: there is no such field; there are {', '.join(FIELDS)}"
    return "" if "student_id" in names else "student_id: must be a column"


def _row(number: int, row: dict[str | Any, str | Any]) -> Line:
    if None in row:
        return Line(number, fault="has more values than there are columns")
    return _line(number, {name: text.strip() for name, text in row.items() if text is not None and text.strip()})


def _json_lines(lines: Iterable[str]) -> Iterator[Line]:
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            yield Line(number, fault=f"is no JSON: {error}")
            continue
        unknown = [name for name in value if name not in FIELDS] if isinstance(value, dict) else []
        if not isinstance(value, dict):
            yield Line(number, fault="must be a JSON object")
        elif unknown:
            yield Line(number, fault=f"{unknown[0]}: there is no such field; there are {', '.join(FIELDS)}")
        else:
            yield _line(number, value)


def _line(number: int, values: dict[str, Any]) -> Line:
    if "student_id" not in values:
        return Line(number, fault="student_id: must be given")
    return Line(number, values["student_id"], {name: value for name, value in values.items() if name != "student_id"})
