-- The tables, indexes and triggers of the data model (section 3). README.md lists each difference with its reason.

CREATE TABLE students (
    student_id VARCHAR(255) PRIMARY KEY,
    name VARCHAR(255) NOT NULL CHECK (LENGTH(TRIM(name)) >= 1),
    email VARCHAR(255) NOT NULL CHECK (email LIKE '%@%.%'),
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    learning_style VARCHAR(50) DEFAULT 'step-by-step'
        CHECK (learning_style IN ('visual', 'auditory', 'kinesthetic', 'step-by-step', 'example-driven')),
    skill_level VARCHAR(50) DEFAULT 'beginner' CHECK (skill_level IN ('beginner', 'intermediate', 'advanced')),
    active BOOLEAN DEFAULT TRUE
);

CREATE TABLE query_history (
    query_id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    student_id VARCHAR(255) NOT NULL REFERENCES students(student_id) ON DELETE CASCADE,
    query_text TEXT NOT NULL CHECK (LENGTH(TRIM(query_text)) >= 1 AND LENGTH(query_text) <= 5000),
    query_vector tsvector,
    timestamp TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    detected_intent VARCHAR(50)
        CHECK (detected_intent IN ('concepts', 'code_review', 'debug', 'exercise', 'progress')),
    routed_to_agent VARCHAR(50)
        CHECK (routed_to_agent IN ('concepts', 'code-review', 'debug', 'exercise', 'progress')),
    status VARCHAR(20) NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    triage_confidence DECIMAL(3,2) CHECK (triage_confidence BETWEEN 0.0 AND 1.0),
    code_snippet TEXT CHECK (LENGTH(code_snippet) <= 10000),
    language VARCHAR(50) CHECK (language IN ('python', 'javascript', 'java', 'cpp', 'go', 'rust')),
    context JSONB,
    failure_reason TEXT,
    topic VARCHAR(100),
    question_key VARCHAR(100),
    CONSTRAINT routed_before_processing
        CHECK (status IN ('pending', 'failed') OR (routed_to_agent IS NOT NULL AND triage_confidence IS NOT NULL)),
    CONSTRAINT code_has_a_language CHECK (code_snippet IS NULL OR language IS NOT NULL),
    CONSTRAINT failed_has_a_reason CHECK ((status = 'failed') = (failure_reason IS NOT NULL))
);

CREATE TABLE agent_responses (
    response_id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    query_id UUID NOT NULL REFERENCES query_history(query_id) ON DELETE CASCADE,
    agent_type VARCHAR(50) NOT NULL CHECK (agent_type IN ('concepts', 'code-review', 'debug', 'exercise', 'progress')),
    response_text TEXT NOT NULL CHECK (LENGTH(TRIM(response_text)) >= 10),
    response_type VARCHAR(50) NOT NULL
        CHECK (response_type IN ('explanation', 'code_review', 'debug_solution', 'exercise', 'progress_report')),
    processing_time_ms INTEGER NOT NULL CHECK (processing_time_ms > 0),
    confidence_score DECIMAL(3,2) CHECK (confidence_score BETWEEN 0.0 AND 1.0),
    code_examples TEXT[],
    metadata JSONB,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    claude_model VARCHAR(100) NOT NULL,
    token_count INTEGER CHECK (token_count > 0)
);

