"""Exercises by their ids: the first content that an id comes with is its exercise, for all students."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg
import orjson
from pydantic import ValidationError

from learnflow.database.postgres import Reader, json_rows, json_text, present, reason, refuses
from learnflow.models.exercise import Exercise
from learnflow.models.fields import explain

_COLUMNS: Final = tuple(Exercise.model_fields)
_NAMES: Final = ", ".join(_COLUMNS)
_ADD: Final = f"""
INSERT INTO exercises ({_NAMES}) SELECT {_NAMES} FROM jsonb_populate_recordset(NULL::exercises, $1)
ON CONFLICT (exercise_id) DO NOTHING
"""  # noqa: S608 - of the names of the model
_READ: Final = f"SELECT {_NAMES} FROM exercises WHERE exercise_id = $1"  # noqa: S608 - as above


@dataclass(frozen=True, eq=False, slots=True)
class Addition:
    """An exercise that is to be added. Each is one of its own, whatever is in it."""

    exercise: Exercise


async def add_exercises(database: Reader, additions: Sequence[Addition]) -> Mapping[Addition, str | None]:
    """Add exercises. Return why one is not added; None where its id is new, or has the same content already."""
    return {addition: await _add(database, addition.exercise) for addition in additions}


async def _add(database: Reader, exercise: Exercise) -> str | None:
    tests = json_text([case.model_dump() for case in exercise.test_cases])
    row = tuple((dict(exercise) | {"test_cases": tests}).values())
    try:
        await database.fetch(_ADD, json_rows([row], _COLUMNS))
    except (asyncpg.PostgresError, OverflowError) as error:
        if not refuses(error):
            raise
        return f"exercise: cannot be stored: {reason(error)}"
    (record,) = await database.fetch(_READ, exercise.exercise_id)
    stored = present(record) | {"test_cases": orjson.loads(record["test_cases"])}
    try:
        return other_content(exercise, Exercise.model_validate(stored))
    except ValidationError as error:
        return f"exercise.exercise_id: belongs to an exercise that cannot be used: {explain(error)}"


def other_content(exercise: Exercise, first: Exercise) -> str | None:
    """Return how an exercise differs from the first of its id; when and by whom it was made does not count."""
    made = {"created_at", "created_by_agent"}
    ours, theirs = exercise.model_dump(exclude=made), first.model_dump(exclude=made)
    fields = [name for name, value in ours.items() if theirs[name] != value]
    if not fields:
        return None
    return f"exercise.exercise_id: belongs to another exercise already, which differs in {', '.join(fields)}"
