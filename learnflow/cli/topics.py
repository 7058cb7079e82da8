"""`learnflow topics`: what is declared against what the broker has."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import click

from learnflow.cli import connection
from learnflow.cli.kafka_clients import reachable
from learnflow.cli.output import DASH, as_json, console, json_line, table
from learnflow.streams import topic_admin
from learnflow.streams.topic_admin import Report, retention
from learnflow.topics import TOPICS, Topic


@click.group()
def command() -> None:
    """Create and check the Kafka topics, with the changelogs of the tables.

    Nothing is ever changed or deleted: what differs from the declaration is said in words, with the command that
    would change it.
    """


@command.command()
@as_json
def create(*, as_json: bool) -> None:
    """Create the topics that are missing, and check the others.

    \b
    LEARNFLOW_BROKER=kafka://broker-1:9092 learnflow topics create

    Replication is capped by the number of brokers that are up. Ends with 1 when a topic differs from its declaration.
    """
    _report(topic_admin.create, as_json=as_json)


@command.command(name="list")
@as_json
def list_(*, as_json: bool) -> None:
    """Show every declared topic, and whether the broker has it as declared.

    \b
    learnflow topics list
    learnflow topics list --json | jq 'select(.mismatches != [])'

    Ends with 1 when a topic is missing or differs from its declaration.
    """
    _report(topic_admin.check, as_json=as_json)


def declared() -> tuple[Topic, ...]:
    """Return every topic that LearnFlow needs, the changelogs of core's tables too."""
    from learnflow.tables import changelogs  # noqa: PLC0415 - brings Faust, which only these commands need

    return TOPICS + tuple(changelogs())


def _report(act: Callable[[list[str], Sequence[Topic]], Awaitable[Report]], *, as_json: bool) -> None:
    report = asyncio.run(_run(act))
    if as_json:
        for topic in declared():
            json_line(_object(topic, report))
    else:
        _show(report)
    if not report.as_declared:
        click.get_current_context().exit(1)


async def _run(act: Callable[[list[str], Sequence[Topic]], Awaitable[Report]]) -> Report:
    bootstrap = connection.broker()
    async with reachable(bootstrap):
        return await act(bootstrap, declared())


def _object(topic: Topic, report: Report) -> dict[str, object]:
    held = report.actual.get(topic.name)
    declaration = {"partitions": topic.partitions, "replication": topic.replication}
    ours = topic.config(1)
    settings = {name: value for name, value in ((held and held.settings) or {}).items() if name in ours}
    return {
        "topic": topic.name,
        "state": _state(topic, report),
        "declared": declaration | topic.config(topic.replication),
        "found": held and {"partitions": held.partitions, "replication": held.replication, **settings},
        "mismatches": _about(topic, report.mismatches),
        "unknown": _about(topic, report.unknown),
    }


def _about(topic: Topic, sentences: tuple[str, ...]) -> list[str]:
    return [text for text in sentences if text.startswith((f"{topic.name} ", f"{topic.name}:"))]


def _state(topic: Topic, report: Report) -> str:
    if topic.name in report.created:
        return "created"
    if topic.name in report.missing:
        return "missing"
    return "differs" if _about(topic, report.mismatches) else "as declared"


def _show(report: Report) -> None:
    out = console()
    rows = table("topic", "state", "partitions", "replicas", "kept", "purpose")
    styles = {"created": "green", "missing": "bold red", "differs": "bold yellow", "as declared": "dim"}
    for topic in declared():
        held, state = report.actual.get(topic.name), _state(topic, report)
        counts = (str(held.partitions), str(held.replication)) if held else (DASH, DASH)
        kept = "newest of each key" if topic.compacted else retention(topic.retention)
        style = styles[state] if state != "as declared" else None
        rows.add_row(topic.name, state, *counts, kept, topic.purpose, style=style)
    out.print(rows)
    for text in report.mismatches:
        out.print(f"\n{text}", style="yellow")
    for text in report.unknown:
        console(stderr=True).print(text, style="dim")
