-- A submission is evidence until its exercise is solved or given up; what comes later is kept, and counts nothing.
-- "Later" goes by the time at which it was graded, not by when it arrived, so what counts is asked for, not remembered.

CREATE VIEW exercise_evidence AS
SELECT message_id, student_id, exercise_id, query_id, score, passed, code, at, topic, error, gave_up
FROM (
    SELECT s.*, bool_or(passed OR gave_up) OVER (
        PARTITION BY student_id, exercise_id ORDER BY at, message_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS ended
    FROM exercise_submissions s
) AS submissions
WHERE ended IS NOT TRUE;

CREATE VIEW exercise_results AS
SELECT student_id, exercise_id, count(*)::integer AS attempts, max(score) AS best_score, max(at) AS submitted_at,
    min(at) FILTER (WHERE passed) AS passed_at, min(at) FILTER (WHERE gave_up) AS given_up_at,
    (array_agg(code ORDER BY at DESC, message_id DESC) FILTER (WHERE code IS NOT NULL))[1] AS last_code
FROM exercise_evidence GROUP BY student_id, exercise_id;

UPDATE student_exercises AS e
SET attempts = r.attempts, best_score = r.best_score, submitted_at = r.submitted_at, passed_at = r.passed_at,
    given_up_at = r.given_up_at, last_code = r.last_code
FROM exercise_results AS r WHERE r.student_id = e.student_id AND r.exercise_id = e.exercise_id;
