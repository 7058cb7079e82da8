"""The sink's SQL. Each statement takes its rows as one array a column, in the order of the row's fields."""

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
)
from learnflow.sink.usage import UsageRow

# Locked, so that what is decided on these states still holds when it is written; in one order, against deadlocks.
READ_QUERIES: Final = """
SELECT query_id, student_id, status, routed_to_agent, detected_intent, triage_confidence, topic,
    question_key, failure_reason
FROM query_history WHERE query_id = ANY($1::uuid[]) ORDER BY query_id FOR NO KEY UPDATE
"""

ENROL: Final = """
INSERT INTO students (student_id, name, email, created_at)
SELECT student_id, student_id, email, created_at
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS r (student_id, email, created_at)
ON CONFLICT (student_id) DO NOTHING
"""

INSERT_QUERIES: Final = """
INSERT INTO query_history (query_id, student_id, query_text, timestamp, code_snippet, language, context, status,
    routed_to_agent, detected_intent, triage_confidence, topic, question_key, failure_reason)
SELECT query_id, student_id, query_text, timestamp, code_snippet, language, context::jsonb, status,
    routed_to_agent, detected_intent, triage_confidence, topic, question_key, failure_reason
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::numeric[], $12::text[], $13::text[], $14::text[])
AS r (query_id, student_id, query_text, timestamp, code_snippet, language, context, status,
    routed_to_agent, detected_intent, triage_confidence, topic, question_key, failure_reason)
ON CONFLICT (query_id) DO NOTHING
"""

MOVE_QUERIES: Final = """
UPDATE query_history AS q
SET status = r.status, routed_to_agent = r.routed_to_agent, detected_intent = r.detected_intent,
    triage_confidence = r.triage_confidence, topic = r.topic, question_key = r.question_key,
    failure_reason = r.failure_reason
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::text[], $8::text[])
AS r (query_id, status, routed_to_agent, detected_intent, triage_confidence, topic, question_key, failure_reason)
WHERE q.query_id = r.query_id
"""

RECORD_PROFILES: Final = """
INSERT INTO profile_history (message_id, student_id, name, email, learning_style, skill_level, active, reason, at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::text[],
    $9::timestamptz[])
ON CONFLICT (message_id) DO NOTHING
RETURNING message_id
"""

UPDATE_STUDENTS: Final = """
UPDATE students AS s
SET name = COALESCE(r.name, s.name), email = COALESCE(r.email, s.email),
    learning_style = COALESCE(r.learning_style, s.learning_style),
    skill_level = COALESCE(r.skill_level, s.skill_level), active = COALESCE(r.active, s.active)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[])
AS r (student_id, name, email, learning_style, skill_level, active)
WHERE s.student_id = r.student_id
"""

_EXERCISES: Final = """
INSERT INTO exercises (exercise_id, title, topic, difficulty, problem_text, solution_code, starter_code, test_cases,
    hints, created_at, created_by_agent, language, tags)
SELECT exercise_id, title, topic, difficulty, problem_text, solution_code, starter_code, test_cases::jsonb,
    hints::text[], created_at, created_by_agent, language, tags::text[]
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::timestamptz[], $11::text[], $12::text[], $13::text[])
AS r (exercise_id, title, topic, difficulty, problem_text, solution_code, starter_code, test_cases, hints,
    created_at, created_by_agent, language, tags)
ON CONFLICT (exercise_id) DO NOTHING
"""

_ASSIGNMENTS: Final = """
INSERT INTO student_exercises (student_id, exercise_id, assigned_at)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[])
ON CONFLICT (student_id, exercise_id) DO NOTHING
"""

_HINTS: Final = """
UPDATE student_exercises AS e SET hints_given = GREATEST(e.hints_given, r.number)
FROM (
    SELECT student_id, exercise_id, max(number) AS number
    FROM unnest($1::text[], $2::uuid[], $3::int[]) AS given (student_id, exercise_id, number)
    GROUP BY student_id, exercise_id
) AS r
WHERE e.student_id = r.student_id AND e.exercise_id = r.exercise_id
"""

