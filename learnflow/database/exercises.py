"""What core reads back of exercises: those that a student has been given, and how each came to its end."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from mode.utils.logging import get_logger
from pydantic import ValidationError

from learnflow.database.postgres import Reader
from learnflow.domain.student_exercises import MOST_DONE, MOST_KEPT, Exercises
from learnflow.models.exercise import Assigned, Exercise
from learnflow.models.fields import explain, short_id
from learnflow.models.vocabulary import Closing

_log = get_logger(__name__)

_COLUMNS: Final = """
    s.student_id, s.assigned_at, s.attempts, s.hints_given, s.passed_at, s.given_up_at, e.exercise_id, e.title,
    e.topic, e.difficulty, e.problem_text, e.solution_code, e.starter_code, e.test_cases, e.hints, e.created_at,
    e.created_by_agent, e.language, e.tags
"""

_OPEN: Final = f"""
SELECT given.* FROM unnest($1::text[]) AS asked (student_id)
CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM student_exercises s JOIN exercises e USING (exercise_id)
    WHERE s.student_id = asked.student_id AND s.passed_at IS NULL AND s.given_up_at IS NULL
    ORDER BY s.assigned_at DESC, s.exercise_id LIMIT {MOST_KEPT}
) AS given
ORDER BY given.assigned_at, given.exercise_id DESC
"""  # noqa: S608 - of the constants above

_DONE: Final = f"""
SELECT behind.* FROM unnest($1::text[]) AS asked (student_id)
CROSS JOIN LATERAL (
    SELECT s.student_id, s.exercise_id, COALESCE(s.passed_at, s.given_up_at) AS at FROM student_exercises s
    WHERE s.student_id = asked.student_id AND COALESCE(s.passed_at, s.given_up_at) IS NOT NULL
    ORDER BY at DESC, s.exercise_id LIMIT {MOST_DONE}
) AS behind
ORDER BY behind.at, behind.exercise_id DESC
"""  # noqa: S608 - of the constants above

_GIVEN: Final = f"""
SELECT {_COLUMNS} FROM student_exercises s JOIN exercises e USING (exercise_id)
JOIN unnest($1::text[], $2::uuid[]) AS asked (student_id, exercise_id)
    ON s.student_id = asked.student_id AND s.exercise_id = asked.exercise_id
"""  # noqa: S608 - of the constants above


class AssignmentKey(NamedTuple):
    """An exercise, and the student who says that it was given to them."""

    student_id: str
    exercise_id: UUID


async def load_exercises(database: Reader, student_ids: Sequence[str]) -> dict[str, Exercises]:
    """Return what is open of each student, and what is behind them."""
    kept: dict[str, list[Assigned]] = {student_id: [] for student_id in student_ids}
    done: dict[str, list[str]] = {student_id: [] for student_id in student_ids}
    for record in await database.fetch(_OPEN, list(kept)):
        if (assigned := _assigned(record)) is not None:
            kept[record["student_id"]].append(assigned)
    for record in await database.fetch(_DONE, list(kept)):
        done[record["student_id"]].append(short_id(record["exercise_id"]))
    return {
        student_id: Exercises(kept=tuple(kept[student_id]), done=tuple(done[student_id])) for student_id in student_ids
    }


async def load_assignments(database: Reader, wanted: Sequence[AssignmentKey]) -> dict[AssignmentKey, Assigned]:
    """Return exercises that students were given, however long ago; others are absent."""
    records = await database.fetch(_GIVEN, [key.student_id for key in wanted], [key.exercise_id for key in wanted])
    assignments = {AssignmentKey(record["student_id"], record["exercise_id"]): _assigned(record) for record in records}
    return {key: assigned for key, assigned in assignments.items() if assigned is not None}


def _assigned(record: asyncpg.Record) -> Assigned | None:
    """Return what a row says; None, and a warning, where today's rules refuse its exercise."""
    values: dict[str, Any] = {name: value for name, value in record.items() if value is not None}
    values["test_cases"] = orjson.loads(values["test_cases"])
    closed = Closing.SOLVED if record["passed_at"] else Closing.GIVEN_UP if record["given_up_at"] else None
    try:
        exercise = Exercise.model_validate(values)
    except ValidationError as error:
        _log.warning("exercise %s cannot be used: %s", record["exercise_id"], explain(error))
        return None
    return Assigned(
        exercise=exercise,
        assigned_at=record["assigned_at"],
        attempts=record["attempts"],
        hints_given=record["hints_given"],
        closed=closed,
    )
