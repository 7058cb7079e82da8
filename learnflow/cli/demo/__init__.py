"""`learnflow demo`: a throwaway LearnFlow, a lively class, and what became of each question."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import quantiles
from time import perf_counter
from typing import Any, Final

import asyncpg
import click
from rich.console import Console
from rich.markup import escape

from learnflow.cli.connection import connect
from learnflow.cli.demo.questions import DemoRun, Expected, Outcome, read_questions
from learnflow.cli.event_summary import changed
from learnflow.cli.output import as_json, json_line, one_line, table
from learnflow.cli.up import System, system
from learnflow.embedded import throwaway
from learnflow.sandbox import Sandbox
from learnflow.settings import current

PATIENCE: Final = 30.0  # seconds for the sink to catch up
PAUSE: Final = 0.2
STRUGGLE: Final = "student.struggle.detected"
_TABLES: Final = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' ORDER BY tablename
"""
_LEARNED: Final = "SELECT message_id FROM mastery_history UNION ALL SELECT message_id FROM struggle_history"


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
    asyncio.run(run.run(running.broker.removeprefix("kafka://").split(";")))
    running.check()
    console.print("waiting until the sink has written everything …")
    rows, differences = asyncio.run(_wait_until_stored(running.database_url, run.outcomes, run.learned))
    first = None if run.first_answer is None else run.first_answer - started
    return _Summary(run.outcomes, rows, first, [*_problems(run.outcomes, run.learned.values()), *differences])


async def _sandbox_problem() -> str | None:
    """Return why nothing can be graded on this machine, if so."""
    async with Sandbox(current().sandbox) as sandbox:
        return await sandbox.check()


async def _wait_until_stored(
    url: str, outcomes: list[Outcome], learned: Collection[str]
) -> tuple[dict[str, int], list[str]]:
    """Wait until PostgreSQL holds what the topics said. Return rows by table, and what differs after all."""
    async with connect(url) as connection:
        deadline = perf_counter() + PATIENCE
        while (differences := await _differences(connection, outcomes, learned)) and perf_counter() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)  # the other process cannot wake us
        return await _rows(connection), differences


async def _differences(connection: asyncpg.Connection, outcomes: list[Outcome], learned: Collection[str]) -> list[str]:
    stored = {
        str(row["query_id"]): (row["status"], row["response_text"])
        for row in await connection.fetch(
            "SELECT query_id, status, response_text FROM query_history LEFT JOIN agent_responses USING (query_id)"
        )
    }
    expected = {
        str(outcome.question.query_id): ("completed", outcome.response["payload"]["response_text"])
        if outcome.became is Expected.ANSWERED
        else ("failed", None)
        for outcome in outcomes
        if outcome.response is not None and outcome.dead_letter is None  # else it was no query
    }
    kept = {str(row["message_id"]) for row in await connection.fetch(_LEARNED)}
    missing = [f"message {each}: a struggle or a level that PostgreSQL lacks" for each in learned if each not in kept]
    return missing + [
        f"query {query_id}: the topics say {expected.get(query_id)}, PostgreSQL {stored.get(query_id)}"
        for query_id in expected.keys() | stored.keys()
        if expected.get(query_id) != stored.get(query_id)
    ]


async def _rows(connection: asyncpg.Connection) -> dict[str, int]:
    tables = [row["tablename"] for row in await connection.fetch(_TABLES)]
    return {table: await connection.fetchval(f'SELECT count(*) FROM "{table}"') for table in tables}  # noqa: S608 - from the catalogue


@dataclass(frozen=True, slots=True)
class _Summary:
    """The demo in figures. `problems` is empty when everything held."""

    outcomes: Sequence[Outcome]
    rows: dict[str, int]
    first_answer_s: float | None
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
    summary_table.add_row("rows", ", ".join(f"{name} {count}" for name, count in summary.rows.items() if count))
    console.print(summary_table)
    for problem in summary.problems:
        console.print(f"[red]does not hold:[/] {escape(problem)}")
    if not summary.problems:
        console.print(
            "Everything held: every good question answered, every bad one accounted for, "
            "and PostgreSQL holds what the topics say."
        )