CREATE TABLE student_progress (
    student_id VARCHAR(255) PRIMARY KEY REFERENCES students(student_id) ON DELETE CASCADE,
    python_mastery_levels JSONB NOT NULL DEFAULT '{}',
    completed_exercises INTEGER DEFAULT 0 CHECK (completed_exercises >= 0),
    topics_mastered TEXT[] DEFAULT '{}',
    topics_covered TEXT[] DEFAULT '{}',
    strengths TEXT[],
    weaknesses TEXT[],
    learning_velocity DECIMAL(6,2) CHECK (learning_velocity >= 0),
    total_queries INTEGER DEFAULT 0 CHECK (total_queries >= 0),
    queries_by_type JSONB DEFAULT '{}',
    last_activity TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    struggle_topics TEXT[],
    achievements TEXT[] DEFAULT '{}',
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE TABLE message_flow (
    message_id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    trace_id UUID NOT NULL,
    query_id UUID NOT NULL REFERENCES query_history(query_id) ON DELETE CASCADE,
    source_agent VARCHAR(50) NOT NULL,
    destination_agent VARCHAR(50) NOT NULL,
    message_content TEXT NOT NULL,
    message_type VARCHAR(50) NOT NULL
        CHECK (message_type IN ('routing_decision', 'request', 'response', 'collaboration')),
    timestamp TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    sequence_order INTEGER NOT NULL CHECK (sequence_order > 0),
    CONSTRAINT between_two_agents CHECK (source_agent <> destination_agent),
    CONSTRAINT triage_routes CHECK (message_type <> 'routing_decision' OR source_agent = 'triage')
);

CREATE TABLE exercises (
    exercise_id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    topic VARCHAR(100) NOT NULL,
    difficulty VARCHAR(20) NOT NULL CHECK (difficulty IN ('beginner', 'intermediate', 'advanced')),
    problem_text TEXT NOT NULL CHECK (LENGTH(problem_text) <= 1000),
    solution_code TEXT NOT NULL,
    starter_code TEXT,
    test_cases JSONB NOT NULL,
    hints TEXT[],
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    created_by_agent VARCHAR(50) DEFAULT 'exercise',
    language VARCHAR(50) NOT NULL CHECK (language IN ('python', 'javascript', 'java')),
    tags TEXT[],
    CONSTRAINT three_test_cases
        CHECK (CASE WHEN jsonb_typeof(test_cases) = 'array' THEN jsonb_array_length(test_cases) >= 3 ELSE FALSE END)
);

CREATE UNIQUE INDEX idx_student_email ON students(email);
CREATE INDEX idx_student_active ON students(active, created_at DESC);

CREATE INDEX idx_student_queries ON query_history(student_id, timestamp DESC);
CREATE INDEX idx_query_status ON query_history(status, timestamp DESC);
CREATE INDEX idx_query_vector ON query_history USING GIN(query_vector);
CREATE INDEX idx_query_agent ON query_history(routed_to_agent, timestamp DESC);

CREATE UNIQUE INDEX idx_response_query ON agent_responses(query_id);
CREATE INDEX idx_response_agent ON agent_responses(agent_type, created_at DESC);
CREATE INDEX idx_response_time ON agent_responses(processing_time_ms);

CREATE INDEX idx_progress_updated ON student_progress(updated_at DESC);
CREATE INDEX idx_mastery_levels ON student_progress USING GIN(python_mastery_levels);
CREATE INDEX idx_topics_covered ON student_progress USING GIN(topics_covered);

CREATE INDEX idx_message_trace ON message_flow(trace_id, sequence_order);
CREATE INDEX idx_message_query ON message_flow(query_id, timestamp);
CREATE INDEX idx_message_agents ON message_flow(source_agent, destination_agent);

CREATE INDEX idx_exercise_topic ON exercises(topic, difficulty);
CREATE INDEX idx_exercise_tags ON exercises USING GIN(tags);

CREATE FUNCTION update_query_vector() RETURNS TRIGGER AS $$
BEGIN
    NEW.query_vector := to_tsvector('english', NEW.query_text);
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER query_vector_update
    BEFORE INSERT OR UPDATE OF query_text, query_vector ON query_history
    FOR EACH ROW
    EXECUTE FUNCTION update_query_vector();

CREATE FUNCTION update_progress_timestamp() RETURNS TRIGGER AS $$
BEGIN
    NEW.updated_at := NOW();
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER progress_timestamp_update
    BEFORE UPDATE ON student_progress
    FOR EACH ROW
    EXECUTE FUNCTION update_progress_timestamp();
