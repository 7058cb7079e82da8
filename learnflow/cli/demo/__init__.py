"""`learnflow demo`: a throwaway LearnFlow, a lively class, and what became of each question."""

import asyncio
from collections.abc import Collection
from functools import partial
from time import perf_counter
from typing import Final

import asyncpg
import click
from rich.console import Console

from learnflow.cli.demo.questions import read_questions
from learnflow.cli.demo.report import Summary, print_summary, problems, show, show_level, show_struggle
from learnflow.cli.demo.run import DemoRun, Outcome
from learnflow.cli.local_system import System, system
from learnflow.cli.output import as_json, json_line
from learnflow.embedded import throwaway
from learnflow.sandbox import Sandbox
from learnflow.settings import current
from learnflow.topics import MASTERY_LEVEL_UPDATED, STUDENT_STRUGGLE

PATIENCE: Final = 30.0  # seconds for the sink to catch up
PAUSE: Final = 0.2
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
    print_summary(console, summary)
    if as_json:
        json_line(summary.as_json())
    return 1 if summary.problems else 0


def _run(running: System, console: Console, started: float) -> Summary:
    learned = {
        STUDENT_STRUGGLE.name: partial(show_struggle, console),
        MASTERY_LEVEL_UPDATED.name: partial(show_level, console),
    }
    problem = asyncio.run(_sandbox_problem())
    if problem:
        console.print(f"[yellow]Code cannot be run here, so submissions fail:[/] {problem}")
    run = DemoRun(read_questions(graded=problem is None), partial(show, console), learned)
    asyncio.run(run.run(running.broker.removeprefix("kafka://").split(";")))
    running.check()
    console.print("waiting until the sink has written everything …")
    rows, differences = asyncio.run(wait_until_stored(running.database_url, run.outcomes, run.learned))
    first = None if run.first_answer is None else run.first_answer - started
    return Summary(run.outcomes, rows, first, [*problems(run.outcomes, run.learned.values()), *differences])


async def _sandbox_problem() -> str | None:
    """Return why nothing can be graded on this machine, if so."""
    async with Sandbox(current().sandbox) as sandbox:
        return await sandbox.check()


async def wait_until_stored(
    url: str, outcomes: list[Outcome], learned: Collection[str]
) -> tuple[dict[str, int], list[str]]:
    """Wait until PostgreSQL holds what the topics said. Return rows by table, and what differs after all."""
    connection = await asyncpg.connect(url)
    try:
        deadline = perf_counter() + PATIENCE
        while (differences := await _differences(connection, outcomes, learned)) and perf_counter() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)  # the other process cannot wake us
        return await _rows(connection), differences
    finally:
        await connection.close()


async def _differences(connection: asyncpg.Connection, outcomes: list[Outcome], learned: Collection[str]) -> list[str]:
    stored = {
        str(row["query_id"]): (row["status"], row["response_text"])
        for row in await connection.fetch(
            "SELECT query_id, status, response_text FROM query_history LEFT JOIN agent_responses USING (query_id)"
        )
    }
    expected = dict(filter(None, map(_row, outcomes)))
    kept = {str(row["message_id"]) for row in await connection.fetch(_LEARNED)}
    missing = [f"message {each}: a struggle or a level that PostgreSQL lacks" for each in learned if each not in kept]
    return missing + [
        f"query {query_id}: the topics say {expected.get(query_id)}, PostgreSQL {stored.get(query_id)}"
        for query_id in expected.keys() | stored.keys()
        if expected.get(query_id) != stored.get(query_id)
    ]


def _row(outcome: Outcome) -> tuple[str, tuple[str, str | None]] | None:
    """Return the row that an outcome must have; what was no query has none."""
    if outcome.response is None or outcome.dead_letter is not None:
        return None
    query_id = str(outcome.question.query_id)
    if outcome.answered:
        return query_id, ("completed", outcome.response["payload"]["response_text"])
    return query_id, ("failed", None)


async def _rows(connection: asyncpg.Connection) -> dict[str, int]:
    tables = [row["tablename"] for row in await connection.fetch(_TABLES)]
    return {table: await connection.fetchval(f'SELECT count(*) FROM "{table}"') for table in tables}  # noqa: S608 - from the catalogue
