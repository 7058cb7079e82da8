"""`learnflow tail`: what goes over topics, as it goes."""

import asyncio
import base64
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import click
import orjson
from aiokafka import AIOKafkaConsumer

from learnflow.cli import connection, kafka_clients
from learnflow.cli.event_summary import summary
from learnflow.cli.kafka_clients import Record
from learnflow.cli.output import COUNT, DASH, as_json, clock, console, json_line, one_line
from learnflow.streams.codec import Refusal, decode
from learnflow.streams.dead_letters import DeadLetter
from learnflow.topics import BY_NAME, DEAD_LETTERS, SHORT_NAMES


@click.command()
@click.argument("topics", nargs=-1, required=True, metavar="TOPIC…")
@click.option("--from-beginning", is_flag=True, help="Show first what the topics still hold.")
@click.option("--student", metavar="ID", help="Only messages of this student.")
@click.option("--limit", type=COUNT, metavar="N", help="End after N messages.")
@as_json
def command(
    topics: tuple[str, ...], student: str | None, limit: int | None, *, from_beginning: bool, as_json: bool
) -> None:
    """Show the events of topics as they come, until Ctrl-C.

    \b
    learnflow tail struggle mastery
    learnflow tail agent-responses --student student-123
    learnflow tail mastery --from-beginning --json

    Short names: queries, routing, responses, struggle, mastery, progress, events, logs and letters.
    """
    names = tuple(dict.fromkeys(SHORT_NAMES.get(name, name) for name in topics))
    key = None if student is None else student.encode()
    show = _print_json if as_json else partial(_print, named=len(names) > 1)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_tail(names, show, key, limit, from_beginning=from_beginning))


async def _tail(
    topics: Sequence[str], show: Callable[[Record], None], key: bytes | None, limit: int | None, *, from_beginning: bool
) -> None:
    bootstrap = connection.broker()
    partitions = await kafka_clients.partitions_of(bootstrap, topics)
    async with kafka_clients.consumer(bootstrap, partitions) as reader:
        if from_beginning:
            await reader.seek_to_beginning()
        if sys.stderr.isatty():
            console(stderr=True).print(f"Reading {', '.join(topics)}; Ctrl-C ends it.", style="dim")
        shown = 0
        async for record in _records(reader):
            if key in (None, record.key):
                show(record)
                shown += 1
            if shown == limit:
                return


async def _records(reader: AIOKafkaConsumer) -> AsyncIterator[Record]:
    """Read batch by batch, and each batch in the order of its times: partitions take turns otherwise."""
    while True:
        batches = await reader.getmany(timeout_ms=1000)
        for record in sorted((each for batch in batches.values() for each in batch), key=lambda each: each.timestamp):
            yield record


def _print_json(record: Record) -> None:
    """Print a message as JSON: `event` where its value is JSON, else `value` or `value_base64`."""
    headers = {name: (content or b"").decode("utf-8", "replace") for name, content in record.headers}
    json_line({
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": _time(record).isoformat(),
        "key": None if record.key is None else record.key.decode("utf-8", "replace"),
        **({"headers": headers} if headers else {}),
        **_value(record.value),
    })


def _value(value: bytes | None) -> dict[str, Any]:
    if value is None:
        return {"value": None}
    with contextlib.suppress(orjson.JSONDecodeError):
        return {"event": orjson.loads(value)}
    with contextlib.suppress(UnicodeDecodeError):
        return {"value": value.decode()}
    return {"value_base64": base64.b64encode(value).decode()}


def _time(record: Record) -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)


def _print(record: Record, *, named: bool) -> None:
    """Print a message in one line; its topic only where there are several."""
    key = DASH if record.key is None else one_line(record.key.decode("utf-8", "replace"), 20)
    topic = f"{record.topic:<21}  " if named else ""
    console().print(f"{clock(_time(record))}  {topic}{key:<20}  {one_line(_text(record), 400)}", soft_wrap=True)


def _text(record: Record) -> str:
    if record.topic == DEAD_LETTERS.name:
        try:
            letter = DeadLetter.from_headers(record.key, record.value, record.headers)
        except ValueError as error:
            return str(error)
        return f"{letter.agent} refused {letter.topic} {letter.partition}:{letter.offset}: {letter.reason}"
    topic = BY_NAME.get(record.topic)
    if topic is None:
        return (record.value or b"").decode("utf-8", "replace")
    try:
        event = decode(topic, record.key, record.value)
    except Refusal as refusal:
        return f"cannot be read: {refusal.reason}"
    kind = f"{event.event_type}  " if len(topic.events) > 1 else ""
    return kind + summary(event.payload)
