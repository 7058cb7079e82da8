"""`learnflow status`: how all agents are doing."""

import contextlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from learnflow import settings
from learnflow.cli import connection
from learnflow.cli.output import DASH, as_json, console, json_line, plain, table
from learnflow.domain.phrasing import many
from learnflow.models.agent_health import AgentHealth, Figures, HealthReport
from learnflow.models.vocabulary import HealthStatus
from learnflow.settings import SettingsError

PAUSE: Final = 2.0  # seconds between two looks
ANSWER_SECONDS: Final = 10.0
STYLES: Final = {
    HealthStatus.ACTIVE: "green",
    HealthStatus.ERROR: "bold red",
    HealthStatus.STARTING: "yellow",
    HealthStatus.STOPPING: "yellow",
}


@click.command()
@click.option("--url", metavar="URL", help="A worker's web address; without it, that of the running `up`.")
@click.option("--watch", is_flag=True, help="Look again every two seconds, until Ctrl-C.")
@as_json
def command(url: str | None, *, watch: bool, as_json: bool) -> int:
    """Show agents and components: what they do, what waits for them, how fast they are, and what is wrong.

    Any worker knows all of them. The exit code is 1 when an agent is in error or runs nowhere.

    \b
    learnflow status
    learnflow status --watch
    learnflow status --url http://127.0.0.1:6066 --json
    """
    web = (url or _running()).rstrip("/")
    report, figures = _look(web)
    if not watch:
        _print(report, figures, as_json=as_json)
    else:
        with contextlib.suppress(KeyboardInterrupt):
            report = _watch(web, as_json=as_json)
    return int(report.status == "error")


def _running() -> str:
    run = connection.running_up(settings.current())
    if run is None:
        raise SettingsError("no worker is known: give --url http://host:port, or start `learnflow up`")
    return run.web


def _watch(web: str, *, as_json: bool) -> HealthReport:
    """Look again and again; return what was seen last, which Ctrl-C does not let happen."""
    if as_json:
        while True:
            _print(*_look(web), as_json=True)
            time.sleep(PAUSE)
    with Live(_shown(*_look(web)), console=console(), auto_refresh=False) as live:
        while True:
            time.sleep(PAUSE)
            live.update(_shown(*_look(web)), refresh=True)


def _print(report: HealthReport, figures: Figures, *, as_json: bool) -> None:
    if as_json:
        json_line({**report.model_dump(mode="json"), "figures": figures.model_dump(mode="json")})
    else:
        console().print(_shown(report, figures))


def _look(web: str) -> tuple[HealthReport, Figures]:
    return HealthReport.model_validate(get_json(f"{web}/health")), Figures.model_validate(
        get_json(f"{web}/api/figures")
    )


def get_json(url: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a worker answers, to an operator. Raises ClickException when it does not."""
    if not url.startswith(("http://", "https://")):
        raise click.ClickException(f"{url}: must begin with http:// or https://")
    token = settings.current().web.operator_token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310 - checked above
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                if error.code != 503:  # noqa: PLR2004 - that is what the views say when an agent is in error
                    raise
                return json.load(error)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise click.ClickException(f"{url} does not answer: {error}") from None


def _shown(report: HealthReport, figures: Figures) -> RenderableType:
    agents, components = _table("agent", report.agents), _table("component", report.components)
    parts: list[RenderableType] = [Text(_sentence(figures)), Text(), agents, Text(), components]
    if report.problems:
        parts += [Text(), *(Text(f"! {plain(problem)}", style="red") for problem in report.problems)]
    return Group(*parts)


def _sentence(figures: Figures) -> str:
    if not figures.questions:
        return "No question in the last hour."
    minutes = max((datetime.now(UTC) - figures.since) / timedelta(minutes=1), 1.0)
    answered = f"; half of {figures.answered:,} answers took at most {_milliseconds(figures.latency_median_ms)}, "
    times = f"{answered}95 % at most {_milliseconds(figures.latency_p95_ms)}" if figures.answered else ""
    return f"{many(figures.questions, 'question')} in the last {minutes:.0f} minutes{times}."


def _table(kind: str, agents: Sequence[AgentHealth]) -> Table:
    shown = table(kind, "state", "waiting", "queries/h", "mean", "p95", "errors/h", "workers", "up for", "version")
    for column in shown.columns[2:-1]:
        column.justify = "right"
    for each in agents:
        status = Text(str(each.status), style=STYLES.get(each.status, ""))
        load = (f"{each.current_queue_depth:,}", f"{each.queries_last_hour:,}")
        times = (_milliseconds(each.avg_response_time_ms), _milliseconds(each.p95_response_time_ms))
        errors, uptime = f"{each.error_count_last_hour:,}", str(timedelta(seconds=each.uptime_seconds))
        runs = (str(each.replica_count), uptime, plain(each.version))
        shown.add_row(str(each.agent_name), status, *load, *times, errors, *runs)
    return shown


def _milliseconds(value: int | None) -> str:
    if value is None:
        return DASH
    return f"{value} ms" if value < 1_000 else f"{value / 1_000:,.1f} s"  # noqa: PLR2004 - a second
