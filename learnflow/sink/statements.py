"""The sink's SQL. Each statement takes its rows as one JSON array of objects; the tables say of what types."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from learnflow.sink import rows


def _insert(table: str, columns: Iterable[str], key: str) -> str:
    """Return what inserts rows of a table, but those that are there."""
    names = ", ".join(columns)
    return f"""
INSERT INTO {table} ({names})
SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, $1)
ON CONFLICT ({key}) DO NOTHING
"""  # noqa: S608 - of the names in this package


def _assignments(columns: Iterable[str], value: str) -> str:
    """Return what sets columns, each to a value that is made of its name."""
    return ", ".join(f"{column} = {value.format(column)}" for column in columns)


# Locked, so that what is decided on these states still holds when it is written; in one order, against deadlocks.
READ_QUERIES: Final = f"""
SELECT query_id, student_id, {", ".join(rows.QueryState._fields)}
FROM query_history WHERE query_id = ANY($1::uuid[]) ORDER BY query_id FOR NO KEY UPDATE
"""  # noqa: S608 - as above

ENROL: Final = """
INSERT INTO students (student_id, name, email, created_at)
SELECT student_id, student_id, email, created_at FROM jsonb_populate_recordset(NULL::students, $1)
ON CONFLICT (student_id) DO NOTHING
"""

INSERT_QUERIES: Final = _insert("query_history", rows.QUERY_COLUMNS, "query_id")

MOVE_QUERIES: Final = f"""
UPDATE query_history AS q SET {_assignments(rows.QueryState._fields, "r.{0}")}
FROM jsonb_populate_recordset(NULL::query_history, $1) AS r WHERE q.query_id = r.query_id
"""  # noqa: S608 - as above

_OWN: Final = "student_id, message_id"  # a repeat is of the same student
RECORD_PROFILES: Final = _insert("profile_history", rows.ProfileRow._fields, _OWN) + "RETURNING student_id, message_id"

# An e-mail that was another student's when it came, and is told again: unless the student has another since then.
RETRY_EMAILS: Final = """
UPDATE profile_history AS h SET email = r.email FROM jsonb_populate_recordset(NULL::profile_history, $1) AS r
WHERE h.message_id = r.message_id AND h.student_id = r.student_id AND h.email IS NULL AND r.email IS NOT NULL
AND NOT EXISTS (SELECT FROM profile_history l WHERE l.student_id = h.student_id AND l.email IS NOT NULL AND l.at > h.at)
RETURNING h.student_id, h.message_id
"""

_PROFILE: Final = ("name", "email", "learning_style", "skill_level", "active")
UPDATE_STUDENTS: Final = f"""
UPDATE students AS s SET {_assignments(_PROFILE, "COALESCE(r.{0}, s.{0})")}
FROM jsonb_populate_recordset(NULL::students, $1) AS r WHERE s.student_id = r.student_id
"""  # noqa: S608 - as above

_HINTS: Final = """
UPDATE student_exercises AS e SET hints_given = GREATEST(e.hints_given, r.hints_given)
FROM (
    SELECT student_id, exercise_id, max(hints_given) AS hints_given
    FROM jsonb_populate_recordset(NULL::student_exercises, $1)
    GROUP BY student_id, exercise_id
) AS r
WHERE e.student_id = r.student_id AND e.exercise_id = r.exercise_id
"""

_RESULTS: Final = ("attempts", "best_score", "submitted_at", "passed_at", "given_up_at", "last_code")

# An exercise is assigned when it has been run, and may have been graded elsewhere meanwhile.
_ASSIGNMENTS: Final = f"""
INSERT INTO student_exercises (student_id, exercise_id, assigned_at, {", ".join(_RESULTS)})
SELECT n.student_id, n.exercise_id, n.assigned_at, COALESCE(attempts, 0), {", ".join(_RESULTS[1:])}
FROM (SELECT student_id, exercise_id, assigned_at FROM jsonb_populate_recordset(NULL::student_exercises, $1)) AS n
LEFT JOIN LATERAL (
    SELECT {", ".join(_RESULTS)} FROM exercise_results r
    WHERE r.student_id = n.student_id AND r.exercise_id = n.exercise_id
) AS results ON TRUE
ON CONFLICT (student_id, exercise_id) DO NOTHING
"""  # noqa: S608 - as above

# The results are of all submissions, those that this statement adds among them: the view does not see these yet.
_SUBMISSIONS: Final = f"""
WITH new AS (
    {_insert("exercise_submissions", rows.SubmissionRow._fields, _OWN)}
    RETURNING message_id, student_id, exercise_id, score, passed, code, at, gave_up
), submissions AS (
    SELECT * FROM new UNION ALL
    SELECT s.message_id, s.student_id, s.exercise_id, s.score, s.passed, s.code, s.at, s.gave_up
    FROM exercise_submissions s JOIN (SELECT DISTINCT student_id, exercise_id FROM new) AS changed
        USING (student_id, exercise_id)
), evidence AS (
    SELECT *, bool_or(passed OR gave_up) OVER (
        PARTITION BY student_id, exercise_id ORDER BY at, message_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS ended FROM submissions
), results AS (
    SELECT student_id, exercise_id, count(*) AS attempts, max(score) AS best_score, max(at) AS submitted_at,
        min(at) FILTER (WHERE passed) AS passed_at, min(at) FILTER (WHERE gave_up) AS given_up_at,
        (array_agg(code ORDER BY at DESC, message_id DESC) FILTER (WHERE code IS NOT NULL))[1] AS last_code
    FROM evidence WHERE ended IS NOT TRUE GROUP BY student_id, exercise_id
)
UPDATE student_exercises AS e SET {_assignments(_RESULTS, "r.{0}")}
FROM results AS r WHERE e.student_id = r.student_id AND e.exercise_id = r.exercise_id
"""  # noqa: S608 - as above

# Progress follows the state, whose version alone says which is newer. A trigger sets updated_at.
_PROGRESS_COLUMNS: Final = [name for name in rows.ProgressRow._fields if name not in {"state", "version"}]
_CHANGING: Final = [name for name in _PROGRESS_COLUMNS if name not in {"student_id", "updated_at"}]
_PROGRESS: Final = f"""
WITH newer AS (
    INSERT INTO student_state AS s (student_id, state, version)
    SELECT student_id, state, version FROM jsonb_populate_recordset(NULL::student_state, $1)
    ON CONFLICT (student_id) DO UPDATE SET state = EXCLUDED.state, version = EXCLUDED.version
    WHERE s.version < EXCLUDED.version
    RETURNING student_id
)
INSERT INTO student_progress ({", ".join(_PROGRESS_COLUMNS)})
SELECT {", ".join(_PROGRESS_COLUMNS)}
FROM jsonb_populate_recordset(NULL::student_progress, $1) JOIN newer USING (student_id)
ON CONFLICT (student_id) DO UPDATE SET {_assignments(_CHANGING, "EXCLUDED.{0}")}
"""  # noqa: S608 - as above

# Written last: whoever writes it keeps other writers waiting until it commits.
_TOTALS: Final = """
INSERT INTO agent_totals (agent_name, questions)
SELECT agent_name, questions FROM jsonb_populate_recordset(NULL::agent_totals, $1)
ON CONFLICT (agent_name) DO UPDATE SET questions = agent_totals.questions + EXCLUDED.questions
"""

# Tables to which a batch adds many rows. Where all of them are new they are copied, which takes half of the time.
COPIED: Final[Mapping[type[rows.Row], str]] = MappingProxyType({
    rows.ResponseRow: "agent_responses",
    rows.FlowRow: "message_flow",
    rows.MasteryRow: "mastery_history",
    rows.UsageRow: "claude_usage",
})

# Parents first.
WRITE: Final[Mapping[type[rows.Row], str]] = MappingProxyType({
    rows.ExerciseRow: _insert("exercises", rows.ExerciseRow._fields, "exercise_id"),
    rows.AssignmentRow: _ASSIGNMENTS,
    rows.HintRow: _HINTS,
    rows.SubmissionRow: _SUBMISSIONS,
    rows.RatingRow: _insert("response_ratings", rows.RatingRow._fields, _OWN),
    rows.TeacherAnswerRow: _insert("teacher_answers", rows.TeacherAnswerRow._fields, _OWN),
    rows.ResponseRow: _insert("agent_responses", rows.ResponseRow._fields, "query_id"),
    rows.FlowRow: _insert("message_flow", rows.FlowRow._fields, "message_id"),
    rows.MasteryRow: _insert("mastery_history", rows.MasteryRow._fields, _OWN),
    rows.StruggleRow: _insert("struggle_history", rows.StruggleRow._fields, _OWN),
    rows.ProgressRow: _PROGRESS,
    rows.UsageRow: _insert("claude_usage", rows.UsageRow._fields, "message_id, agent, model"),
    rows.TotalRow: _TOTALS,
})
