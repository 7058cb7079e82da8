"""The commands in the README and in docs/ exist, with their options."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from learnflow.cli import COMMANDS, group

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "docker/README.md")
TEXT: Final = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def commands() -> Iterator[list[str]]:
    """Yield what follows `learnflow` in each command of a code block or between backticks."""
    blocks = [line.split("  #")[0] for line in TEXT.splitlines() if line.startswith("    ")]
    spans = re.findall(r"`([^`\n]+)`", TEXT)
    for line in (*blocks, *spans):
        for part in line.split("&&"):
            before, found, after = part.replace("…", "").partition("learnflow ")
            if found and not before.rstrip().endswith(("-A", "--reason", "pip install", "from")):
                yield shlex.split(after)


def options(command: click.Command) -> set[str]:
    """Return every way to write an option of a command."""
    return {"--help", *(name for option in command.params for name in (*option.opts, *option.secondary_opts))}


def test_every_command_is_described() -> None:
    operating = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    [table] = re.findall(r"^\| command \|.*\n((?:\|.*\n)+)", operating, re.MULTILINE)
    described = set(re.findall(r"^\| `([a-z-]+)`", table, re.MULTILINE))
    assert described == set(COMMANDS)


def test_commands_and_their_options_exist() -> None:
    written = list(commands())
    assert len(written) > 30
    context = click.Context(group)
    for words in written:
        if words[0].startswith("-"):
            assert words[0] in options(group)
            continue
        command = group.get_command(context, words[0])
        assert command is not None, words
        rest = words[1:]
        if isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            command = command.get_command(context, rest[0])
            assert command is not None, words
        assert {word for word in rest if word.startswith("--")} <= options(command), words


def test_the_targets_of_make_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^ {4}|`)make ([a-z]+)", TEXT, re.MULTILINE))
    assert {"demo", "up", "test", "unit", "check", "bench"} <= named
    assert named <= targets


def test_the_modules_that_are_run_exist() -> None:
    modules = set(re.findall(r"python -m ([\w.]+)", TEXT))
    assert modules
    places = {name: ROOT / name.replace(".", "/") for name in modules}
    missing = {
        name
        for name, place in places.items()
        if not (place.with_suffix(".py").exists() or (place / "__main__.py").exists())
    }
    assert missing == set()
