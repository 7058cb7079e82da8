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
    ProgressRow,
    ResponseRow,
    Row,
    StruggleRow,
    SubmissionRow,
    UsageRow,
)

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

INSERT_QUERIES: Final = """
INSERT INTO query_history (query_id, student_id, query_text, timestamp, code_snippet, language, context, status,
    routed_to_agent, detected_intent, triage_confidence, topic, question_key, failure_reason)
SELECT query_id, student_id, query_text, timestamp, code_snippet, language, context, status,
    routed_to_agent, detected_intent, triage_confidence, topic, question_key, failure_reason
FROM jsonb_populate_recordset(NULL::query_history, $1)
ON CONFLICT (query_id) DO NOTHING
"""

MOVE_QUERIES: Final = """
UPDATE query_history AS q
SET status = r.status, routed_to_agent = r.routed_to_agent, detected_intent = r.detected_intent,
    triage_confidence = r.triage_confidence, topic = r.topic, question_key = r.question_key,
    failure_reason = r.failure_reason
FROM jsonb_populate_recordset(NULL::query_history, $1) AS r
WHERE q.query_id = r.query_id
"""

RECORD_PROFILES: Final = """
INSERT INTO profile_history (message_id, student_id, name, email, learning_style, skill_level, active, reason, at)
SELECT message_id, student_id, name, email, learning_style, skill_level, active, reason, at
FROM jsonb_populate_recordset(NULL::profile_history, $1)
ON CONFLICT (message_id) DO NOTHING
RETURNING message_id
"""

UPDATE_STUDENTS: Final = """
UPDATE students AS s
SET name = COALESCE(r.name, s.name), email = COALESCE(r.email, s.email),
    learning_style = COALESCE(r.learning_style, s.learning_style),
    skill_level = COALESCE(r.skill_level, s.skill_level), active = COALESCE(r.active, s.active)
FROM jsonb_populate_recordset(NULL::students, $1) AS r
WHERE s.student_id = r.student_id
"""

_EXERCISES: Final = """
INSERT INTO exercises (exercise_id, title, topic, difficulty, problem_text, solution_code, starter_code, test_cases,
    hints, created_at, created_by_agent, language, tags)
SELECT exercise_id, title, topic, difficulty, problem_text, solution_code, starter_code, test_cases, hints,
    created_at, created_by_agent, language, tags
FROM jsonb_populate_recordset(NULL::exercises, $1)
ON CONFLICT (exercise_id) DO NOTHING
"""

_ASSIGNMENTS: Final = """
INSERT INTO student_exercises (student_id, exercise_id, assigned_at)
SELECT student_id, exercise_id, assigned_at FROM jsonb_populate_recordset(NULL::student_exercises, $1)
ON CONFLICT (student_id, exercise_id) DO NOTHING
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

_RESPONSES: Final = """
INSERT INTO agent_responses (response_id, query_id, agent_type, response_text, response_type, processing_time_ms,
    confidence_score, code_examples, metadata, created_at, claude_model, token_count)
SELECT response_id, query_id, agent_type, response_text, response_type, processing_time_ms,
    confidence_score, code_examples, metadata, created_at, claude_model, token_count
FROM jsonb_populate_recordset(NULL::agent_responses, $1)
ON CONFLICT (query_id) DO NOTHING
"""

_FLOW: Final = """
INSERT INTO message_flow (message_id, trace_id, query_id, source_agent, destination_agent, message_content,
    message_type, timestamp, sequence_order)
SELECT message_id, trace_id, query_id, source_agent, destination_agent, message_content, message_type, timestamp,
    sequence_order
FROM jsonb_populate_recordset(NULL::message_flow, $1)
ON CONFLICT (message_id) DO NOTHING
"""

_MASTERY: Final = """
INSERT INTO mastery_history (message_id, student_id, topic, old_level, new_level, reason, evidence, model_version,
    set_by, at)
SELECT message_id, student_id, topic, old_level, new_level, reason, evidence, model_version, set_by, at
FROM jsonb_populate_recordset(NULL::mastery_history, $1)
ON CONFLICT (message_id) DO NOTHING
"""

_STRUGGLES: Final = """
INSERT INTO struggle_history (message_id, student_id, topic, struggle_level, query_count, time_window_minutes,
    recommendation, evidence, resolved_by, reason, at, signals)
SELECT message_id, student_id, topic, struggle_level, query_count, time_window_minutes, recommendation, evidence,
    resolved_by, reason, at, signals
FROM jsonb_populate_recordset(NULL::struggle_history, $1)
ON CONFLICT (message_id) DO NOTHING
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

_USAGE: Final = """
INSERT INTO claude_usage (message_id, agent, model, query_id, student_id, topic, calls, input_tokens, output_tokens,
    cache_read_tokens, cache_write_tokens, price_usd, at)
SELECT message_id, agent, model, query_id, student_id, topic, calls, input_tokens, output_tokens,
    cache_read_tokens, cache_write_tokens, price_usd, at
FROM jsonb_populate_recordset(NULL::claude_usage, $1)
ON CONFLICT (message_id, agent, model) DO NOTHING
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
    ExerciseRow: _EXERCISES,
    AssignmentRow: _ASSIGNMENTS,
    HintRow: _HINTS,
    SubmissionRow: _SUBMISSIONS,
    ResponseRow: _RESPONSES,
    FlowRow: _FLOW,
    MasteryRow: _MASTERY,
    StruggleRow: _STRUGGLES,
    ProgressRow: _PROGRESS,
    UsageRow: _USAGE,
})
