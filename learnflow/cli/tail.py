"""`learnflow tail`: what goes over topics, as it goes."""

import asyncio
import base64
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
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
    tail = _Tail(names, from_beginning, key, limit, show)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(tail.run(connection.broker()))


@dataclass(frozen=True, slots=True)
class _Tail:
    topics: tuple[str, ...]
    from_beginning: bool
    key: bytes | None
    limit: int | None
    show: Callable[[Record], None]

    async def run(self, bootstrap: list[str]) -> None:
        partitions = await kafka_clients.partitions_of(bootstrap, self.topics)
        async with kafka_clients.consumer(bootstrap, partitions) as reader:
            if self.from_beginning:
                await reader.seek_to_beginning()
            _say_ready(self.topics)
            shown = 0
            async for record in _records(reader):
                if self.key in (None, record.key):
                    self.show(record)
                    shown += 1
                if shown == self.limit:
                    return


async def _records(reader: AIOKafkaConsumer) -> AsyncIterator[Record]:
    """Read batch by batch, and each batch in the order of its times: partitions take turns otherwise."""
    while True:
        batches = await reader.getmany(timeout_ms=1000)
        for record in sorted((each for batch in batches.values() for each in batch), key=lambda each: each.timestamp):
            yield record


def _say_ready(topics: tuple[str, ...]) -> None:
    if sys.stderr.isatty():
        console(stderr=True).print(f"Reading {', '.join(topics)}; Ctrl-C ends it.", style="dim")


def as_object(record: Record) -> dict[str, Any]:
    """Return a message as JSON: `event` where its value is JSON, else `value` or `value_base64`."""
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": _time(record).isoformat(),
        "key": None if record.key is None else record.key.decode("utf-8", "replace"),
        **({"headers": headers} if (headers := _headers(record)) else {}),
        **_value(record.value),
    }


def _headers(record: Record) -> dict[str, str]:
    return {name: (content or b"").decode("utf-8", "replace") for name, content in record.headers}


def _value(value: bytes | None) -> dict[str, Any]:
    if value is None:
        return {"value": None}
    try:
        return {"event": orjson.loads(value)}
    except orjson.JSONDecodeError:
        pass
    try:
        return {"value": value.decode()}
    except UnicodeDecodeError:
        return {"value_base64": base64.b64encode(value).decode()}


def _time(record: Record) -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)


def _print_json(record: Record) -> None:
    json_line(as_object(record))


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
