"""`learnflow dead-letters`: look at what could not be processed, and send it again."""

import asyncio
import base64
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import click
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from learnflow.cli import connection, kafka_clients
from learnflow.cli.kafka_clients import Record
from learnflow.cli.output import COUNT, as_json, clock, console, json_line, one_line, plain, table
from learnflow.streams.dead_letters import DeadLetter, letter_at
from learnflow.topics import DEAD_LETTERS


def _place(text: str) -> tuple[int, int]:
    """Read the id of a dead letter: its partition and its offset."""
    partition, _, offset = text.partition(":")
    if not (partition.isdecimal() and offset.isdecimal()):
        raise click.BadParameter(f"{text!r} is no id of a dead letter: it looks like 3:17")
    return int(partition), int(offset)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A dead letter and where it stands on its topic."""

    partition: int
    offset: int
    letter: DeadLetter

    @property
    def id(self) -> str:
        """The dead letter's id on the command line."""
        return f"{self.partition}:{self.offset}"


@click.group()
def command() -> None:
    """Look at what could not be processed, and send it again.

    A dead letter has an id, partition:offset, the original message's bytes, key and headers, and a reason.

    \b
    learnflow dead-letters list
    learnflow dead-letters show 3:17
    learnflow dead-letters redrive 3:17
    """


@command.command(name="list")
@click.option("--limit", type=COUNT, default=20, metavar="N", help="The newest N.")
@click.option("--origin", metavar="TOPIC", help="Only those that came from this topic.")
@as_json
def list_(limit: int, origin: str | None, *, as_json: bool) -> None:
    """List the newest dead letters, oldest first.

    \b
    learnflow dead-letters list --limit 5 --origin student-queries
    """
    letters = [each for each in asyncio.run(_read_all(connection.broker())) if origin in (None, each.letter.topic)]
    newest = letters[-limit:]
    if as_json:
        for each in newest:
            json_line(_object(each))
        return
    rows = table("id", "refused at", "from", "by", "tries", "key", "reason")
    for each in newest:
        letter = each.letter
        place = f"{letter.topic} {letter.partition}:{letter.offset}"
        sent = (each.id, clock(letter.at), place, letter.agent, str(letter.attempt + 1))
        rows.add_row(*sent, one_line(_text(letter.key), 24), one_line(letter.reason))
    console().print(rows if newest else "There are no dead letters.")
    if len(letters) > limit:
        console(stderr=True).print(f"{len(letters) - limit} older ones; --limit shows more.", style="dim")


@command.command()
@click.argument("place", type=_place, metavar="ID")
@as_json
def show(place: tuple[int, int], *, as_json: bool) -> None:
    """Show one dead letter: its headers and the original bytes.

    \b
    learnflow dead-letters show 3:17
    learnflow dead-letters show 3:17 --json | jq -r .value_base64 | base64 -d
    """
    (stored,) = asyncio.run(_read(connection.broker(), [place]))
    value = stored.letter.value
    if as_json:
        json_line(_object(stored) | {"value_base64": None if value is None else base64.b64encode(value).decode()})
        return
    out = console()
    rows = table("header", "value")
    for name, content in (*stored.letter.to_headers(), ("key", stored.letter.key)):
        rows.add_row(one_line(name), plain(_text(content)))
    out.print(rows)
    out.print()
    out.print("The message had no value." if value is None else plain(_text(value)))


@command.command()
@click.argument("places", type=_place, nargs=-1, metavar="ID…")
@click.option("--all", "everything", is_flag=True, help="Send all of them again.")
@click.option("--origin", metavar="TOPIC", help="With --all: only those that came from this topic.")
@as_json
def redrive(places: tuple[tuple[int, int], ...], origin: str | None, *, everything: bool, as_json: bool) -> None:
    """Send dead letters again: the original bytes, key and headers, to the topic that they came from.

    Each gets a header learnflow-redrive with the id of its dead letter. The dead letter itself stays where it is.

    \b
    learnflow dead-letters redrive 3:17 0:4
    learnflow dead-letters redrive --all --origin student-queries
    """
    if everything == bool(places):
        raise click.UsageError("give the ids of dead letters, or --all")
    sent, too_large = asyncio.run(_redrive(places, origin))
    for each in sent:
        if as_json:
            json_line({"id": each.id, "topic": each.letter.topic, "attempt": each.letter.attempt + 1})
        else:
            click.echo(f"{each.id} → {each.letter.topic} (attempt {each.letter.attempt + 1})")
    if too_large:
        ids = ", ".join(each.id for each in too_large)
        raise click.ClickException(f"too large for their topics, and not sent: {ids}")
    if not sent and not as_json:
        click.echo("There are no dead letters to send.")


