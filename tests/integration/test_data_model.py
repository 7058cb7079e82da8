"""Section 3 of the data model, word by word: columns, the values that they take, indexes and triggers.

What is here on purpose another than there is said beside it, and with its reason in schema/README.md.
"""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import asyncpg
import pytest

from tests.conftest import database as copied
from tests.conftest import execute, run
from tests.integration.example_rows import EXAMPLES

# All times have an offset, as the data model's own examples do: TIMESTAMPTZ, and not TIMESTAMP.
COLUMNS: Final[dict[str, dict[str, str]]] = {
    "students": {
        "student_id": "VARCHAR(255) PRIMARY KEY",
        "name": "VARCHAR(255) NOT NULL",
        "email": "VARCHAR(255) NOT NULL UNIQUE",
        "created_at": "TIMESTAMPTZ NOT NULL DEFAULT now()",
        "learning_style": "VARCHAR(50) DEFAULT 'step-by-step'",
        "skill_level": "VARCHAR(50) DEFAULT 'beginner'",
        "active": "BOOLEAN DEFAULT true",
    },
    "query_history": {
        "query_id": "UUID PRIMARY KEY DEFAULT gen_random_uuid()",
        "student_id": "VARCHAR(255) NOT NULL REFERENCES students(student_id) ON DELETE CASCADE",
        "query_text": "TEXT NOT NULL",
        "query_vector": "TSVECTOR",
        "timestamp": "TIMESTAMPTZ NOT NULL DEFAULT now()",
        "detected_intent": "VARCHAR(50)",
        "routed_to_agent": "VARCHAR(50)",  # NULL until triage has named an agent
        "status": "VARCHAR(20) NOT NULL DEFAULT 'pending'",
        "triage_confidence": "NUMERIC(3,2)",
        "code_snippet": "TEXT",
        "language": "VARCHAR(50)",
        "context": "JSONB",
    },
    "agent_responses": {
        "response_id": "UUID PRIMARY KEY DEFAULT gen_random_uuid()",
        "query_id": "UUID NOT NULL UNIQUE REFERENCES query_history(query_id) ON DELETE CASCADE",
        "agent_type": "VARCHAR(50) NOT NULL",
        "response_text": "TEXT NOT NULL",
        "response_type": "VARCHAR(50) NOT NULL",
        "processing_time_ms": "INTEGER NOT NULL",
        "confidence_score": "NUMERIC(3,2)",
        "code_examples": "TEXT[]",
        "metadata": "JSONB",
        "created_at": "TIMESTAMPTZ NOT NULL DEFAULT now()",
        "claude_model": "VARCHAR(100) NOT NULL",
        "token_count": "INTEGER",
    },
    "student_progress": {
        "student_id": "VARCHAR(255) PRIMARY KEY REFERENCES students(student_id) ON DELETE CASCADE",
        "python_mastery_levels": "JSONB NOT NULL DEFAULT '{}'",
        "completed_exercises": "INTEGER DEFAULT 0",
        "topics_mastered": "TEXT[] DEFAULT '{}'",
        "topics_covered": "TEXT[] DEFAULT '{}'",
        "strengths": "TEXT[]",
        "weaknesses": "TEXT[]",
        "learning_velocity": "NUMERIC(6,2)",  # DECIMAL(3,2) in the data model: ten questions a day would overflow
        "total_queries": "INTEGER DEFAULT 0",
        "queries_by_type": "JSONB DEFAULT '{}'",
        "last_activity": "TIMESTAMPTZ NOT NULL DEFAULT now()",
        "struggle_topics": "TEXT[]",
        "achievements": "TEXT[] DEFAULT '{}'",
        "created_at": "TIMESTAMPTZ NOT NULL DEFAULT now()",
        "updated_at": "TIMESTAMPTZ NOT NULL DEFAULT now()",
    },
    "message_flow": {
        "message_id": "UUID PRIMARY KEY DEFAULT gen_random_uuid()",
        "trace_id": "UUID NOT NULL",
        "query_id": "UUID NOT NULL REFERENCES query_history(query_id) ON DELETE CASCADE",
        "source_agent": "VARCHAR(50) NOT NULL",
        "destination_agent": "VARCHAR(50) NOT NULL",
        "message_content": "TEXT NOT NULL",
        "message_type": "VARCHAR(50) NOT NULL",
        "timestamp": "TIMESTAMPTZ NOT NULL DEFAULT now()",
        "sequence_order": "INTEGER NOT NULL",
    },
    "exercises": {
        "exercise_id": "UUID PRIMARY KEY DEFAULT gen_random_uuid()",
        "topic": "VARCHAR(100) NOT NULL",
        "difficulty": "VARCHAR(20) NOT NULL",
        "problem_text": "TEXT NOT NULL",
        "solution_code": "TEXT NOT NULL",
        "starter_code": "TEXT",
        "test_cases": "JSONB NOT NULL",
        "hints": "TEXT[]",
        "created_at": "TIMESTAMPTZ NOT NULL DEFAULT now()",
        "created_by_agent": "VARCHAR(50) DEFAULT 'exercise'",
        "language": "VARCHAR(50) NOT NULL",
        "tags": "TEXT[]",
    },
}
SELECT_COLUMN: Final = """
    SELECT format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
        pg_get_expr(d.adbin, d.adrelid) AS filled_with,
        EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary
                AND i.indnatts = 1 AND i.indkey[0] = a.attnum) AS key,
        EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND NOT i.indisprimary
                AND i.indnatts = 1 AND i.indkey[0] = a.attnum) AS alone,
        (SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c
         WHERE c.conrelid = a.attrelid AND c.contype = 'f' AND c.conkey = ARRAY[a.attnum]) AS parent
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = $1::regclass AND a.attname = $2
"""
SHORT_TYPES: Final = {"character varying": "varchar", "timestamp with time zone": "timestamptz"}


