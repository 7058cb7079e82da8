"""What PostgreSQL's history says of students, as the learner observed it, in the order of its times."""

from collections.abc import AsyncIterator
from typing import Final

import asyncpg
from pydantic import TypeAdapter

from learnflow.database.postgres import present
from learnflow.database.purge import purged
from learnflow.models.learner_model import Observation

AT_A_TIME: Final = 500  # students

_STUDENTS: Final = """
SELECT student_id FROM students WHERE student_id > $1 AND ($2::text[] IS NULL OR student_id = ANY($2::text[]))
ORDER BY student_id LIMIT $3
"""

# A teacher's word is a row without an old level; what the learner made of it is another.
_OBSERVATIONS: Final = """
SELECT student_id, timestamp AS at, query_id AS id, 'asked' AS kind, topic, detected_intent AS intent,
    NULL::uuid AS exercise, NULL::float8 AS score, NULL::boolean AS gave_up, NULL::text AS level
FROM query_history WHERE student_id = ANY($1::text[]) AND detected_intent IS NOT NULL
UNION ALL
SELECT student_id, at, message_id, 'graded', topic, NULL, exercise_id, score, gave_up, NULL
FROM exercise_submissions WHERE student_id = ANY($1::text[])
UNION ALL
SELECT student_id, at, message_id, 'set', topic, NULL, NULL, NULL, NULL, new_level::text
FROM mastery_history WHERE student_id = ANY($1::text[]) AND set_by IS NOT NULL AND old_level IS NULL
UNION ALL
SELECT student_id, at, message_id, CASE WHEN resolved_by IS NULL THEN 'struggling' ELSE 'resolved' END, topic, NULL,
    NULL, NULL, NULL, struggle_level
FROM struggle_history WHERE student_id = ANY($1::text[])
ORDER BY student_id, at, id
"""
_OBSERVATION: Final[TypeAdapter[Observation]] = TypeAdapter(Observation)


async def load_histories(
    connection: "asyncpg.Connection[asyncpg.Record]", students: list[str] | None = None
) -> AsyncIterator[tuple[str, list[Observation]]]:
    """Yield each student, or each of those named that exist, with all that was observed, oldest first."""
    last = ""
    while True:
        records = await connection.fetch(_STUDENTS, last, students, AT_A_TIME)
        histories: dict[str, list[Observation]] = {record["student_id"]: [] for record in records}
        if not histories:
            return
        for record in await connection.fetch(_OBSERVATIONS, list(histories)):
            histories[record["student_id"]].append(_OBSERVATION.validate_python(present(record)))
        for student_id, observations in histories.items():
            yield student_id, observations
        last = records[-1]["student_id"]


async def load_complete_histories(
    connection: "asyncpg.Connection[asyncpg.Record]", students: list[str]
) -> dict[str, list[Observation]]:
    """Return the histories of those of whose questions none is deleted: without them a sum would be wrong."""
    histories = {student_id: history async for student_id, history in load_histories(connection, students)}
    gone = await purged(connection, students)  # after the history was read: what goes now is in it still
    return {student_id: history for student_id, history in histories.items() if student_id not in gone}
