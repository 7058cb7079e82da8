"""`faust -A learnflow.app COMMAND`: each of Faust's commands works here, or says in one line why it does not."""

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import getdoc
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final, NoReturn

import click
from click.shell_completion import get_completion_class
from faust.cli.base import cli

from learnflow.app import ANSWERING, build
from learnflow.cli import connection, is_for_people
from learnflow.cli.kafka_clients import partitions_of, producer
from learnflow.cli.output import COUNT, DASH, console, json_line, table
from learnflow.contracts.schemas import ENTITIES
from learnflow.embedded.data_directories import lock_file
from learnflow.models.events import PAYLOADS
from learnflow.models.fields import Model
from learnflow.settings import SettingsError, current
from learnflow.settings.sections import Database
from learnflow.streams.stream_app import StreamApp
from learnflow.topics import BY_NAME

UNSET: Final = "postgresql://database.invalid/unset"  # who only looks at an app needs no database
ABSENT: Final = ("logfile", "debug", "blocking_timeout", "console_port")  # options of Faust's that do nothing here
LEVELS: Final = {"crit": "error", "error": "error", "warn": "warning", "info": "info", "debug": "debug"}
MODELS: Final = {**PAYLOADS, **ENTITIES}


@cache
def load() -> StreamApp:
    """Return an app of all answering roles, to be looked at. Raises ClickException where the settings are wrong."""
    for command in (agents, clean_versions, completion, livecheck, model, models, reset, send, tables, worker):
        cli.add_command(command)
    try:
        settings = current()
        database = Database(**dict(settings.database) | {"url": settings.database.url or UNSET})
        return build(ANSWERING, settings.model_copy(update={"database": database}), Path(gettempdir()))
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


class _Command(click.Command):
    """A command whose failures are one line, where their text is meant for people."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's
        try:
            return super().invoke(ctx)
        except Exception as error:
            if is_for_people(error):
                raise click.ClickException(" ".join(str(error).split()) or type(error).__name__) from None
            raise


def _state(name: str) -> Any:  # noqa: ANN401 - Faust's options, each of its own type
    """Return an option that stood before the command."""
    return getattr(click.get_current_context().find_root().obj, name, None)


def _show(*rows: Mapping[str, str | None]) -> None:
    """Print rows as a table, or, with `faust --json`, as one JSON object a line."""
    if _state("json"):
        for row in rows:
            json_line(row)
        return
    listed = table(*rows[0])
    for row in rows:
        listed.add_row(*(value or DASH for value in row.values()))
    console().print(listed)


@click.command(cls=_Command)
def agents() -> None:
    """List the agents of all roles, with the topics that they read."""
    _show(
        *(
            {
                "name": agent.name,
                "role": each.conf.id.removeprefix("learnflow-"),
                "topics": " ".join(agent.channel.topics),
            }
            for each in load().apps
            for agent in each.agents.values()
        )
    )


@click.command(cls=_Command)
def tables() -> None:
    """List the tables; a worker that runs shows at /tables/ what is in them."""
    _show(*({"name": name, "help": each.help} for app in load().apps for name, each in app.tables.items()))


@click.command(cls=_Command)
def models() -> None:
    """List the models: of each event type, and of the entities that are stored."""
    _show(*({"name": name, "help": (getdoc(each) or "").partition("\n")[0]} for name, each in MODELS.items()))


@click.command(cls=_Command)
@click.argument("name")
def model(name: str) -> None:
    """Show the fields of a model, by its event type or its name."""
    found = MODELS.get(name)
    if found is None:
        raise click.ClickException(f"there is no model {name}; `faust -A learnflow.app models` lists them")
    _show(*_fields(found))


def _fields(found: type[Model]) -> Iterator[dict[str, str | None]]:
    for name, field in found.model_fields.items():
        kind = field.annotation.__name__ if isinstance(field.annotation, type) else str(field.annotation)
        yield {"field": name, "type": kind, "default": "*" if field.is_required() else repr(field.get_default())}


@click.command(cls=_Command)
def completion() -> None:
    """Print what makes your shell complete commands: eval "$(faust -A learnflow.app completion)"."""
    shell = Path(os.environ.get("SHELL", "bash")).name
    found = get_completion_class(shell)
    if found is None:
        raise click.ClickException(f"there is no completion for {shell}; there is for bash, zsh and fish")
    click.echo(found(cli, {}, "faust", "_FAUST_COMPLETE").source())


@click.command(cls=_Command)
def livecheck() -> NoReturn:
    """Not here: LearnFlow has no LiveCheck tests."""
    raise click.ClickException("there are no LiveCheck tests here; `learnflow status` shows how all agents are doing")


@click.command(cls=_Command, name="clean-versions")
def clean_versions() -> NoReturn:
    """Not here: the tables have one version."""
    raise click.ClickException("the tables have had one version only, so no directory of an older one is left")


@click.command(cls=_Command)
def reset() -> None:
    """Delete the tables that stopped workers left on this machine; they are read in again from Kafka."""
    parent = current().learnflow.directory / "tables"
    running = [lock.stem for lock in sorted(parent.glob("worker-*.lock")) if not _removed(lock)]
    if running:
        raise click.ClickException(f"{', '.join(running)} in {parent} is in use: stop that worker first")
    click.echo(f"No tables are left in {parent}.")


def _removed(lock: Path) -> bool:
    """Remove a worker's tables, unless it runs."""
    with lock.open("w") as file:
        if not lock_file(file.fileno()):
            return False
        shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
        return True


