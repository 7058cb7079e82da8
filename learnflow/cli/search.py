"""`learnflow search`: questions by their words, and by whose, whither, how far and when."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import asyncpg
import click

from learnflow.cli import connection
from learnflow.cli.output import DASH, as_json, clock, console, json_line, one_line, plain, table
from learnflow.database.question_search import Search
from learnflow.models.vocabulary import QueryStatus, Specialist


def _time(text: str) -> datetime:
    """Read a day or a time; without an offset it is this machine's."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is no time such as 2026-01-02 or 2026-01-02T14:23") from None


@click.command()
@click.argument("text")
@click.option("--student", metavar="ID", help="Only of one student.")
@click.option("--agent", type=click.Choice([str(agent) for agent in Specialist]), help="Only what went to one agent.")
@click.option("--status", type=click.Choice([str(status) for status in QueryStatus]))
@click.option("--since", type=_time, metavar="TIME", help="From then on, as in 2026-01-02 or 2026-01-02T14:23.")
@click.option("--until", type=_time, metavar="TIME", help="Before then.")
@click.option("--newest", is_flag=True, help="The newest first, instead of what fits best.")
@click.option("--limit", type=click.IntRange(min=1, max=1_000), default=20)
@as_json
def command(*, as_json: bool, newest: bool, **conditions: Any) -> None:  # noqa: ANN401 - the options above
    """Search the questions in PostgreSQL for words, in any of their forms.

    TEXT is as in a web search: words, "a phrase", or, -without. With an empty one, the newest questions are shown.
    `GET /api/search` on a worker is the same, and `GET /api/queries/ID` shows a question's whole way.

    \b
    learnflow search "index error"
    learnflow search '"list index" -tuple' --agent debug --since 2026-01-01 --json
    learnflow search "" --student student-123 --status failed
    """
    order: Literal["rank", "newest"] = "newest" if newest else "rank"
    statement, arguments = Search(order=order, **conditions).statement()
    rows = connection.fetch(statement, *arguments)
    if as_json:
        for row in rows:
            json_line(dict(row))
    elif rows:
        _show(rows)
    else:
        click.echo("No question fits.")


def _show(rows: Sequence[asyncpg.Record]) -> None:
    shown = table("asked at", "student", "status", "agent", "topic", "question", "query")
    for row in rows:
        whose = (clock(row["timestamp"]), plain(row["student_id"]), row["status"])
        whither = (row["routed_to_agent"] or DASH, row["topic"] or DASH)
        shown.add_row(*whose, *whither, one_line(row["snippet"]), str(row["query_id"]))
    console().print(shown)
