"""`learnflow costs`: what Claude cost."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal

import asyncpg
import click

from learnflow.cli import connection
from learnflow.cli.output import as_json, console, json_line, plain, table

By = Literal["agent", "topic", "student", "model"]

DAYS: Final = click.IntRange(min=1, max=36_500)
_KEYS: Final[Mapping[By, str]] = {
    "agent": "agent",
    "topic": "coalesce(topic, 'general')",
    "model": "model",
    "student": "coalesce(student_id, '(deleted)')",  # students whose names are gone
}
_SUMS: Final = """
    SELECT {key} AS key, count(DISTINCT query_id) AS questions, sum(calls)::int8 AS calls,
        sum(input_tokens)::int8 AS input_tokens, sum(output_tokens)::int8 AS output_tokens,
        sum(cache_read_tokens)::int8 AS cache_read_tokens, sum(cache_write_tokens)::int8 AS cache_write_tokens,
        sum(price_usd)::float8 AS price_usd
    FROM claude_usage WHERE at >= $1 GROUP BY GROUPING SETS ((1), ()) HAVING count(*) > 0
    ORDER BY grouping({key}), price_usd DESC, 1"""


@click.command()
@click.option("--days", type=DAYS, default=7, metavar="N", help="The last N days of UTC, with today.")
@click.option("--by", type=click.Choice(tuple(_KEYS)), default="agent", help="What is summed.")
@as_json
def command(days: int, by: By, *, as_json: bool) -> None:
    """Show what Claude cost, as PostgreSQL has it; the dearest first, and all together at the end.

    Prices are those that the settings had on the day. The view claude_costs has the same by day.

    \b
    learnflow costs
    learnflow costs --days 30 --by student
    learnflow costs --days 1 --by model --json
    """
    today = datetime.combine(datetime.now(UTC), time(), UTC)
    # The last row, if any, is the sum of all.
    rows = connection.fetch(_SUMS.format(key=_KEYS[by]), today - timedelta(days=days - 1))
    if as_json:
        for row in rows[:-1]:
            counted = {name: value for name, value in row.items() if name != "key"}
            json_line({by: row["key"], **counted, "cached_share": round(_cached_share(row), 4)})
    elif rows:
        _show(rows, by)
    else:
        click.echo(f"Claude was not asked in the last {days} days.")


def _show(rows: Sequence[asyncpg.Record], by: By) -> None:
    shown = table(by, "questions", "calls", "tokens in", "of them from the cache", "tokens out", "US dollars")
    for column in shown.columns[1:]:
        column.justify = "right"
    for row in rows:
        cached = f"{_cached_share(row):.0%}"
        counts = (f"{row['questions']:,}", f"{row['calls']:,}", f"{row['input_tokens']:,}", cached)
        name = "all" if row is rows[-1] else plain(row["key"])
        shown.add_row(name, *counts, f"{row['output_tokens']:,}", f"{row['price_usd']:,.4f}")
    console().print(shown)


def _cached_share(row: asyncpg.Record) -> float:
    """Return how much of what went in was read from the API's cache; what was written to it went in as well."""
    share: float = row["cache_read_tokens"] / max(row["input_tokens"], 1)
    return share
