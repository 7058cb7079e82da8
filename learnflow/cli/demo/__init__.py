"""`learnflow demo`: a throwaway LearnFlow, a lively class, and what became of each question."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import quantiles
from time import perf_counter
from typing import Any, Final

import asyncpg
import click
from rich.console import Console
from rich.markup import escape

from learnflow.cli.audit import audit, get_from
from learnflow.cli.audit.comparison import Report
from learnflow.cli.connection import connect
from learnflow.cli.demo.questions import DemoRun, Expected, Outcome, read_questions
from learnflow.cli.event_summary import changed
from learnflow.cli.output import as_json, json_line, one_line, table
from learnflow.cli.up import System, system
from learnflow.embedded import throwaway
from learnflow.sandbox import Sandbox
from learnflow.settings import current

PATIENCE: Final = 30.0  # seconds for the sink and the heartbeats to catch up
STRUGGLE: Final = "student.struggle.detected"
_TABLES: Final = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' ORDER BY tablename
"""


@click.command()
@as_json
def command(*, as_json: bool) -> int:
    """Send sample questions through a throwaway LearnFlow, and show the answers.

    Starts what is not set (LEARNFLOW_BROKER, LEARNFLOW_DATABASE_URL), sends questions of several students, good and
    bad, prints the answers, and compares PostgreSQL with what the topics said. Ends with 0 if everything held.

    \b
    learnflow demo
    learnflow demo --json | tail -n 1
    """
    started = perf_counter()
    console = Console(stderr=as_json, highlight=False)
    with throwaway() as directory, system(current(), directory, console.print, durable=False, any_port=True) as running:
        summary = _run(running, console, started)
    _print_summary(console, summary)
    if as_json:
        json_line(summary.as_json())
    return 1 if summary.problems else 0


def _run(running: System, console: Console, started: float) -> "_Summary":
    problem = asyncio.run(_sandbox_problem())
    if problem:
        console.print(f"[yellow]Code cannot be run here, so submissions fail:[/] {problem}")
    questions = read_questions(graded=problem is None)
    run = DemoRun(questions, partial(_show, console), partial(_show_learned, console))
    brokers = running.broker.removeprefix("kafka://").split(";")
    asyncio.run(run.run(brokers))
    running.check()
    console.print("comparing what is stored and shown with what the topics say …")
    rows, report = asyncio.run(_audited(running, brokers))
    first = None if run.first_answer is None else run.first_answer - started
    problems = [*_problems(run.outcomes, run.learned.values()), *map(str, report.differences)]
    return _Summary(run.outcomes, rows, first, report.messages, problems)


async def _sandbox_problem() -> str | None:
    """Return why nothing can be graded on this machine, if so."""
    async with Sandbox(current().sandbox) as sandbox:
        return await sandbox.check()


async def _audited(running: System, brokers: list[str]) -> tuple[dict[str, int], Report]:
    """Return rows by table, and what an audit says of them."""
    report = await audit(brokers, running.database_url, partial(get_from, running.web), patience=PATIENCE)
    async with connect(running.database_url) as connection:
        return await _rows(connection), report


async def _rows(connection: asyncpg.Connection) -> dict[str, int]:
    tables = [row["tablename"] for row in await connection.fetch(_TABLES)]
    return {table: await connection.fetchval(f'SELECT count(*) FROM "{table}"') for table in tables}  # noqa: S608 - from the catalogue


@dataclass(frozen=True, slots=True)
class _Summary:
    """The demo in figures. `problems` is empty when everything held."""

    outcomes: Sequence[Outcome]
    rows: dict[str, int]
    first_answer_s: float | None
    audited: int
    problems: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """Return the figures: every question is counted in exactly one of the four."""
        counts = Counter(outcome.became for outcome in self.outcomes)
        times = [outcome.seconds * 1000 for outcome in self.outcomes if outcome.became is Expected.ANSWERED]
        return {
            "questions": len(self.outcomes),
            "answered": counts[Expected.ANSWERED],
            "failed": counts[Expected.FAILED],
            "unanswered": counts[None],
            "dead_letters": counts[Expected.DEAD_LETTER],
            "rows": self.rows,
            "audited_messages": self.audited,
            "first_answer_s": None if self.first_answer_s is None else round(self.first_answer_s, 2),
            "latency_ms": _latency(times),
        }