# Only submissions that are new count, so that a repeat changes nothing.
_SUBMISSIONS: Final = """
WITH new AS (
    INSERT INTO exercise_submissions (message_id, student_id, exercise_id, query_id, score, passed, code, at,
        topic, error, gave_up)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::float8[], $6::bool[], $7::text[],
        $8::timestamptz[], $9::text[], $10::text[], $11::bool[])
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
    confidence_score, code_examples::text[], metadata::jsonb, created_at, claude_model, token_count
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::numeric[], $8::text[],
    $9::text[], $10::timestamptz[], $11::text[], $12::int[])
AS r (response_id, query_id, agent_type, response_text, response_type, processing_time_ms,
    confidence_score, code_examples, metadata, created_at, claude_model, token_count)
ON CONFLICT (query_id) DO NOTHING
"""

_FLOW: Final = """
INSERT INTO message_flow (message_id, trace_id, query_id, source_agent, destination_agent, message_content,
    message_type, timestamp, sequence_order)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[], $9::int[])
ON CONFLICT (message_id) DO NOTHING
"""

_MASTERY: Final = """
INSERT INTO mastery_history (message_id, student_id, topic, old_level, new_level, reason, evidence, model_version,
    set_by, at)
SELECT message_id, student_id, topic, old_level, new_level, reason, evidence::uuid[], model_version, set_by, at
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::timestamptz[])
AS r (message_id, student_id, topic, old_level, new_level, reason, evidence, model_version, set_by, at)
ON CONFLICT (message_id) DO NOTHING
"""

_STRUGGLES: Final = """
INSERT INTO struggle_history (message_id, student_id, topic, struggle_level, query_count, time_window_minutes,
    recommendation, evidence, resolved_by, reason, at, signals)
SELECT message_id, student_id, topic, struggle_level, query_count, time_window_minutes,
    recommendation, evidence::uuid[], resolved_by, reason, at, signals::jsonb
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::timestamptz[], $12::text[])
AS r (message_id, student_id, topic, struggle_level, query_count, time_window_minutes,
    recommendation, evidence, resolved_by, reason, at, signals)
ON CONFLICT (message_id) DO NOTHING
"""

# Progress follows the state, whose version alone says which is newer.
_PROGRESS: Final = """
WITH r AS (
    SELECT * FROM unnest($1::text[], $2::int8[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::float8[], $11::int[], $12::text[], $13::timestamptz[], $14::text[], $15::text[],
        $16::timestamptz[], $17::timestamptz[])
    AS r (student_id, version, state, python_mastery_levels, completed_exercises, topics_mastered, topics_covered,
        strengths, weaknesses, learning_velocity, total_queries, queries_by_type, last_activity, struggle_topics,
        achievements, created_at, updated_at)
), newer AS (
    INSERT INTO student_state AS s (student_id, state, version)
    SELECT student_id, state::jsonb, version FROM r
    ON CONFLICT (student_id) DO UPDATE SET state = EXCLUDED.state, version = EXCLUDED.version
    WHERE s.version < EXCLUDED.version
    RETURNING student_id
)
INSERT INTO student_progress (student_id, python_mastery_levels, completed_exercises, topics_mastered,
    topics_covered, strengths, weaknesses, learning_velocity, total_queries, queries_by_type, last_activity,
    struggle_topics, achievements, created_at, updated_at)
SELECT student_id, python_mastery_levels::jsonb, completed_exercises, topics_mastered::text[],
    topics_covered::text[], strengths::text[], weaknesses::text[], learning_velocity, total_queries,
    queries_by_type::jsonb, last_activity, struggle_topics::text[], achievements::text[], created_at, updated_at
FROM r JOIN newer USING (student_id)
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
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::int[], $8::int8[],
    $9::int8[], $10::int8[], $11::int8[], $12::numeric[], $13::timestamptz[])
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
