-- What students think of answers, and what teachers add to them. There is no foreign key to the question: a rating may
-- be stored before the answer that it is of, and what is said of a question that there is not counts nowhere.

CREATE TABLE response_ratings (
    message_id UUID NOT NULL,
    student_id VARCHAR(255) NOT NULL REFERENCES students(student_id) ON DELETE CASCADE,
    query_id UUID NOT NULL,
    rating VARCHAR(10) NOT NULL CHECK (rating IN ('up', 'down')),
    reason TEXT CHECK (LENGTH(reason) <= 1000),
    ask_teacher BOOLEAN NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (student_id, message_id)
);

CREATE TABLE teacher_answers (
    message_id UUID NOT NULL,
    student_id VARCHAR(255) NOT NULL REFERENCES students(student_id) ON DELETE CASCADE,
    query_id UUID NOT NULL,
    text TEXT NOT NULL CHECK (LENGTH(text) <= 8000),
    answered_by VARCHAR(255) NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (student_id, message_id)
);

CREATE INDEX idx_rating_query ON response_ratings(query_id);
CREATE INDEX idx_rating_received ON response_ratings(received_at);
CREATE INDEX idx_teacher_answer_query ON teacher_answers(query_id);
CREATE INDEX idx_teacher_answer_received ON teacher_answers(received_at);

-- The newest rating of each answer, by the student who asked and by nobody else. A teacher is waited for until one has
-- answered after that, or the student is deactivated.
CREATE VIEW current_ratings AS
SELECT DISTINCT ON (r.student_id, r.query_id) r.query_id, r.student_id, r.rating, r.reason, r.ask_teacher, r.at,
    r.ask_teacher AND s.active AND NOT EXISTS (
        SELECT FROM teacher_answers t
        WHERE t.query_id = r.query_id AND t.student_id = r.student_id AND t.at >= r.at
    ) AS waits_for_teacher
FROM response_ratings r
JOIN query_history q ON q.query_id = r.query_id AND q.student_id = r.student_id
JOIN agent_responses a ON a.query_id = r.query_id
JOIN students s ON s.student_id = r.student_id
ORDER BY r.student_id, r.query_id, r.at DESC, r.message_id DESC;

-- How answers are rated, by who wrote them, by which prompt, and by what running their code has shown.
CREATE VIEW rating_summary AS
SELECT a.agent_type AS agent, CASE a.claude_model WHEN 'offline' THEN 'offline' ELSE 'claude' END AS tutor,
    a.claude_model, a.metadata ->> 'prompt' AS prompt, a.metadata -> 'proof' ->> 'verdict' AS proof,
    count(*) AS answers, count(*) FILTER (WHERE r.rating = 'up') AS up, count(*) FILTER (WHERE r.rating = 'down') AS down,
    count(*) FILTER (WHERE r.ask_teacher) AS asked_for_teacher,
    count(*) FILTER (WHERE r.waits_for_teacher) AS waiting_for_teacher
FROM agent_responses a LEFT JOIN current_ratings r USING (query_id)
GROUP BY 1, 2, 3, 4, 5;