INDEXES: Final = {
    "idx_student_email": "UNIQUE students btree (email)",
    "idx_student_active": "students btree (active, created_at DESC)",
    "idx_student_queries": 'query_history btree (student_id, "timestamp" DESC)',
    "idx_query_status": 'query_history btree (status, "timestamp" DESC)',
    "idx_query_vector": "query_history gin (query_vector)",
    "idx_query_agent": 'query_history btree (routed_to_agent, "timestamp" DESC)',
    "idx_response_query": "UNIQUE agent_responses btree (query_id)",  # the column's inline UNIQUE in the data model
    "idx_response_agent": "agent_responses btree (agent_type, created_at DESC)",
    "idx_response_time": "agent_responses btree (processing_time_ms)",
    "idx_progress_updated": "student_progress btree (updated_at DESC)",
    "idx_mastery_levels": "student_progress gin (python_mastery_levels)",
    "idx_topics_covered": "student_progress gin (topics_covered)",
    "idx_message_trace": "message_flow btree (trace_id, sequence_order)",
    "idx_message_query": 'message_flow btree (query_id, "timestamp")',
    "idx_message_agents": "message_flow btree (source_agent, destination_agent)",
    "idx_exercise_topic": "exercises btree (topic, difficulty)",
    "idx_exercise_tags": "exercises gin (tags)",
}
TRIGGERS: Final = {  # of an update the first only where the text changes: each query changes its status twice
    "query_vector_update": "BEFORE INSERT OR UPDATE OF query_text, query_vector ON public.query_history FOR EACH ROW "
    "EXECUTE FUNCTION update_query_vector()",
    "progress_timestamp_update": "BEFORE UPDATE ON public.student_progress FOR EACH ROW "
    "EXECUTE FUNCTION update_progress_timestamp()",
}
AGENTS: Final = ["concepts", "code-review", "debug", "exercise", "progress"]
INTENTS: Final = ["concepts", "code_review", "debug", "exercise", "progress"]
LEVELS: Final = ["beginner", "intermediate", "advanced"]
VALUES: Final[list[tuple[str, str, list[Any], list[Any]]]] = [
    ("students", "email", ["a@b.c"], ["a.b.c", "a@b"]),
    ("students", "learning_style", ["visual", "auditory", "kinesthetic", "step-by-step", "example-driven"], ["oral"]),
    ("students", "skill_level", LEVELS, ["expert"]),
    ("query_history", "query_text", ["?", "x" * 5_000], ["", " ", "x" * 5_001]),
    ("query_history", "detected_intent", INTENTS, ["code-review"]),
    ("query_history", "routed_to_agent", AGENTS, ["code_review", "triage"]),
    ("query_history", "status", ["pending", "processing", "completed"], ["lost"]),
    ("query_history", "triage_confidence", [0, 1], [-0.01, 1.01]),
    ("query_history", "code_snippet", ["", "x" * 10_000], ["x" * 10_001]),
    ("query_history", "language", ["python", "javascript", "java", "cpp", "go", "rust"], ["cobol"]),
    ("agent_responses", "agent_type", AGENTS, ["code_review", "triage"]),
    ("agent_responses", "response_text", ["x" * 10], ["x" * 9, "x" * 9 + "  "]),
    (
        "agent_responses", "response_type",
        ["explanation", "code_review", "debug_solution", "exercise", "progress_report"], ["answer"],
    ),
    ("agent_responses", "processing_time_ms", [1], [0, -1]),
    ("agent_responses", "confidence_score", [0, 1], [-0.01, 1.01]),
    ("agent_responses", "token_count", [1], [0]),
    ("student_progress", "completed_exercises", [0], [-1]),
    ("student_progress", "learning_velocity", [0], [-0.01]),
    ("student_progress", "total_queries", [0], [-1]),
    ("message_flow", "message_type", ["routing_decision", "request", "response", "collaboration"], ["gossip"]),
    ("message_flow", "sequence_order", [1, 2], [0]),
    ("exercises", "difficulty", LEVELS, ["expert"]),
    ("exercises", "problem_text", ["x" * 1_000], ["x" * 1_001]),
    ("exercises", "language", ["python", "javascript", "java"], ["cpp", "rust"]),
]  # fmt: skip
KEYS: Final = {
    "students": "student_id", "query_history": "query_id", "agent_responses": "response_id",
    "student_progress": "student_id", "message_flow": "message_id", "exercises": "exercise_id",
}  # fmt: skip


