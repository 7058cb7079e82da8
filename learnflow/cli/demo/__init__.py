"""`learnflow demo`: a throwaway LearnFlow, a lively class, and what became of each question."""

import asyncio
from functools import partial
from time import perf_counter

import click
from rich.console import Console

from learnflow.cli.demo.database_check import wait_until_stored
from learnflow.cli.demo.play import Play
from learnflow.cli.demo.report import Summary, print_summary, problems, show, show_level, show_struggle
from learnflow.cli.demo.script import read_script
from learnflow.cli.local_system import System, system
from learnflow.cli.output import as_json, json_line
from learnflow.embedded import throwaway
from learnflow.sandbox import Sandbox
from learnflow.settings import current
from learnflow.topics import MASTERY_LEVEL_UPDATED, STUDENT_STRUGGLE


@click.command()
@as_json
def command(*, as_json: bool) -> int:
    """Send sample questions through a throwaway LearnFlow, and show the answers.

    Starts what is not set (LEARNFLOW_BROKER, LEARNFLOW_DATABASE_URL), sends questions of several students, good and
    bad, prints the answers, and compares PostgreSQL with what the topics said. Ends with 0 if everything held.

    \b
    learnflow demo
    learnflow demo --json | tail -n 1
    """  # noqa: D301 - \b is click's sign for a block to leave as it is
    started = perf_counter()
    console = Console(stderr=as_json, highlight=False)
    with throwaway() as directory, system(current(), directory, console.print, durable=False, any_port=True) as running:
        summary = _play(running, console, started)
    print_summary(console, summary)
    if as_json:
        json_line(summary.as_json())
    return 1 if summary.problems else 0


def _play(running: System, console: Console, started: float) -> Summary:
    learned = {
        STUDENT_STRUGGLE.name: partial(show_struggle, console),
        MASTERY_LEVEL_UPDATED.name: partial(show_level, console),
    }
    problem = asyncio.run(_sandbox_problem())
    if problem:
        console.print(f"[yellow]Code cannot be run here, so submissions fail:[/] {problem}")
    play = Play(read_script(graded=problem is None), partial(show, console), learned)
    asyncio.run(play.run(running.broker.removeprefix("kafka://").split(";")))
    running.check()
    console.print("waiting until the sink has written everything …")
    rows, differences = asyncio.run(wait_until_stored(running.database_url, play.outcomes, play.learned))
    first = None if play.first_answer is None else play.first_answer - started
    return Summary(play.outcomes, rows, first, [*problems(play.outcomes, play.learned.values()), *differences])


async def _sandbox_problem() -> str | None:
    """Return why nothing can be graded on this machine, if so."""
    async with Sandbox(current().sandbox) as sandbox:
        return await sandbox.check()
