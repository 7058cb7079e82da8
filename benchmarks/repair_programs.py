"""Programs with one fault each, and where it is: of a directory, of learners, and mutants of the bank's solutions."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from learnflow.models.exercise import TestCase
from learnflow.models.fields import Model
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.exercises.generation.mutants import mutants

_SUFFIXES: Final = {".py": ExerciseLanguage.PYTHON, ".js": ExerciseLanguage.JAVASCRIPT, ".java": ExerciseLanguage.JAVA}


@dataclass(frozen=True, slots=True)
class FaultyProgram:
    """A program, the line at fault, and cases of which it fails some."""

    name: str
    language: ExerciseLanguage
    code: str
    line: int
    cases: tuple[TestCase, ...]


class _Expected(Model):
    cases: tuple[TestCase, ...]
    line: int


class _Written(_Expected):
    name: str
    language: ExerciseLanguage
    code: str


def from_directory(directory: Path) -> tuple[FaultyProgram, ...]:
    """Return the programs of a directory: NAME.py, .js or .java, each with a NAME.json."""
    return tuple(
        FaultyProgram(path.name, _SUFFIXES[path.suffix], path.read_text(encoding="utf-8"), known.line, known.cases)
        for path in sorted(directory.iterdir())
        if path.suffix in _SUFFIXES and path.with_suffix(".json").is_file()
        for known in (_Expected.model_validate(json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))),)
    )


def of_learners() -> tuple[FaultyProgram, ...]:
    """Return the programs that were written for this benchmark, with faults that learners make."""
    text = files("benchmarks").joinpath("data", "faulty_programs.toml").read_text(encoding="utf-8")
    written = TypeAdapter(tuple[_Written, ...]).validate_python(tomllib.loads(text)["program"])
    return tuple(FaultyProgram(one.name, one.language, one.code, one.line, one.cases) for one in written)


def of_bank(language: ExerciseLanguage, most: int) -> tuple[FaultyProgram, ...]:
    """Return at most so many mutants of the bank's solutions in a language, spread over the exercises."""
    found = tuple(chain.from_iterable(zip_longest(*_mutants(language))))
    spread = [one for one in found if one is not None]
    return tuple(spread[number * len(spread) // most] for number in range(min(most, len(spread))))


def _mutants(language: ExerciseLanguage) -> Iterator[tuple[FaultyProgram, ...]]:
    for exercise in BANK.exercises:
        if exercise.language is language:
            yield tuple(
                FaultyProgram(f"{exercise.name}: {one.change}", language, one.code, one.line, exercise.test_cases)
                for one in mutants(language, exercise.solution_code)
            )