def _problems(outcomes: Sequence[Outcome], learned: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say which questions did not become what they must, and what was not learned of the students."""
    types = {event["event_type"] for event in learned}
    return [f"there was no {name}" for name in (STRUGGLE, "mastery.level.updated") if name not in types] + [
        f"{o.question.student}: {one_line(o.question.title, 60)!r} should be {must}, is {outcome}"
        for o in outcomes
        for must, outcome in ((o.question.expected, o.became or "unanswered"), (o.question.verdict, _verdict(o)))
        if must != outcome
    ]


def _verdict(outcome: Outcome) -> str | None:
    """Return how a submission was graded; None for what is no submission."""
    metadata = outcome.response["payload"].get("metadata") if outcome.response else None
    verdict: str | None = (metadata or {}).get("verdict")
    return verdict


def _latency(milliseconds: list[float]) -> dict[str, float | None]:
    if len(milliseconds) < 2:  # noqa: PLR2004 - quantiles need two
        only = round(milliseconds[0], 1) if milliseconds else None
        return {"p50": only, "p99": only}
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}


def _show(console: Console, outcome: Outcome) -> None:
    """Print one outcome: who asked what, who answered how fast, and the beginning of the answer."""
    payload = outcome.response["payload"] if outcome.response else {}
    if outcome.became is Expected.ANSWERED:
        speed = f"{outcome.seconds * 1000:.0f} ms"
        text = f"[green]{payload['agent_name']}[/] {speed}  {escape(one_line(payload['response_text'], 110))}"
    elif outcome.became is Expected.FAILED:
        text = f"[yellow]failed[/]  {escape(one_line(payload['reason']))}"
    else:
        text = f"[red]dead letter[/]  {escape(one_line(outcome.dead_letter or ''))}"
    title = escape(one_line(outcome.question.title, 80))
    console.print(f"[bold]{outcome.question.student:6}[/] {title}\n       {text}")


def _show_learned(console: Console, event: dict[str, Any]) -> None:
    """Print a struggle as it is detected, or a mastery level as it changes."""
    learned = event["payload"]
    if event["event_type"] == STRUGGLE:
        text = (
            f"[magenta]struggles[/] with {learned['topic']} ({learned['struggle_level']}: {learned['query_count']} "
            f"similar questions or failed submissions): {learned['recommendation']}"
        )
    else:
        moved = changed(learned["old_level"], learned["new_level"])
        text = f"[cyan]{learned['topic']}[/] {moved}: {escape(learned['reason'])}"
    console.print(f"[bold]{event['student_id']:6}[/] {text}")


def _print_summary(console: Console, summary: _Summary) -> None:
    """Print the figures, and what did not hold."""
    figures = summary.as_json()
    summary_table = table("", "", title="\nSummary")
    for name in ("questions", "answered", "failed", "dead_letters", "unanswered"):
        summary_table.add_row(name.replace("_", " "), str(figures[name]))
    summary_table.add_row("first answer", f"{figures['first_answer_s']} s after the start")
    summary_table.add_row("latency", f"median {figures['latency_ms']['p50']} ms, p99 {figures['latency_ms']['p99']} ms")
    summary_table.add_row("audited", f"{summary.audited:,} messages, against PostgreSQL, tables and views")
    summary_table.add_row("rows", ", ".join(f"{name} {count}" for name, count in summary.rows.items() if count))
    console.print(summary_table)
    for problem in summary.problems:
        console.print(f"[red]does not hold:[/] {escape(problem)}")
    if not summary.problems:
        console.print(
            "Everything held: every good question answered, every bad one accounted for, "
            "and PostgreSQL, tables and views hold what the topics say."
        )
