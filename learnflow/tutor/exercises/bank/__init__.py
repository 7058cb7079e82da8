"""The bank: exercises written for LearnFlow, in one file a language and topic beside this module."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import ValidationError

from learnflow.models.exercise import Exercise
from learnflow.models.fields import explain
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import ExerciseLanguage

_WRITTEN: Final = "2026-01-02T00:00:00Z"  # when the exercises were; an exercise says when it was made
_NAMESPACE: Final = uuid5(NAMESPACE_URL, "learnflow/offline/exercises")


class BankInvalid(Exception):  # noqa: N818 - what is wrong, not an error of the program
    """An entry of the bank is wrong; names its file, its title and the fields."""


class Bank:
    """The prepared exercises under a folder: LANGUAGE/TOPIC.toml, each a list of `[[exercise]]` tables.

    They are read when the first of them is asked for, and once. Reading raises BankInvalid.
    """

    def __init__(self, root: Traversable) -> None:
        self._root = root

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """All exercises, in the order of language, topic, and place in the file."""
        return tuple(
            exercise
            for language in ExerciseLanguage
            for file in sorted(self._root.joinpath(language).iterdir(), key=lambda one: one.name)
            for exercise in _read(file, language)
        )

    @cached_property
    def _by_id(self) -> Mapping[UUID, Exercise]:
        return MappingProxyType({exercise.exercise_id: exercise for exercise in self.exercises})

    @cached_property
    def topics(self) -> frozenset[str]:
        """The keys of the topics that have an exercise in any language."""
        return frozenset(exercise.topic for exercise in self.exercises)

    def get(self, exercise_id: UUID) -> Exercise | None:
        """Return the exercise with an id, or None when it is none of the bank's."""
        return self._by_id.get(exercise_id)

    def on(self, topic: str, language: ExerciseLanguage) -> tuple[Exercise, ...]:
        """Return the exercises on a topic in a language, the easiest first."""
        return tuple(one for one in self.exercises if one.topic == topic and one.language is language)


def _read(file: Traversable, language: ExerciseLanguage) -> Iterator[Exercise]:
    topic = file.name.removesuffix(".toml")
    if topic not in TOPICS:
        raise BankInvalid(f"{language}/{file.name}: is not named after a topic of the taxonomy")
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))["exercise"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise BankInvalid(f"{language}/{file.name}: is no TOML with exercises: {error}") from None
    for entry in entries:
        try:
            yield _exercise(entry, topic, language)
        except ValidationError as error:
            raise BankInvalid(
                f"{language}/{file.name}: {entry.get('title', 'without title')}: {explain(error)}"
            ) from None


def _exercise(entry: Mapping[str, Any], topic: str, language: ExerciseLanguage) -> Exercise:
    """Make an exercise, with an id that stays the same as long as language and title do."""
    title = entry.get("title", "")  # an exercise may go without, but not one of the bank
    return Exercise.model_validate({
        **entry, "title": title, "exercise_id": uuid5(_NAMESPACE, f"{language}/{title}"), "created_at": _WRITTEN,
        "topic": topic, "language": language, "tags": [topic, *entry.get("tags", ())],
    })  # fmt: skip


BANK: Final = Bank(files(__name__))
