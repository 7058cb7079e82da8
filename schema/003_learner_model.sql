-- What the learner model needs to be rebuilt and explained: the topic and the error of a submission, and the signals
-- behind a struggle.

ALTER TABLE exercise_submissions ADD COLUMN topic VARCHAR(100);
ALTER TABLE exercise_submissions ADD COLUMN error VARCHAR(255);
UPDATE exercise_submissions s SET topic = e.topic FROM exercises e WHERE e.exercise_id = s.exercise_id;
ALTER TABLE exercise_submissions ALTER COLUMN topic SET NOT NULL;

CREATE INDEX idx_submission_student ON exercise_submissions(student_id, at);

ALTER TABLE struggle_history ADD COLUMN signals JSONB;
ALTER TABLE struggle_history ADD CONSTRAINT signals_of_a_detection
    CHECK (signals IS NULL OR (resolved_by IS NULL AND jsonb_typeof(signals) = 'object'));
