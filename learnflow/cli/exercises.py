"""`learnflow exercises check`: what LearnFlow would say of exercises, before they are assigned."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import click
from pydantic import ValidationError

from learnflow.cli.output import as_json, json_line, plain
from learnflow.database.exercises import other_content
from learnflow.models.exercise import Exercise
from learnflow.models.fields import explain
from learnflow.sandbox import Sandbox, SandboxUnavailable
from learnflow.settings import current
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.exercises.generation.proposal import FlawedExercise
from learnflow.tutor.exercises.generation.verification import verify_solution


@click.group()
def command() -> None:
    """Check exercises before they are assigned."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What was found out of an exercise; `problem` is None where it holds."""

    name: str
    problem: str | None
    details: str = ""


@command.command()
@click.argument("file")
@as_json
def check(file: str, *, as_json: bool) -> None:
    """Run the exercises in FILE as LearnFlow does before a student gets one; - reads standard input.

    FILE has JSON: an exercise, an exercise.assigned event, or a list of them. An exercise holds when it is as the data
    model wants it, its solution passes its tests, and its starter code does not. No broker and no database is needed.

    \b
    learnflow exercises check week-3.json

    Ends with 1 when an exercise does not hold, with 2 when the file cannot be read.
    """
    verdicts = asyncio.run(_verdicts(_entries(file)))
    for verdict in verdicts:
        if as_json:
            fields = {"problem": verdict.problem, "details": verdict.details or None}
            json_line({"exercise": verdict.name, "holds": verdict.problem is None, **fields})
        else:
            _show(verdict)
    sys.exit(int(any(verdict.problem is not None for verdict in verdicts)))


def _show(verdict: _Verdict) -> None:
    click.echo(f"{plain(verdict.name)}: {plain(verdict.problem or 'holds')}")
    for line in verdict.details.splitlines():
        click.echo(f"    {plain(line)}")


def _entries(file: str) -> list[Any]:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        parsed = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except OSError as error:
        raise click.BadParameter(f"{file}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"{file}: is not valid JSON: {error}") from None
    entries = parsed if isinstance(parsed, list) else [parsed]
    if not entries:
        raise click.BadParameter(f"{file}: there is no exercise in it")
    return entries


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


async def _verdicts(entries: list[Any]) -> list[_Verdict]:
    first: dict[UUID, Exercise] = {}
    async with Sandbox(current().sandbox) as sandbox:
        return [await _verdict(number, entry, first, sandbox) for number, entry in enumerate(entries, start=1)]


async def _verdict(number: int, entry: object, first: dict[UUID, Exercise], sandbox: Sandbox) -> _Verdict:
    content = _exercise(entry)
    title = content.get("title") or content.get("exercise_id") if isinstance(content, dict) else None
    name = f"{number}. {title}".encode("utf-8", "replace").decode() if title else f"{number}."
    try:
        exercise = Exercise.model_validate(content)
    except ValidationError as error:
        return _Verdict(name, explain(error))
    before = BANK.get(exercise.exercise_id) or first.setdefault(exercise.exercise_id, exercise)
    if (problem := other_content(exercise, before)) is not None:
        return _Verdict(name, problem)
    try:
        await verify_solution(exercise, sandbox)
    except FlawedExercise as flaw:
        return _Verdict(name, str(flaw), flaw.details)
    except SandboxUnavailable as error:
        raise click.ClickException(f"nothing can be run here: {error}") from error
    return _Verdict(name, None)


def _exercise(entry: Any) -> Any:  # noqa: ANN401 - whatever is in the file
    """Return the exercise in an event, in its payload, or as it stands alone."""
    for field in ("payload", "exercise"):
        if isinstance(entry, dict) and isinstance(entry.get(field), dict):
            entry = entry[field]
    return entry
