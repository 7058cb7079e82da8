"""The migrated database is what the models and the data model say."""

import json
from collections.abc import AsyncIterator
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import asyncpg
import pytest

from learnflow.models.events.responses import AgentResponse
from learnflow.models.events.routing import MessageFlow
from learnflow.models.exercise import Exercise
from learnflow.models.fields import Model
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.student import Student
from learnflow.models.student_query import StudentQuery
from tests.integration.example_rows import EXAMPLES

ENTITIES: Final[dict[str, type[Model]]] = {
    "students": Student,
    "query_history": StudentQuery,
    "agent_responses": AgentResponse,
    "student_progress": LearningProgress,
    "message_flow": MessageFlow,
    "exercises": Exercise,
}
NOT_IN_A_MODEL: Final = {"query_vector", "received_at"}  # made by the database itself
TYPES: Final = {
    "str": {"character varying", "text"},
    "UUID": {"uuid"},
    "datetime": {"timestamp with time zone"},
    "int": {"integer"},
    "float": {"numeric"},
    "bool": {"boolean"},
    "dict": {"jsonb"},
    "tuple": {"ARRAY", "jsonb"},
}
INDEXES: Final = {
    "idx_student_email", "idx_student_active", "idx_student_queries", "idx_query_status", "idx_query_vector",
    "idx_query_agent", "idx_response_query", "idx_response_agent", "idx_response_time", "idx_progress_updated",
    "idx_mastery_levels", "idx_topics_covered", "idx_message_trace", "idx_message_query", "idx_message_agents",
    "idx_exercise_topic", "idx_exercise_tags",
}  # fmt: skip
FIELDS: Final = [(table, name) for table, model in ENTITIES.items() for name in model.model_fields]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def plain(annotation: Any) -> tuple[Any, bool]:
    """Return a field's bare type, and whether it may be None."""
    if get_origin(annotation) is Annotated:
        return plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        (inner,) = (one for one in get_args(annotation) if one is not type(None))
        return plain(inner)[0], True
    return get_origin(annotation) or annotation, False


@pytest.mark.parametrize(("table", "field"), FIELDS)
async def test_every_field_has_its_column(database: asyncpg.Connection, table: str, field: str) -> None:
    info = ENTITIES[table].model_fields[field]
    kind, optional = plain(info.annotation)
    column = await database.fetchrow(
        "SELECT data_type, is_nullable = 'YES' AS nullable, column_default FROM information_schema.columns "
        "WHERE table_name = $1 AND column_name = $2",
        table,
        field,
    )
    assert column is not None
    name = "str" if issubclass(kind, StrEnum) else kind.__name__
    assert column["data_type"] in TYPES[name]
    if optional:
        assert column["nullable"]
    elif info.is_required() and field != "confidence_score":  # the data model's SQL lets that one be NULL
        assert not column["nullable"]
    if issubclass(kind, StrEnum):
        assert await allowed(database, table, field) == {member.value for member in kind}


async def allowed(database: asyncpg.Connection, table: str, column: str) -> set[str]:
    """Return the values that the CHECK of a column allows."""
    checks = await database.fetch(
        "SELECT pg_get_constraintdef(c.oid) AS text FROM pg_constraint c JOIN pg_attribute a "
        "ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum] "
        "WHERE c.contype = 'c' AND c.conrelid = $1::regclass AND a.attname = $2",
        table,
        column,
    )
    (text,) = (check["text"] for check in checks)
    return set(text.split("'")[1::2])


@pytest.mark.parametrize("table", ENTITIES)
async def test_no_column_is_unknown_to_its_model(database: asyncpg.Connection, table: str) -> None:
    columns = await database.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = $1", table)
    assert {column[0] for column in columns} - NOT_IN_A_MODEL == set(ENTITIES[table].model_fields)


