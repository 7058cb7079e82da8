-- What Claude cost, and what it explained already.

-- One row for each message, agent and model. What was paid stays when a query is refused or a student is forgotten.
CREATE TABLE claude_usage (
    message_id UUID NOT NULL,
    agent VARCHAR(50) NOT NULL,
    model VARCHAR(255) NOT NULL,
    query_id UUID NOT NULL,
    student_id VARCHAR(255) REFERENCES students(student_id) ON DELETE SET NULL,
    topic VARCHAR(100),
    calls INTEGER NOT NULL CHECK (calls > 0),
    input_tokens BIGINT NOT NULL CHECK (input_tokens >= 0),
    output_tokens BIGINT NOT NULL CHECK (output_tokens >= 0),
    cache_read_tokens BIGINT NOT NULL CHECK (cache_read_tokens >= 0),
    cache_write_tokens BIGINT NOT NULL CHECK (cache_write_tokens >= 0),
    price_usd NUMERIC(16,8) NOT NULL CHECK (price_usd >= 0),
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (message_id, agent, model)
);

CREATE INDEX idx_usage_at ON claude_usage(at);
CREATE INDEX idx_usage_student ON claude_usage(student_id, at);

CREATE VIEW claude_costs AS
SELECT (at AT TIME ZONE 'UTC')::date AS day, agent, model, coalesce(topic, 'general') AS topic,
    count(DISTINCT query_id) AS questions, sum(calls) AS calls, sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens, sum(cache_read_tokens) AS cache_read_tokens,
    sum(cache_write_tokens) AS cache_write_tokens, sum(price_usd) AS price_usd
FROM claude_usage GROUP BY 1, 2, 3, 4;

-- Section 4 of the data model, concepts:cache:<hash>. `question` is its words as the key has them.
CREATE TABLE concepts_cache (
    key TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    level VARCHAR(50) NOT NULL,
    style VARCHAR(50) NOT NULL,
    language VARCHAR(50) NOT NULL,
    draft JSONB NOT NULL,
    model VARCHAR(255) NOT NULL,
    prompt_version TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX idx_concepts_question ON concepts_cache(question, language);
CREATE INDEX idx_concepts_created ON concepts_cache(created_at);
