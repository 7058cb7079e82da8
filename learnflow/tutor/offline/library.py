"""The prepared explanations, read once from the files beside this module."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Explanation:
    """One topic explained: the idea, another way to see it, a usual mistake, and a Python example with its output."""

    idea: str
    picture: str
    advanced: str
    watch_out: str
    try_it: str
    example: str
    output: str


def _tables(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the content of each file in a folder, in the order of their names."""
    found = files("learnflow.tutor.offline").joinpath("content", folder)
    for file in sorted(found.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            yield file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8"))


EXPLANATIONS: Final[Mapping[str, Explanation]] = MappingProxyType({
    topic: Explanation(**{name: text.strip("\n") for name, text in entry.items()})
    for topic, entry in _tables("concepts")
})
