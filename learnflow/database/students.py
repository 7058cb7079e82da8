"""What core reads back from PostgreSQL, the source of truth: students, with all that its tables hold of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import asyncpg
import orjson

from learnflow.database.connection import BatchSource
from learnflow.database.exercises import load_exercises
from learnflow.database.postgres import Reader
from learnflow.domain.conversation import LONGEST_ANSWER, LONGEST_QUESTION
from learnflow.domain.student_exercises import Exercises
from learnflow.models.events.routing import Turn
from learnflow.models.learner_model import LearnerState
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.student import Profile

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
    SELECT h.student_id, h.query_id, h.timestamp AS at, r.agent_type AS agent, h.topic,
        left(h.query_text, {LONGEST_QUESTION}) AS question, left(r.response_text, {LONGEST_ANSWER}) AS answer
    FROM query_history h JOIN agent_responses r USING (query_id)
    WHERE h.student_id = asked.student_id AND h.status = 'completed'
    ORDER BY h.timestamp DESC, h.query_id LIMIT $2
) AS q
ORDER BY q.at, q.query_id DESC
"""  # noqa: S608 - of the constants above

_PROFILE: Final = ("name", "learning_style", "skill_level", "active")
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


async def load_students(database: Reader, student_ids: Sequence[str], turns: int) -> dict[str, StoredStudent]:
    """Return the students that PostgreSQL knows, each with so many turns at the most; others are absent."""
    wanted = list(dict.fromkeys(student_ids))
    conversations: dict[str, list[Turn]] = {}
    for record in await database.fetch(_TURNS, wanted, turns):
        conversations.setdefault(record["student_id"], []).append(Turn.model_validate(dict(record)))
    exercises = await load_exercises(database, wanted)
    return {
        (student_id := record["student_id"]): _student(
            record, tuple(conversations.get(student_id, ())), exercises[student_id]
        )
        for record in await database.fetch(_STUDENTS, wanted)
    }


def _student(record: asyncpg.Record, turns: tuple[Turn, ...], exercises: Exercises) -> StoredStudent:
    profile = {name: record[name] for name in _PROFILE if record[name] is not None}
    return StoredStudent(
        profile=Profile.model_validate(profile),
        progress=_progress(record) if record["has_progress"] else None,
        state=LearnerState() if record["state"] is None else LearnerState.model_validate_json(record["state"]),
        version=record["version"] or 0,
        turns=turns,
        exercises=exercises,
    )


def _progress(record: asyncpg.Record) -> LearningProgress:
    values = {name: value for name, value in record.items() if value is not None}
    return LearningProgress.model_validate(
        values | {name: orjson.loads(values[name]) for name in _JSON if name in values}
    )


class StudentSource(BatchSource[str, StoredStudent]):
    """Reads students by their ids, each with so many turns at the most."""

    def __init__(self, url: str, turns: int) -> None:
        super().__init__(url, partial(load_students, turns=turns))