async def test_every_index_of_the_data_model_is_there_once(database: asyncpg.Connection) -> None:
    found = await database.fetch("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
    assert {index["indexname"] for index in found} >= INDEXES
    what = [
        index["indexdef"].partition(" USING ")[2] + index["indexdef"].split(" ON ")[1].split()[0] for index in found
    ]
    assert len(what) == len(set(what)), "two indexes of the same columns"


async def test_every_trigger_of_the_data_model_is_there(database: asyncpg.Connection) -> None:
    found = await database.fetch("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    assert {tuple(trigger) for trigger in found} == {
        ("query_vector_update", "query_history"),
        ("progress_timestamp_update", "student_progress"),
    }


async def insert(database: asyncpg.Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    await database.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_record(NULL::{table}, $1)",  # noqa: S608
        json.dumps(row),
    )


async def insert_examples(database: asyncpg.Connection) -> None:
    for table, rows in EXAMPLES.items():
        for row in rows:
            await insert(database, table, row)


async def test_the_data_models_examples_pass(database: asyncpg.Connection) -> None:
    await insert_examples(database)
    found = await database.fetchval(
        "SELECT query_id::text FROM query_history WHERE query_vector @@ to_tsquery('english', 'throwing')"
    )
    assert found == EXAMPLES["query_history"][0]["query_id"]
    await database.execute("UPDATE query_history SET query_text = 'What is recursion?'")
    assert await database.fetchval("SELECT query_vector::text FROM query_history") == "'recurs':3"
    before = await database.fetchval("SELECT updated_at FROM student_progress")
    await database.execute("UPDATE student_progress SET total_queries = 48")
    assert await database.fetchval("SELECT updated_at FROM student_progress") > before


@pytest.mark.parametrize("table", ENTITIES)
def test_the_models_read_the_same_examples(table: str) -> None:
    for row in EXAMPLES[table]:
        if table != "student_progress":  # design: the rules stand where the example's strengths disagree with them
            ENTITIES[table].model_validate(row)


BAD: Final = [
    ("students", {"email": "nobody"}, "students_email_check"),
    ("students", {"name": "  "}, "students_name_check"),
    ("students", {"learning_style": "osmosis"}, "students_learning_style_check"),
    ("students", {"student_id": "other"}, "idx_student_email"),
    ("query_history", {"student_id": "nobody"}, "query_history_student_id_fkey"),
    ("query_history", {"query_text": "   "}, "query_history_query_text_check"),
    ("query_history", {"query_text": "x" * 5_001}, "query_history_query_text_check"),
    ("query_history", {"code_snippet": "x" * 10_001}, "query_history_code_snippet_check"),
    ("query_history", {"language": None}, "code_has_a_language"),
    ("query_history", {"language": "cobol"}, "query_history_language_check"),
    ("query_history", {"routed_to_agent": None}, "routed_before_processing"),
    ("query_history", {"triage_confidence": None}, "routed_before_processing"),
    ("query_history", {"triage_confidence": 1.01}, "query_history_triage_confidence_check"),
    ("query_history", {"status": "failed"}, "failed_has_a_reason"),
    ("query_history", {"failure_reason": "none"}, "failed_has_a_reason"),
    ("agent_responses", {"response_text": "too short"}, "agent_responses_response_text_check"),
    ("agent_responses", {"processing_time_ms": 0}, "agent_responses_processing_time_ms_check"),
    ("agent_responses", {"token_count": 0}, "agent_responses_token_count_check"),
    ("agent_responses", {"response_id": "650e8400-e29b-41d4-a716-44665544000f"}, "idx_response_query"),
    ("student_progress", {"total_queries": -1}, "student_progress_total_queries_check"),
    ("student_progress", {"learning_velocity": -0.1}, "student_progress_learning_velocity_check"),
    ("message_flow", {"destination_agent": "triage"}, "between_two_agents"),
    ("message_flow", {"source_agent": "concepts"}, "triage_routes"),
    ("message_flow", {"sequence_order": 0}, "message_flow_sequence_order_check"),
    ("exercises", {"problem_text": "x" * 1_001}, "exercises_problem_text_check"),
    ("exercises", {"test_cases": [1, 2]}, "three_test_cases"),
    ("exercises", {"test_cases": {}}, "three_test_cases"),
    ("exercises", {"language": "rust"}, "exercises_language_check"),
]  # fmt: skip
KEYS: Final = {
    "students": "student_id", "query_history": "query_id", "agent_responses": "response_id",
    "student_progress": "student_id", "message_flow": "message_id", "exercises": "exercise_id",
}  # fmt: skip


@pytest.mark.parametrize(("table", "change", "constraint"), BAD)
async def test_a_bad_row_is_refused_by_its_constraint(
    database: asyncpg.Connection, table: str, change: dict[str, Any], constraint: str
) -> None:
    await insert_examples(database)
    row = EXAMPLES[table][0] | change
    key = KEYS[table]
    if key not in change:
        await database.execute(f"DELETE FROM {table} WHERE {key}::text = $1", row[key])  # noqa: S608
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
        await insert(database, table, row)
    assert caught.value.constraint_name == constraint


async def test_a_velocity_of_ten_a_day_fits(database: asyncpg.Connection) -> None:
    await insert_examples(database)
    await database.execute("UPDATE student_progress SET learning_velocity = 9999.99")
