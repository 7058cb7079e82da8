-- How many questions each of the six agents has processed in its lifetime (data model 2.5), once each, whatever is
-- deleted later: triage when it has routed one, a specialist when it has answered one.

CREATE TABLE agent_totals (
    agent_name VARCHAR(50) PRIMARY KEY
        CHECK (agent_name IN ('triage', 'concepts', 'code-review', 'debug', 'exercise', 'progress')),
    questions BIGINT NOT NULL CHECK (questions >= 0)
);

INSERT INTO agent_totals (agent_name, questions)
SELECT 'triage', count(*) FROM query_history WHERE triage_confidence IS NOT NULL HAVING count(*) > 0
UNION ALL
SELECT agent_type, count(*) FROM agent_responses GROUP BY agent_type;
