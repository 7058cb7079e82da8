"""`learnflow dead-letters`: look at what could not be processed, and send it again."""

import asyncio
import base64
from typing import Any

import click

from learnflow.cli import connection, dead_letter_store
from learnflow.cli.dead_letter_store import StoredDeadLetter
from learnflow.cli.output import COUNT, as_json, clock, console, json_line, one_line, plain, table


class _Place(click.ParamType):
    name = "ID"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        partition, _, offset = str(value).partition(":")
        if not (partition.isdecimal() and offset.isdecimal()):
            self.fail(f"{value!r} is no id of a dead letter: it looks like 3:17", param, ctx)
        return int(partition), int(offset)


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
@click.option("--limit", type=COUNT, default=20, show_default=True, metavar="N", help="The newest N.")
@click.option("--origin", metavar="TOPIC", help="Only those that came from this topic.")
@as_json
def list_(limit: int, origin: str | None, *, as_json: bool) -> None:
    """List the newest dead letters, oldest first.

    \b
    learnflow dead-letters list --limit 5 --origin student-queries
    """
    letters = [each for each in asyncio.run(dead_letter_store.read_all(connection.broker())) if each.comes_from(origin)]
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
@click.argument("place", type=_Place(), metavar="ID")
@as_json
def show(place: tuple[int, int], *, as_json: bool) -> None:
    """Show one dead letter: its headers and the original bytes.

    \b
    learnflow dead-letters show 3:17
    learnflow dead-letters show 3:17 --json | jq -r .value_base64 | base64 -d
    """
    (stored,) = asyncio.run(dead_letter_store.read(connection.broker(), [place]))
    if as_json:
        json_line(_object(stored) | {"value_base64": _base64(stored.letter.value)})
        return
    out = console()
    rows = table("header", "value")
    for name, content in (*stored.letter.to_headers(), ("key", stored.letter.key)):
        rows.add_row(one_line(name), plain(_text(content)))
    out.print(rows)
    out.print()
    out.print("The message had no value." if stored.letter.value is None else plain(_text(stored.letter.value)))


@command.command()
@click.argument("places", type=_Place(), nargs=-1, metavar="ID…")
@click.option("--all", "everything", is_flag=True, help="Send all of them again.")
@click.option("--origin", metavar="TOPIC", help="With --all: only those that came from this topic.")
@as_json
def redrive(places: tuple[tuple[int, int], ...], origin: str | None, *, everything: bool, as_json: bool) -> None:
    """Send dead letters again: the original bytes, key and headers, to the topic that they came from.

    Each gets a header learnflow-redrive with the number of the attempt. The dead letter itself stays where it is.

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
        raise click.ClickException(
            f"too large for their topics, and not sent: {', '.join(each.id for each in too_large)}"
        )
    if not sent and not as_json:
        click.echo("There are no dead letters to send.")


async def _redrive(
    places: tuple[tuple[int, int], ...], origin: str | None
) -> tuple[list[StoredDeadLetter], list[StoredDeadLetter]]:
    bootstrap = connection.broker()
    letters = await dead_letter_store.read(bootstrap, places) if places else await dead_letter_store.read_all(bootstrap)
    chosen = [each for each in letters if each.comes_from(origin)]
    with console(stderr=True).status(f"Sending {len(chosen):,} messages"):
        return await dead_letter_store.send_again(bootstrap, chosen)


def _object(stored: StoredDeadLetter) -> dict[str, Any]:
    letter = stored.letter
    return {
        "id": stored.id,
        "reason": letter.reason,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "agent": letter.agent,
        "attempt": letter.attempt,
        "at": letter.at.isoformat(),
        "key": None if letter.key is None else _text(letter.key),
        "value": None if letter.value is None else _text(letter.value),
        "headers": {name: _text(content) for name, content in letter.headers},
    }


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")


def _base64(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()
