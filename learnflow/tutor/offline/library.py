"""The prepared content: explanations, errors and exercises, read once from the files beside this module."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from learnflow.models.exercise import Exercise
from learnflow.models.vocabulary import ExerciseLanguage

_WRITTEN: Final = "2026-01-02T00:00:00Z"  # when the exercises were; an exercise says when it was made
_EXERCISES: Final = uuid5(NAMESPACE_URL, "learnflow/offline/exercises")


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


@dataclass(frozen=True, slots=True)
class ErrorNote:
    """One error explained, with the smallest code that shows it and the same code mended."""

    meaning: str
    cause: str
    fix: str
    broken: str
    mended: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """An exercise and the title by which students see it."""

    title: str
    exercise: Exercise


def _tables(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the content of each file in a folder, in the order of their names."""
    found = files("learnflow.tutor.offline").joinpath("content", folder)
    for file in sorted(found.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            yield file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8"))


def _prepared(language: str, entry: dict[str, Any]) -> Prepared:
    title = entry.pop("title")
    return Prepared(title, Exercise.model_validate({
        **entry, "exercise_id": uuid5(_EXERCISES, f"{language}/{title}"), "created_at": _WRITTEN,
        "language": ExerciseLanguage(language), "tags": [entry["topic"], *entry["tags"]],
    }))  # fmt: skip


EXPLANATIONS: Final[Mapping[str, Explanation]] = MappingProxyType({
    topic: Explanation(**{name: text.strip("\n") for name, text in entry.items()})
    for topic, entry in _tables("concepts")
})
ERROR_NOTES: Final[Mapping[str, ErrorNote]] = MappingProxyType({
    key: ErrorNote(**{name: text.strip("\n") for name, text in entry.items()})
    for _, table in _tables("errors")
    for key, entry in table.items()
})
EXERCISES: Final = tuple(
    _prepared(language, entry) for language, table in _tables("exercises") for entry in table["exercise"]
)
