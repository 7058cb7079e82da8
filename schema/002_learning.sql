-- What learning needs beyond the data model's SQL: state of the progress rules, exercises of students, histories.
-- Histories are keyed by the message that made the row, so that a repeated message is recognised.

CREATE TABLE student_state (
    student_id VARCHAR(255) PRIMARY KEY REFERENCES students(student_id) ON DELETE CASCADE,
    state JSONB NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0)
) WITH (fillfactor = 70);

CREATE TABLE student_exercises (
    student_id VARCHAR(255) NOT NULL REFERENCES students(student_id) ON DELETE CASCADE,
    exercise_id UUID NOT NULL REFERENCES exercises(exercise_id) ON DELETE CASCADE,
    assigned_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    submitted_at TIMESTAMPTZ,
    passed_at TIMESTAMPTZ,
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    best_score DOUBLE PRECISION CHECK (best_score BETWEEN 0.0 AND 1.0),
    last_code TEXT CHECK (LENGTH(last_code) <= 10000),
    PRIMARY KEY (student_id, exercise_id),
    CONSTRAINT submitted_has_a_score
        CHECK ((attempts > 0) = (submitted_at IS NOT NULL) AND (attempts > 0) = (best_score IS NOT NULL)),
    CONSTRAINT passed_has_full_score CHECK ((passed_at IS NOT NULL) = (COALESCE(best_score, 0.0) = 1.0))
);

CREATE INDEX idx_student_exercise ON student_exercises(exercise_id);

CREATE TABLE exercise_submissions (
    message_id UUID PRIMARY KEY,
    student_id VARCHAR(255) NOT NULL,
    exercise_id UUID NOT NULL,
    query_id UUID,
    score DOUBLE PRECISION NOT NULL CHECK (score BETWEEN 0.0 AND 1.0),
    passed BOOLEAN NOT NULL,
    code TEXT CHECK (LENGTH(code) <= 10000),
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT submitted_after_assigned FOREIGN KEY (student_id, exercise_id)
        REFERENCES student_exercises(student_id, exercise_id) ON DELETE CASCADE
);

CREATE INDEX idx_submission_exercise ON exercise_submissions(student_id, exercise_id, at);

CREATE TABLE profile_history (
    message_id UUID PRIMARY KEY,
    student_id VARCHAR(255) NOT NULL REFERENCES students(student_id) ON DELETE CASCADE,
    name VARCHAR(255),
    email VARCHAR(255),
    learning_style VARCHAR(50),
    skill_level VARCHAR(50),
    active BOOLEAN,
    reason TEXT,
    at TIMESTAMPTZ NOT NULL
);

CREATE INDEX idx_profile_student ON profile_history(student_id, at DESC);

CREATE TABLE mastery_history (
    message_id UUID PRIMARY KEY,
    student_id VARCHAR(255) NOT NULL REFERENCES students(student_id) ON DELETE CASCADE,
    topic VARCHAR(100) NOT NULL,
    old_level DOUBLE PRECISION CHECK (old_level BETWEEN 0.0 AND 1.0),
    new_level DOUBLE PRECISION NOT NULL CHECK (new_level BETWEEN 0.0 AND 1.0),
    reason TEXT NOT NULL,
    evidence UUID[] NOT NULL DEFAULT '{}',
    model_version TEXT,
    set_by VARCHAR(255),
    at TIMESTAMPTZ NOT NULL
);

CREATE INDEX idx_mastery_student ON mastery_history(student_id, at DESC);

CREATE TABLE struggle_history (
    message_id UUID PRIMARY KEY,
    student_id VARCHAR(255) NOT NULL REFERENCES students(student_id) ON DELETE CASCADE,
    topic VARCHAR(100) NOT NULL,
    struggle_level VARCHAR(20) CHECK (struggle_level IN ('low', 'medium', 'high')),
    query_count INTEGER NOT NULL CHECK (query_count > 0),
    time_window_minutes INTEGER CHECK (time_window_minutes >= 0),
    recommendation TEXT,
    evidence UUID[] NOT NULL DEFAULT '{}',
    resolved_by VARCHAR(20) CHECK (resolved_by IN ('success', 'time')),
    reason TEXT,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT detected_or_resolved CHECK (
        CASE WHEN resolved_by IS NULL
        THEN struggle_level IS NOT NULL AND time_window_minutes IS NOT NULL AND recommendation IS NOT NULL
            AND reason IS NULL
        ELSE struggle_level IS NULL AND time_window_minutes IS NULL AND recommendation IS NULL
            AND reason IS NOT NULL
        END
    )
);

CREATE INDEX idx_struggle_student ON struggle_history(student_id, at DESC);