@pytest.fixture
async def rows(module_database: str) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection to a database with the data model's examples; what a test changes is rolled back."""
    connection = await asyncpg.connect(module_database)
    transaction = connection.transaction()
    await transaction.start()
    for table, examples in EXAMPLES.items():
        for example in examples:
            await connection.execute(
                f"INSERT INTO {table} ({', '.join(example)}) "  # noqa: S608 - names of the data model
                f"SELECT {', '.join(example)} FROM jsonb_populate_record(NULL::{table}, $1)",
                json.dumps(example),
            )
    yield connection
    await transaction.rollback()
    await connection.close()


async def update(rows: asyncpg.Connection, table: str, changes: dict[str, Any]) -> None:
    """Change the first example of a table, within a savepoint."""
    key = KEYS[table]
    names = ", ".join(changes)
    async with rows.transaction():
        done = await rows.execute(
            f"UPDATE {table} SET ({names}) = (SELECT {names} FROM jsonb_populate_record(NULL::{table}, $1)) "  # noqa: S608
            f"WHERE {key}::text = $2",
            json.dumps(changes),
            EXAMPLES[table][0][key],
        )
    assert done == "UPDATE 1"


@pytest.mark.parametrize(("table", "column"), [(table, name) for table in COLUMNS for name in COLUMNS[table]])
async def test_a_column_is_as_the_data_model_has_it(rows: asyncpg.Connection, table: str, column: str) -> None:
    row = await rows.fetchrow(SELECT_COLUMN, table, column)
    assert row is not None
    name, bracket, rest = row["type"].partition("(")
    words = [(SHORT_TYPES.get(name, name) + bracket + rest).upper()]
    if row["key"]:
        words.append("PRIMARY KEY")
    elif row["required"]:
        words.append("NOT NULL")
    if row["alone"]:
        words.append("UNIQUE")
    if row["filled_with"] is not None:
        words.append(f"DEFAULT {row['filled_with'].partition('::')[0]}")
    if row["parent"] is not None:
        words.append(row["parent"].partition(") ")[2])
    assert " ".join(words) == COLUMNS[table][column]


