"""What core reads back from PostgreSQL, the source of truth: students, with their turns and exercises."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from mode.utils.logging import get_logger
from pydantic import ValidationError

from learnflow.database.postgres import BatchSource, Reader, present
from learnflow.domain.conversation import LONGEST_ANSWER, turn_of
from learnflow.domain.student_exercises import MOST_DONE, MOST_KEPT, Exercises
from learnflow.models.events.routing import Turn
from learnflow.models.exercise import Assigned, Exercise
from learnflow.models.fields import explain, short_id
from learnflow.models.learner_model import LearnerState
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.student import Profile
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Closing, Specialist

_log = get_logger(__name__)

# A skill level counts as said when it is in the history, or is not the one that everybody starts with.
_STUDENTS: Final = """
SELECT s.student_id, NULLIF(s.name, s.student_id) AS name, s.learning_style, s.active,
    CASE WHEN s.skill_level <> 'beginner' OR EXISTS (
        SELECT FROM profile_history h WHERE h.student_id = s.student_id AND h.skill_level IS NOT NULL
    ) THEN s.skill_level END AS skill_level,
    t.state, t.version,
    p.student_id IS NOT NULL AS has_progress, p.python_mastery_levels, p.completed_exercises, p.topics_mastered,
    p.topics_covered, p.strengths, p.weaknesses, p.learning_velocity, p.total_queries, p.queries_by_type,
    p.last_activity, p.struggle_topics, p.achievements, p.created_at, p.updated_at
FROM students s
LEFT JOIN student_state t USING (student_id)
LEFT JOIN student_progress p USING (student_id)
WHERE s.student_id = ANY($1::text[])
"""

_TURNS: Final = f"""
SELECT q.*
FROM unnest($1::text[]) AS asked (student_id)
CROSS JOIN LATERAL (
    SELECT h.student_id, h.query_id, h.timestamp, h.topic, h.query_text, h.code_snippet, h.language, r.agent_type,
        left(r.response_text, {LONGEST_ANSWER}) AS answer, r.metadata->>'topic' AS answer_topic,
        r.metadata->>'exercise_id' AS exercise_id
    FROM query_history h JOIN agent_responses r USING (query_id)
    WHERE h.student_id = asked.student_id AND h.status = 'completed'
    ORDER BY h.timestamp DESC, h.query_id LIMIT $2
) AS q
ORDER BY q.timestamp, q.query_id DESC
"""  # noqa: S608 - of the constants above

_ASSIGNMENT: Final = """
    s.student_id, s.assigned_at, s.hints_given, s.passed_at, s.given_up_at, e.exercise_id, e.title,
    e.topic, e.difficulty, e.problem_text, e.solution_code, e.starter_code, e.test_cases, e.hints, e.created_at,
    e.created_by_agent, e.language, e.tags
"""

_OPEN: Final = f"""
SELECT given.* FROM unnest($1::text[]) AS asked (student_id)
CROSS JOIN LATERAL (
    SELECT {_ASSIGNMENT} FROM student_exercises s JOIN exercises e USING (exercise_id)
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
SELECT {_ASSIGNMENT} FROM student_exercises s JOIN exercises e USING (exercise_id)
JOIN unnest($1::text[], $2::uuid[]) AS asked (student_id, exercise_id)
    ON s.student_id = asked.student_id AND s.exercise_id = asked.exercise_id
"""  # noqa: S608 - of the constants above

_JSON: Final = ("python_mastery_levels", "queries_by_type")


@dataclass(frozen=True, slots=True)
class StoredStudent:
    """What PostgreSQL knows of a student. `version` is 0 before the first progress, `turns` has the oldest first."""

    profile: Profile
    progress: LearningProgress | None
    state: LearnerState
    version: int
    turns: tuple[Turn, ...]
    exercises: Exercises


class AssignmentKey(NamedTuple):
    """An exercise, and the student who says that it was given to them."""

    student_id: str
    exercise_id: UUID


async def load_students(database: Reader, student_ids: Sequence[str], turns: int) -> dict[str, StoredStudent]:
    """Return the students that PostgreSQL knows, each with so many turns at the most; others are absent."""
    wanted = list(dict.fromkeys(student_ids))
    conversations: dict[str, list[Turn]] = {}
    for record in await database.fetch(_TURNS, wanted, turns):
        conversations.setdefault(record["student_id"], []).append(_turn(record))
    exercises = await load_exercises(database, wanted)
    return {
        (student_id := record["student_id"]): _student(
            record, tuple(conversations.get(student_id, ())), exercises[student_id]
        )
        for record in await database.fetch(_STUDENTS, wanted)
    }


def _turn(record: asyncpg.Record) -> Turn:
    columns = present(record)
    metadata = {"topic": record["answer_topic"], "exercise_id": record["exercise_id"]}
    return turn_of(StudentQuery.model_validate(columns), Specialist(record["agent_type"]), record["answer"], metadata)


def _student(record: asyncpg.Record, turns: tuple[Turn, ...], exercises: Exercises) -> StoredStudent:
    columns = present(record)
    json = {name: orjson.loads(columns[name]) for name in _JSON if name in columns}
    return StoredStudent(
        profile=Profile.model_validate(columns),
        progress=_progress(columns | json) if record["has_progress"] else None,
        state=LearnerState() if record["state"] is None else LearnerState.model_validate_json(record["state"]),
        version=record["version"] or 0,
        turns=turns,
        exercises=exercises,
    )


def _progress(columns: dict[str, Any]) -> LearningProgress:
    """Return what a row says; where somebody has changed it against the rules, until the state gives the next one."""
    try:
        return LearningProgress.model_validate(columns)
    except ValidationError as error:
        _log.warning("the progress of a student breaks a rule, and is used until the next event: %s", explain(error))
        return LearningProgress.model_construct(**columns)


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
    values = present(record) | {"test_cases": orjson.loads(record["test_cases"])}
    passed_at, given_up_at = record["passed_at"], record["given_up_at"]
    closed = Closing.SOLVED if passed_at else Closing.GIVEN_UP if given_up_at else None
    try:
        exercise = Exercise.model_validate(values)
    except ValidationError as error:
        _log.warning("exercise %s cannot be used: %s", record["exercise_id"], explain(error))
        return None
    return Assigned(
        exercise=exercise,
        assigned_at=record["assigned_at"],
        hints_given=record["hints_given"],
        closed=closed,
        closed_at=passed_at or given_up_at,
    )


class StudentSource(BatchSource[str, StoredStudent]):
    """Reads students by their ids, each with so many turns at the most."""

    def __init__(self, url: str, turns: int) -> None:
        super().__init__(url, partial(load_students, turns=turns))
