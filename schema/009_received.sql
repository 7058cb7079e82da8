-- When LearnFlow received a question, by its own clock: a question is kept for so long from then on, whatever time its
-- sender gave it. Of those that are there already, the sender's time is the best that is known.

ALTER TABLE query_history ADD COLUMN received_at TIMESTAMPTZ NOT NULL DEFAULT NOW();
UPDATE query_history SET received_at = LEAST(timestamp, received_at);

CREATE INDEX idx_query_received ON query_history(received_at);
