-- Figures of triage, and what is left of questions that are too old to be kept.

-- Section 4 of the data model, triage:metrics, by UTC day and intent. Times are in milliseconds from the question's own
-- time: to triage's decision, and to the answer. A sender's clock that is ahead makes them 0.
CREATE VIEW triage_metrics AS
SELECT (q.timestamp AT TIME ZONE 'UTC')::date AS day, q.detected_intent AS intent, count(*) AS queries,
    count(*) FILTER (WHERE q.status = 'failed') AS failed, avg(q.triage_confidence)::float8 AS mean_confidence,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY m.triage) AS triage_ms_median,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY m.triage) AS triage_ms_p95,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY m.answer) AS answer_ms_median,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY m.answer) AS answer_ms_p95
FROM query_history q
LEFT JOIN agent_responses r USING (query_id)
LEFT JOIN LATERAL (
    SELECT min(f.timestamp) AS at FROM message_flow f
    WHERE f.query_id = q.query_id AND f.message_type = 'routing_decision'
) AS t ON TRUE
CROSS JOIN LATERAL (  -- NULL where there is none, which GREATEST would take for the 0
    SELECT CASE WHEN t.at IS NOT NULL THEN GREATEST(extract(epoch FROM t.at - q.timestamp)::float8 * 1000, 0) END
        AS triage,
    CASE WHEN r.created_at IS NOT NULL THEN GREATEST(extract(epoch FROM r.created_at - q.timestamp)::float8 * 1000, 0)
        END AS answer
) AS m
WHERE q.detected_intent IS NOT NULL
GROUP BY 1, 2;

-- How many questions of a student are deleted, and up to when: without them, a history cannot be added up again.
CREATE TABLE purged_queries (
    student_id VARCHAR(255) PRIMARY KEY REFERENCES students(student_id) ON DELETE CASCADE,
    queries BIGINT NOT NULL CHECK (queries > 0),
    until TIMESTAMPTZ NOT NULL
);

-- What the web views list by time alone, and what is deleted by it.
CREATE INDEX idx_query_time ON query_history(timestamp DESC);
CREATE INDEX idx_struggle_time ON struggle_history(at DESC);
