"""`learnflow contracts`: the AsyncAPI and OpenAPI documents and the JSON Schemas."""

from pathlib import Path
from typing import Final

import click

from learnflow import contracts

SCHEMA: Final = Path("schema")
DIRECTORY: Final = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("what", type=click.Choice(["write"]), required=False)
@click.option("--check", is_flag=True, help="Write nothing; end with 1 when a file differs from the code.")
@click.option("--directory", type=DIRECTORY, default=SCHEMA, help="Where the files are.")
def command(what: str | None, directory: Path, *, check: bool) -> None:  # noqa: ARG001 - `write` is what it does
    """Write the contract from the code: asyncapi.yaml, openapi.yaml, events/*.json and entities/*.json.

    \b
    learnflow contracts write
    learnflow contracts --check
    """
    if check:
        stale = contracts.stale(directory)
        if stale:
            raise click.ClickException(
                f"run `learnflow contracts write`: the code has changed, and {_files(stale, directory)} not"
            )
        click.echo(f"{directory}: as the code says")
        return
    changed = contracts.write(directory)
    click.echo(f"{directory}: {len(changed)} changed" if changed else f"{directory}: nothing to change")


def _files(names: list[str], directory: Path) -> str:
    shown = ", ".join(str(directory / name) for name in names[:5])
    return f"{shown} and {len(names) - 5} more have" if len(names) > 5 else f"{shown} has"  # noqa: PLR2004