async def _redrive(places: tuple[tuple[int, int], ...], origin: str | None) -> tuple[list[_Stored], list[_Stored]]:
    bootstrap = connection.broker()
    letters = await _read(bootstrap, places) if places else await _read_all(bootstrap)
    chosen = [each for each in letters if origin in (None, each.letter.topic)]
    with console(stderr=True).status(f"Sending {len(chosen):,} messages"):
        return await _send_again(bootstrap, chosen)


def _object(stored: _Stored) -> dict[str, Any]:
    letter = stored.letter
    return {
        "id": stored.id,
        **{name: getattr(letter, name) for name in ("reason", "topic", "partition", "offset", "agent", "attempt")},
        "at": letter.at.isoformat(),
        "trace_id": letter.trace_id,
        "key": None if letter.key is None else _text(letter.key),
        "value": None if letter.value is None else _text(letter.value),
        "headers": {name: _text(content) for name, content in letter.headers},
    }


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")


async def _read_all(bootstrap: list[str]) -> list[_Stored]:
    """Return the dead letters there are now, oldest first; what is none of LearnFlow's is left out."""
    partitions = await kafka_clients.partitions_of(bootstrap, [DEAD_LETTERS.name])
    async with kafka_clients.consumer(bootstrap, partitions) as reader:
        ends = await reader.end_offsets(partitions)
        await reader.seek_to_beginning()
        records: list[Record] = []
        while [each for each in partitions if await reader.position(each) < ends[each]]:
            for batch in (await reader.getmany(timeout_ms=200)).values():
                records.extend(batch)
    letters = ((record, DeadLetter.from_record(record)) for record in records)
    stored = [_Stored(record.partition, record.offset, letter) for record, letter in letters if letter]
    return sorted(stored, key=lambda each: each.letter.at)


async def _read(bootstrap: list[str], places: Iterable[tuple[int, int]]) -> list[_Stored]:
    """Return the dead letters at (partition, offset). Raises ClickException where there is none."""
    partitions = await kafka_clients.partitions_of(bootstrap, [DEAD_LETTERS.name])
    async with kafka_clients.consumer(bootstrap, partitions) as reader:
        return [await _read_at(reader, *place) for place in places]


async def _read_at(reader: AIOKafkaConsumer, partition: int, offset: int) -> _Stored:
    letter = await letter_at(reader, partition, offset)
    if letter is None:
        raise click.ClickException(f"there is no dead letter {partition}:{offset}")
    return _Stored(partition, offset, letter)


async def _send_again(bootstrap: list[str], letters: Sequence[_Stored]) -> tuple[list[_Stored], list[_Stored]]:
    """Send the originals to the topics that they came from.

    Return those that the brokers have, and those that are too large for their topics.
    """
    await kafka_clients.partitions_of(bootstrap, {each.letter.topic for each in letters})
    async with kafka_clients.producer(bootstrap) as sender:
        ends = [await _send(sender, each) for each in letters]
        outcomes = await asyncio.gather(*ends, return_exceptions=True)
    sent, too_large = [], []
    for stored, outcome in zip(letters, outcomes, strict=True):
        if isinstance(outcome, MessageSizeTooLargeError):
            too_large.append(stored)
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            sent.append(stored)
    return sent, too_large


async def _send(sender: AIOKafkaProducer, stored: _Stored) -> Awaitable[object]:
    """Send one, and return what ends when the broker has it, or refuses it."""
    letter, headers = stored.letter, list(stored.letter.redriven_headers(stored.partition, stored.offset))
    # aiokafka refuses a message of neither key nor value; for the codec an empty one is as wrong.
    value = b"" if letter.value is None and letter.key is None else letter.value
    try:
        end: Awaitable[object] = await sender.send(letter.topic, value, key=letter.key, headers=headers)
    except MessageSizeTooLargeError as error:
        end = asyncio.get_running_loop().create_future()
        end.set_exception(error)
    return end
