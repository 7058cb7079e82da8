"""What Claude cost reaches PostgreSQL once, whatever becomes of the question."""

from datetime import timedelta
from decimal import Decimal

import asyncpg

from learnflow import topics
from learnflow.models.vocabulary import Agent
from learnflow.sink.sink import Sink
from tests.support.sink_messages import AT, Way, uid, usage

TRIAGE = usage(Agent.TRIAGE, price=0.0011, model="claude-haiku-5-5")
DEBUG = usage(Agent.DEBUG, calls=2, price=0.021)
CONCEPTS = usage(Agent.CONCEPTS, price=0.0000003)


async def paid(database: asyncpg.Connection) -> list[tuple[object, ...]]:
    found = await database.fetch(
        "SELECT agent, model, query_id, student_id, topic, calls, price_usd FROM claude_usage ORDER BY price_usd"
    )
    return [tuple(row) for row in found]


async def test_each_agent_and_model_has_a_row_of_its_own(sink: Sink, database: asyncpg.Connection) -> None:
    way = Way(1)
    assert await sink.write([way.submitted(), way.routing(TRIAGE), way.completed(paid=(DEBUG, CONCEPTS))]) == []
    assert await paid(database) == [
        ("concepts", "claude-sonnet-5-5", uid(1), "ann", "lists", 1, Decimal("0.0000003")),
        ("triage", "claude-haiku-5-5", uid(1), "ann", "lists", 1, Decimal("0.0011")),
        ("debug", "claude-sonnet-5-5", uid(1), "ann", "lists", 2, Decimal("0.021")),
    ]
    assert await database.fetchval("SELECT DISTINCT at FROM claude_usage") == AT + timedelta(seconds=1)


async def test_the_same_agent_twice_in_a_message_is_summed(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([Way(1).completed(paid=(DEBUG, usage(Agent.DEBUG)))])
    assert [(row[5], row[6]) for row in await paid(database)] == [(3, Decimal("0.0315"))]


async def test_repeated_messages_count_once(sink: Sink, database: asyncpg.Connection) -> None:
    messages = [Way(1).routing(TRIAGE), Way(1).completed(paid=(DEBUG,))]
    await sink.write(messages)
    before = await paid(database)
    await sink.write(messages + messages)
    assert await paid(database) == before
    await sink.write([Way(1).completed(paid=(DEBUG,), attempt=1)])  # a redrive is paid again
    assert len(await paid(database)) == len(before) + 1


async def test_a_late_answer_and_a_failure_are_paid_too(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([Way(1).failed(paid=(TRIAGE,))])
    await sink.write([Way(1).completed(paid=(DEBUG,))])
    assert [row[0] for row in await paid(database)] == ["triage", "debug"]


async def test_what_cannot_be_stored_as_a_query_is_paid_all_the_same(sink: Sink, database: asyncpg.Connection) -> None:
    assert await sink.write([Way(1).failed(query=False, paid=(TRIAGE,))]) == []
    assert [row[:5] for row in await paid(database)] == [("triage", "claude-haiku-5-5", uid(1), "ann", None)]
    assert await database.fetchval("SELECT count(*) FROM query_history") == 0


async def test_a_query_of_another_student_is_refused_and_its_cost_is_kept(
    sink: Sink, database: asyncpg.Connection
) -> None:
    await sink.write([Way(1).submitted()])
    (refused,) = await sink.write([Way(1, "bob").completed(paid=(DEBUG,))])
    assert refused.message.topic == topics.AGENT_RESPONSES.name
    assert [(row[0], row[3]) for row in await paid(database)] == [("debug", "bob")]
    assert await database.fetchval("SELECT count(*) FROM agent_responses") == 0


async def test_a_forgotten_student_leaves_the_cost(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([Way(1).completed(paid=(DEBUG,))])
    await database.execute("DELETE FROM students")
    assert [(row[0], row[3]) for row in await paid(database)] == [("debug", None)]


async def test_the_view_sums_by_day_agent_model_and_topic(sink: Sink, database: asyncpg.Connection) -> None:
    await sink.write([way.routing(TRIAGE) for way in (Way(1), Way(2), Way(3, "bob"))])
    await sink.write([Way(4).completed(paid=(DEBUG, CONCEPTS)), Way(5).failed(query=False, paid=(TRIAGE,))])
    await sink.write([Way(40_000).completed(paid=(DEBUG,))])  # seconds later: the next day
    rows = await database.fetch("SELECT * FROM claude_costs ORDER BY day, agent, topic")
    assert [(str(row["day"]), row["agent"], row["topic"], row["calls"], row["price_usd"]) for row in rows] == [
        ("2026-01-02", "concepts", "lists", 1, Decimal("0.0000003")),
        ("2026-01-02", "debug", "lists", 2, Decimal("0.021")),
        ("2026-01-02", "triage", "general", 1, Decimal("0.0011")),
        ("2026-01-02", "triage", "lists", 3, Decimal("0.0033")),
        ("2026-01-03", "debug", "lists", 2, Decimal("0.021")),
    ]
    assert (rows[3]["questions"], rows[3]["input_tokens"], rows[3]["cache_read_tokens"]) == (3, 3_000, 1_200)