@pytest.mark.parametrize(("table", "column", "good", "bad"), VALUES, ids=[f"{row[0]}.{row[1]}" for row in VALUES])
async def test_a_column_takes_these_values_and_no_others(
    rows: asyncpg.Connection, table: str, column: str, good: list[Any], bad: list[Any]
) -> None:
    for value in good:
        await update(rows, table, {column: value})
    for value in bad:
        with pytest.raises(asyncpg.CheckViolationError) as error:
            await update(rows, table, {column: value})
        assert error.value.constraint_name == f"{table}_{column}_check"


async def test_a_query_fails_with_a_reason(rows: asyncpg.Connection) -> None:
    await update(rows, "query_history", {"status": "failed", "failure_reason": "too late"})


async def test_a_message_is_between_two_agents(rows: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="between_two_agents"):
        await update(rows, "message_flow", {"destination_agent": "triage"})


@pytest.mark.parametrize("name", INDEXES)
async def test_an_index_is_as_the_data_model_has_it(rows: asyncpg.Connection, name: str) -> None:
    text = await rows.fetchval("SELECT indexdef FROM pg_indexes WHERE indexname = $1", name)
    begin, _, rest = text.partition(f" INDEX {name} ON public.")
    assert ("UNIQUE " if "UNIQUE" in begin else "") + rest.replace(" USING", "") == INDEXES[name]


@pytest.mark.parametrize("name", TRIGGERS)
async def test_a_trigger_fires_as_the_data_model_has_it(rows: asyncpg.Connection, name: str) -> None:
    text = await rows.fetchval("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = $1", name)
    assert text == f"CREATE TRIGGER {name} {TRIGGERS[name]}"


# Students who asked and were answered, so many that the planner has a reason to take an index.
SCHOOL: Final = """
    INSERT INTO students (student_id, name, email) SELECT 's' || n, 'A', n || '@b.c' FROM generate_series(1, 1000) n;
    INSERT INTO student_progress (student_id, updated_at)
    SELECT 's' || n, now() - n * interval '1 minute' FROM generate_series(1, 1000) n;
    INSERT INTO query_history (student_id, query_text, timestamp)
    SELECT 's' || 1 + n % 100, 'word' || n, now() - n * interval '1 minute' FROM generate_series(1, 5000) n;
    INSERT INTO agent_responses
        (query_id, agent_type, response_text, response_type, processing_time_ms, claude_model, created_at)
    SELECT query_id, CASE WHEN n % 100 = 0 THEN 'debug' ELSE 'concepts' END, 'an explanation', 'explanation', 1, 'm',
        timestamp
    FROM (SELECT *, row_number() OVER () AS n FROM query_history) AS asked;
    ANALYZE
"""


@pytest.fixture(scope="module")
def school(postgres_server: str, database_template: str) -> Iterator[str]:
    """Give the URL of a database with a thousand students."""
    for url in copied(postgres_server, database_template):
        run(execute(url, SCHOOL))
        yield url


