"""The sink's SQL. Each statement takes its rows as one JSON array of objects; the tables say of what types."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from learnflow.sink.rows import (
    AssignmentRow,
    ExerciseRow,
    FlowRow,
    HintRow,
    MasteryRow,
    ProfileRow,
    ProgressRow,
    QueryInsert,
    ResponseRow,
    Row,
    StruggleRow,
    SubmissionRow,
    UsageRow,
)


def _insert(table: str, row: type[Row | QueryInsert], key: str) -> str:
    """Return what inserts rows of a table, whose columns are called as the row's fields, but those that are there."""
    columns = ", ".join(row._fields)
    return f"""
INSERT INTO {table} ({columns})
SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, $1)
ON CONFLICT ({key}) DO NOTHING
"""  # noqa: S608 - of the names in this module


# Locked, so that what is decided on these states still holds when it is written; in one order, against deadlocks.
READ_QUERIES: Final = """
SELECT query_id, student_id, status, routed_to_agent, detected_intent, triage_confidence, topic,
    question_key, failure_reason
FROM query_history WHERE query_id = ANY($1::uuid[]) ORDER BY query_id FOR NO KEY UPDATE
"""

ENROL: Final = """
INSERT INTO students (student_id, name, email, created_at)
SELECT student_id, student_id, email, created_at FROM jsonb_populate_recordset(NULL::students, $1)
ON CONFLICT (student_id) DO NOTHING
"""

INSERT_QUERIES: Final = _insert("query_history", QueryInsert, "query_id")

MOVE_QUERIES: Final = """
UPDATE query_history AS q
SET status = r.status, routed_to_agent = r.routed_to_agent, detected_intent = r.detected_intent,
    triage_confidence = r.triage_confidence, topic = r.topic, question_key = r.question_key,
    failure_reason = r.failure_reason
FROM jsonb_populate_recordset(NULL::query_history, $1) AS r
WHERE q.query_id = r.query_id
"""

RECORD_PROFILES: Final = _insert("profile_history", ProfileRow, "message_id") + "RETURNING message_id"

UPDATE_STUDENTS: Final = """
UPDATE students AS s
SET name = COALESCE(r.name, s.name), email = COALESCE(r.email, s.email),
    learning_style = COALESCE(r.learning_style, s.learning_style),
    skill_level = COALESCE(r.skill_level, s.skill_level), active = COALESCE(r.active, s.active)
FROM jsonb_populate_recordset(NULL::students, $1) AS r
WHERE s.student_id = r.student_id
"""

_HINTS: Final = """
UPDATE student_exercises AS e SET hints_given = GREATEST(e.hints_given, r.hints_given)
FROM (
    SELECT student_id, exercise_id, max(hints_given) AS hints_given
    FROM jsonb_populate_recordset(NULL::student_exercises, $1)
    GROUP BY student_id, exercise_id
) AS r
WHERE e.student_id = r.student_id AND e.exercise_id = r.exercise_id
"""

# Only submissions that are new count, so that a repeat changes nothing.
_SUBMISSIONS: Final = """
WITH new AS (
    INSERT INTO exercise_submissions (message_id, student_id, exercise_id, query_id, score, passed, code, at,
        topic, error, gave_up)
    SELECT message_id, student_id, exercise_id, query_id, score, passed, code, at, topic, error, gave_up
    FROM jsonb_populate_recordset(NULL::exercise_submissions, $1)
    ON CONFLICT (message_id) DO NOTHING
    RETURNING student_id, exercise_id, score, passed, code, at, gave_up
), total AS (
    SELECT student_id, exercise_id, count(*) AS attempts, max(score) AS score, max(at) AS at,
        min(at) FILTER (WHERE passed) AS passed_at, min(at) FILTER (WHERE gave_up) AS given_up_at,
        (array_agg(code ORDER BY at DESC) FILTER (WHERE code IS NOT NULL))[1] AS code
    FROM new GROUP BY student_id, exercise_id
)
UPDATE student_exercises AS e
SET attempts = e.attempts + total.attempts,
    best_score = GREATEST(e.best_score, total.score),
    submitted_at = GREATEST(e.submitted_at, total.at),
    passed_at = LEAST(e.passed_at, total.passed_at), given_up_at = LEAST(e.given_up_at, total.given_up_at),
    last_code = CASE WHEN e.last_code IS NULL OR total.at >= e.submitted_at
        THEN COALESCE(total.code, e.last_code) ELSE e.last_code END
FROM total WHERE e.student_id = total.student_id AND e.exercise_id = total.exercise_id
"""

# Progress follows the state, whose version alone says which is newer.
_PROGRESS: Final = """
WITH newer AS (
    INSERT INTO student_state AS s (student_id, state, version)
    SELECT student_id, state, version FROM jsonb_populate_recordset(NULL::student_state, $1)
    ON CONFLICT (student_id) DO UPDATE SET state = EXCLUDED.state, version = EXCLUDED.version
    WHERE s.version < EXCLUDED.version
    RETURNING student_id
)
INSERT INTO student_progress (student_id, python_mastery_levels, completed_exercises, topics_mastered,
    topics_covered, strengths, weaknesses, learning_velocity, total_queries, queries_by_type, last_activity,
    struggle_topics, achievements, created_at, updated_at)
SELECT student_id, python_mastery_levels, completed_exercises, topics_mastered,
    topics_covered, strengths, weaknesses, learning_velocity, total_queries, queries_by_type, last_activity,
    struggle_topics, achievements, created_at, updated_at
FROM jsonb_populate_recordset(NULL::student_progress, $1) JOIN newer USING (student_id)
ON CONFLICT (student_id) DO UPDATE SET
    python_mastery_levels = EXCLUDED.python_mastery_levels, completed_exercises = EXCLUDED.completed_exercises,
    topics_mastered = EXCLUDED.topics_mastered, topics_covered = EXCLUDED.topics_covered,
    strengths = EXCLUDED.strengths, weaknesses = EXCLUDED.weaknesses,
    learning_velocity = EXCLUDED.learning_velocity, total_queries = EXCLUDED.total_queries,
    queries_by_type = EXCLUDED.queries_by_type, last_activity = EXCLUDED.last_activity,
    struggle_topics = EXCLUDED.struggle_topics, achievements = EXCLUDED.achievements,
    created_at = EXCLUDED.created_at
"""

# Tables to which a batch adds many rows. Where all of them are new they are copied, which takes half of the time.
COPIED: Final[Mapping[type[Row], str]] = MappingProxyType({
    ResponseRow: "agent_responses",
    FlowRow: "message_flow",
    MasteryRow: "mastery_history",
    UsageRow: "claude_usage",
})

# Parents first.
WRITE: Final[Mapping[type[Row], str]] = MappingProxyType({
    ExerciseRow: _insert("exercises", ExerciseRow, "exercise_id"),
    AssignmentRow: _insert("student_exercises", AssignmentRow, "student_id, exercise_id"),
    HintRow: _HINTS,
    SubmissionRow: _SUBMISSIONS,
    ResponseRow: _insert("agent_responses", ResponseRow, "query_id"),
    FlowRow: _insert("message_flow", FlowRow, "message_id"),
    MasteryRow: _insert("mastery_history", MasteryRow, "message_id"),
    StruggleRow: _insert("struggle_history", StruggleRow, "message_id"),
    ProgressRow: _PROGRESS,
    UsageRow: _insert("claude_usage", UsageRow, "message_id, agent, model"),
})
