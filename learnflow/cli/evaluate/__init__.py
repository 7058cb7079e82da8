"""`learnflow evaluate`: how good the answers are to a set of questions, and what they cost."""

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from learnflow.agents.context import Context, mastery_model
from learnflow.cli.evaluate.outcome import NOON, Pipeline, check
from learnflow.cli.evaluate.questions import Question, read
from learnflow.cli.evaluate.report import Report, Result, changes, in_words, load, report, result, show_changes, write
from learnflow.cli.output import COUNT, as_json, console, json_line, one_line
from learnflow.sandbox import Sandbox
from learnflow.settings import Claude, Settings, current
from learnflow.settings.sections import Database
from learnflow.streams.codec import Clock
from learnflow.tutor.factory import tutor

if TYPE_CHECKING:
    from learnflow.tutor.claude.client.recording import HttpTransport

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_EXISTING: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_DIRECTORY: Final = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("questions", type=_EXISTING, required=False)
@click.option(
    "--out",
    type=_FILE,
    default="evaluation.json",
    metavar="REPORT",
    help="Where the report goes, as JSON; as Markdown beside it.",
)
@click.option("--record", type=_DIRECTORY, metavar="DIR", help="Keep what Claude is asked and answers, a file each.")
@click.option("--replay", type=_DIRECTORY, metavar="DIR", help="Answer from what was recorded, without network or key.")
@click.option("--compare", type=_EXISTING, metavar="REPORT", help="Show what changed since another report.")
@click.option("--at-once", type=COUNT, default=4, metavar="N", help="Questions under way at once.")
@as_json
def command(  # noqa: PLR0913 - one for each option
    *,
    questions: Path | None,
    out: Path,
    record: Path | None,
    replay: Path | None,
    compare: Path | None,
    at_once: int,
    as_json: bool,
) -> int:
    """Ask a set of questions through the real agents, in this process, and report what became of each.

    QUESTIONS has a JSON object a line: query_text, and code_snippet, language, skill_level, turns, exercise; `expect`
    says what must hold: intent, topic, error_type, mentions, asks_back. Without QUESTIONS, a set over all agents is
    asked. The tutor is that of the settings. No broker and no database are needed, and nothing of a student is kept.

    \b
    learnflow evaluate
    learnflow evaluate my-questions.jsonl --record recorded --out before.json
    learnflow evaluate my-questions.jsonl --out after.json --compare before.json
    learnflow evaluate my-questions.jsonl --replay recorded

    Ends with 1 when a check fails.
    """
    if record and replay:
        raise click.UsageError("--record and --replay exclude each other")
    report = asyncio.run(_evaluate(read(questions), 1 if replay else at_once, _transport(record, replay)))
    return _report(report, load(compare) if compare else None, out, as_json=as_json)


def _report(report: Report, before: Report | None, out: Path, *, as_json: bool) -> int:
    """Write and show a report, and return the exit code."""
    beside = write(report, out)
    if as_json:
        _as_lines(report, before)
    else:
        _show(report, before, (out, beside))
    return 1 if report.totals.checks_failed else 0


def _transport(record: Path | None, replay: Path | None) -> "HttpTransport | None":
    if not (record or replay):
        return None
    from learnflow.tutor.claude.client.recording import Recording, Replay  # noqa: PLC0415 - it is dear, and seldom needed

    if record:
        return Recording(record)
    try:
        return Replay(replay or Path())
    except NotADirectoryError:
        raise click.ClickException(f"{replay}: there is no such directory") from None


def _settings() -> Settings:
    """Return the settings without what would answer in Claude's place, or count for a student."""
    own = current()
    claude = own.claude.model_copy(update={"cache_days": 0, "questions_per_day": 0})
    return own.model_copy(update={"database": Database(), "claude": Claude.model_validate(claude.model_dump())})


async def _evaluate(questions: Sequence[Question], at_once: int, transport: "HttpTransport | None") -> Report:
    logging.getLogger("learnflow").addHandler(logging.NullHandler())  # the report says what went wrong
    settings = _settings()
    clock = Clock(lambda: NOON, timedelta(seconds=settings.limits.future_seconds))
    turns = asyncio.Semaphore(at_once)
    async with Sandbox(settings.sandbox) as sandbox:
        problem = await sandbox.check()
        teacher = tutor(settings, sandbox, clock, transport)
        instance = f"{socket.gethostname()}-{os.getpid()}"
        pipeline = Pipeline(Context(settings, teacher, sandbox, mastery_model(settings.learner), clock, instance))

        async def ask(question: Question) -> Result:
            async with turns:
                outcome = await pipeline.ask(question)
                _recorded(transport, question)
                return result(question, outcome, await check(question, outcome, sandbox))

        try:
            with console(stderr=True).status(f"Asking {len(questions)} questions"):
                async with asyncio.TaskGroup() as group:
                    asked = [group.create_task(ask(question)) for question in questions]
        except* click.ClickException as errors:
            raise errors.exceptions[0] from None
        finally:
            await teacher.close()
    return report([task.result() for task in asked], problem)


def _recorded(transport: "HttpTransport | None", question: Question) -> None:
    """Raise ClickException where something was asked that the recording does not have."""
    if transport and transport.missing:
        raise click.ClickException(
            f'"{one_line(question.query_text, 60)}" asks Claude something that was not recorded: questions, prompts or '
            "models have changed since. Record again with --record"
        )


def _as_lines(report: Report, before: Report | None) -> None:
    for each in report.results:
        json_line(each.model_dump(mode="json"))
    for change in changes(before, report) if before else ():
        json_line({"change": change.model_dump(mode="json")})
    json_line({"totals": report.totals.model_dump(mode="json")})


def _show(report: Report, before: Report | None, files: tuple[Path, Path]) -> None:
    out = console()
    for each in report.results:
        failed = f"failed: {', '.join(check.name for check in each.failed)}" if each.failed else "passed"
        out.print(f"{each.agent:12} {each.latency_ms:6,} ms  {one_line(each.question, 70):70}  {failed}")
    out.print(in_words(report.totals))
    if report.sandbox_problem:
        out.print(f"Code could not be run: {report.sandbox_problem}")
    if before:
        show_changes(out, before, report)
    out.print(f"The report is in {files[0]} and {files[1]}")