@pytest.mark.parametrize(
    ("index", "query"),
    [
        ("idx_student_queries", "SELECT * FROM query_history WHERE student_id = 's1' ORDER BY timestamp DESC LIMIT 5"),
        ("idx_response_agent", "SELECT * FROM agent_responses WHERE agent_type = 'debug' ORDER BY created_at DESC"),
        ("idx_progress_updated", "SELECT * FROM student_progress ORDER BY updated_at DESC LIMIT 5"),
        ("idx_query_vector", "SELECT * FROM query_history WHERE query_vector @@ to_tsquery('english', 'word17')"),
    ],
)
async def test_what_is_asked_often_is_read_from_its_index(school: str, index: str, query: str) -> None:
    connection = await asyncpg.connect(school)
    plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {query}"))
    await connection.close()
    assert index in plan
    assert "Sort" not in plan


async def test_words_are_searched_by_their_stems_also_after_a_change(rows: asyncpg.Connection) -> None:
    select = "SELECT count(*) FROM query_history WHERE query_vector @@ to_tsquery('english', $1)"
    assert await rows.fetchval(select, "throwing") == 1
    await update(rows, "query_history", {"query_text": "What are loops?"})
    assert [await rows.fetchval(select, word) for word in ("throwing", "looped")] == [0, 1]


async def test_an_update_of_progress_sets_its_time(rows: asyncpg.Connection) -> None:
    await update(rows, "student_progress", {"total_queries": 48, "updated_at": "2026-01-03T00:00:00Z"})
    assert await rows.fetchval("SELECT updated_at = now() FROM student_progress")


async def test_what_belongs_to_a_student_goes_with_the_student(rows: asyncpg.Connection) -> None:
    await rows.execute("DELETE FROM students")
    for table in ("query_history", "agent_responses", "student_progress", "message_flow"):
        assert await rows.fetchval(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608
    assert await rows.fetchval("SELECT count(*) FROM exercises") == 1


async def test_a_query_has_one_response_and_any_number_of_messages(rows: asyncpg.Connection) -> None:
    assert await rows.fetchval("SELECT count(*) FROM message_flow WHERE query_id = $1", _query()) == 3
    with pytest.raises(asyncpg.UniqueViolationError, match="idx_response_query"):
        await rows.execute(
            "INSERT INTO agent_responses (query_id, agent_type, response_text, response_type, processing_time_ms, "
            "claude_model) SELECT query_id, agent_type, response_text, response_type, 1, 'm' FROM agent_responses"
        )


async def test_the_flow_of_a_trace_is_read_in_its_order(rows: asyncpg.Connection) -> None:
    flow = await rows.fetch(
        "SELECT source_agent, destination_agent FROM message_flow WHERE trace_id = $1 ORDER BY sequence_order",
        EXAMPLES["message_flow"][0]["trace_id"],
    )
    assert [tuple(row) for row in flow] == [("triage", "debug"), ("debug", "concepts"), ("concepts", "debug")]


async def test_health_is_in_no_table(rows: asyncpg.Connection) -> None:
    columns = await rows.fetch("SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'")
    names = {column["column_name"] for column in columns}
    assert names & {"learning_style", "last_heartbeat", "uptime_seconds", "replica_count"} == {"learning_style"}


async def test_an_exercise_is_for_many_students_and_a_student_has_many(rows: asyncpg.Connection) -> None:
    await rows.execute("INSERT INTO students (student_id, name, email) VALUES ('second', 'B', 'b@example.com')")
    await rows.execute(
        "INSERT INTO exercises (topic, difficulty, problem_text, solution_code, test_cases, language) "
        "SELECT topic, difficulty, problem_text, solution_code, test_cases, language FROM exercises"
    )
    pairs = "INSERT INTO student_exercises (student_id, exercise_id) SELECT student_id, exercise_id "
    assert await rows.execute(f"{pairs} FROM students, exercises") == "INSERT 0 4"
    with pytest.raises(asyncpg.UniqueViolationError):
        await rows.execute(f"{pairs} FROM students, exercises LIMIT 1")


def _query() -> str:
    return str(EXAMPLES["query_history"][0]["query_id"])
