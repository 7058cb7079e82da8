"""How commands print: tables and progress for people, one JSON object a line for programs."""

import re
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import click
import orjson
from rich.console import Console
from rich.table import Table

DASH: Final = "\N{EN DASH}"  # stands for what is not there
PIPED_WIDTH: Final = 160  # columns where there is no terminal to ask

# What would move the cursor, change the terminal or reverse the text around it; students write what they like.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

COUNT: Final = click.IntRange(min=1)  # of an option
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")


def console(*, stderr: bool = False) -> Console:
    """Return a console: stdout for results, stderr for progress and remarks."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


def table(*columns: str, title: str | None = None) -> Table:
    """Return an empty table in the commands' one style."""
    empty = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        empty.add_column(column, overflow="fold")
    return empty


def json_line(value: Mapping[str, Any]) -> None:
    """Print an object as one line of JSON, at once."""
    sys.stdout.write(orjson.dumps(value, default=str).decode() + "\n")
    sys.stdout.flush()


def plain(text: str) -> str:
    """Return text that is safe to print to a terminal."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str, width: int = 100) -> str:
    """Return the beginning of a text, on one line."""
    joined = " ".join(plain(text).split())
    return joined if len(joined) <= width else f"{joined[: width - 1]}…"


def clock(at: datetime) -> str:
    """Return a time as people at this machine read it."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