@click.command(cls=_Command)
@click.option("--key", "-k", help="The message's key: on most topics, the student.")
@click.option("--partition", type=click.IntRange(min=0), help="The partition; by default, that of the key.")
@click.option("--repeat", "-r", type=COUNT, default=1, help="Send it so many times.")
@click.argument("entity")
@click.argument("value")
def send(entity: str, value: str, key: str | None, partition: int | None, repeat: int) -> None:
    """Send VALUE, as it is, to a topic, or to the one that an @agent reads."""
    asyncio.run(_send(_topic(entity), value.encode(), key, partition, repeat))


def _topic(entity: str) -> str:
    readers = {f"@{agent.name}": agent.channel.topics for each in load().apps for agent in each.agents.values()}
    topics = readers.get(entity, (entity,))
    if len(topics) > 1:
        raise click.ClickException(f"{entity} reads {', '.join(topics)}: name one of them")
    if topics[0] not in BY_NAME:
        raise click.ClickException(f"there is no topic {entity}; `learnflow topics list` shows those that there are")
    return str(topics[0])


async def _send(topic: str, value: bytes, key: str | None, partition: int | None, repeat: int) -> None:
    bootstrap = connection.broker()
    numbers = {place.partition for place in await partitions_of(bootstrap, [topic])}
    if partition is not None and partition not in numbers:
        raise click.ClickException(f"{topic} has the partitions 0 to {max(numbers)}")
    async with producer(bootstrap) as sender:
        for _ in range(repeat):
            sent = await sender.send_and_wait(
                topic, value, key=None if key is None else key.encode(), partition=partition
            )
            json_line({"topic": sent.topic, "partition": sent.partition, "offset": sent.offset})


@click.command(cls=_Command)
@click.option("--with-web/--without-web", default=True, help="The web views are always served.")
@click.option("--web-port", "-p", type=click.IntRange(0, 65_535), help="[web] port.")
@click.option("--web-bind", "-b", help="[web] host.")
@click.option("--web-host", "-h", help="The host in [web] address, where other workers reach this one.")
@click.option("--loglevel", "-l", type=click.Choice(list(LEVELS), case_sensitive=False), help="log_level.")
def worker(
    *, with_web: bool, web_port: int | None, web_bind: str | None, web_host: str | None, loglevel: str | None
) -> NoReturn:
    """Run all agents that answer students: `learnflow worker`, whose settings the options are."""
    absent = ["--without-web"] * (not with_web) + [f"--{name.replace('_', '-')}" for name in ABSENT if _state(name)]
    if absent:
        raise click.ClickException(f"{', '.join(absent)}: this worker has no such option")
    level = loglevel or _state("loglevel")
    address = None if web_host is None else f"http://{web_host}:{current().web.port if web_port is None else web_port}"
    given = {
        "LEARNFLOW_WEB_PORT": None if web_port is None else str(web_port),
        "LEARNFLOW_WEB_HOST": web_bind,
        "LEARNFLOW_WEB_ADDRESS": address,
        "LEARNFLOW_LOG_LEVEL": level and LEVELS[level.lower()],
        "LEARNFLOW_DATA_DIRECTORY": _state("datadir"),
    }
    environment = os.environ | {name: value for name, value in given.items() if value is not None}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "learnflow", "worker"], environment)  # noqa: S606 - ourselves
