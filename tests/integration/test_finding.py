"""`learnflow search`, `purge`, `rebuild` after it, and the view triage_metrics, against a real database."""

import asyncio
from typing import Any, Final

import asyncpg
import pytest

from learnflow.cli.up import System, watch
from learnflow.database.observation_history import load_complete_histories
from learnflow.settings import Settings
from tests.conftest import execute, run
from tests.support.command_line import Cli, lines

STUDENTS: Final = """
    INSERT INTO students (student_id, name, email) VALUES ('ann', 'Ann', 'a@b.c'), ('bob', 'Bob', 'b@b.c');
    INSERT INTO query_history (query_id, student_id, query_text, timestamp, detected_intent, routed_to_agent, status,
        triage_confidence, topic, failure_reason)
    SELECT format('00000000-0000-4000-8000-00000000000%s', number)::uuid, student, text,
        '2026-01-02T12:00Z'::timestamptz + make_interval(hours => number), intent, agent, status, confidence, topic,
        CASE WHEN status = 'failed' THEN 'why not' END
    FROM (VALUES
        (1, 'ann', 'A list of lists of lists of lists', 'debug', 'debug', 'completed', 0.9, 'lists'),
        (2, 'ann', 'What is recursion?', 'concepts', 'concepts', 'completed', 0.8, 'recursion'),
        (3, 'bob', 'My lists and indexes: why is the last index of lists an IndexError in lists?', 'debug', 'debug',
            'failed', 0.5, 'lists'),
        (4, 'bob', 'Looping over tuples', 'concepts', 'concepts', 'processing', 0.6, 'loops'),
        (5, 'bob', 'Ein Versuch', NULL, NULL, 'pending', NULL, NULL)
    ) AS v (number, student, text, intent, agent, status, confidence, topic)"""
ANSWERS: Final = """
    INSERT INTO agent_responses (query_id, agent_type, response_text, response_type, processing_time_ms, claude_model,
        created_at)
    SELECT query_id, routed_to_agent, 'An answer that says something.', 'explanation', 5, 'offline',
        timestamp + make_interval(secs => 2 * triage_confidence)
    FROM query_history WHERE status = 'completed';
    INSERT INTO message_flow (trace_id, query_id, source_agent, destination_agent, message_content, message_type,
        timestamp, sequence_order)
    SELECT query_id, query_id, 'triage', routed_to_agent, 'goes there', 'routing_decision',
        timestamp + make_interval(secs => triage_confidence), 1
    FROM query_history WHERE routed_to_agent IS NOT NULL"""


@pytest.fixture
def learnflow(bare: Cli, database_url: str) -> Cli:
    run(execute(database_url, STUDENTS))
    run(execute(database_url, ANSWERS))
    return lambda *arguments, **more: bare(*arguments, LEARNFLOW_DATABASE_URL=database_url, **more)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["list"], [1, 3]),  # in any form of the words; the one that has them oftener first
        (["listing", "--newest"], [3, 1]),
        (["indexing list"], [3]),
        (["lists", "--until", "2026-01-02T14:00+00:00"], [1]),
        (['"last index"'], [3]),
        (["list -last"], [1]),
        (["recursion or tuples", "--newest"], [4, 2]),
        (["list", "--student", "ann"], [1]),
        (["", "--agent", "concepts"], [4, 2]),
        (["", "--status", "failed"], [3]),
        (["", "--since", "2026-01-02T16:00Z"], [5, 4]),
        (["", "--limit", "2"], [5, 4]),
        (["haskell"], []),
    ],
)
def test_what_is_found(learnflow: Cli, arguments: list[str], found: list[int]) -> None:
    rows = lines(learnflow("search", *arguments, "--json"))
    assert [int(row["query_id"][-1]) for row in rows] == found


def test_what_fits_is_marked_and_shown(learnflow: Cli) -> None:
    [row] = lines(learnflow("search", "recursion", "--json"))
    assert row["snippet"] == "What is «recursion»"
    shown = learnflow("search", "recursion").stdout
    assert "«recursion»" in shown
    assert row["query_id"] in shown
    assert learnflow("search", "haskell").stdout == "No question fits.\n"
    assert learnflow("search", "x", "--since", "tomorrow").returncode == 2


async def test_figures_of_triage(learnflow: Cli, database: asyncpg.Connection) -> None:
    assert learnflow("search", "").returncode == 0
    rows = [dict(row) for row in await database.fetch("SELECT * FROM triage_metrics ORDER BY day, intent")]
    assert [(str(row["day"]), row["intent"], row["queries"], row["failed"]) for row in rows] == [
        ("2026-01-02", "concepts", 2, 0),
        ("2026-01-02", "debug", 2, 1),
    ]
    names = ("mean_confidence", "triage_ms_median", "triage_ms_p95", "answer_ms_median", "answer_ms_p95")
    figures = [tuple(float(row[name]) for name in names) for row in rows]
    assert figures[0] == pytest.approx((0.7, 700, 790, 1600, 1600))
    assert figures[1] == pytest.approx((0.7, 700, 880, 1800, 1800))


async def test_old_questions_go_with_what_hangs_on_them(learnflow: Cli, database: asyncpg.Connection) -> None:
    await _age(database, 1, 3)
    assert lines(learnflow("purge", "--dry-run", "--json")) == [{"questions": 2, "explanations": 0, "dry_run": True}]
    assert learnflow("purge", "--dry-run").stdout.startswith("2 questions older than 90 days to delete\n")
    assert lines(learnflow("purge", "--json", LEARNFLOW_DATABASE_KEEP_DAYS="0"))[0]["questions"] == 0
    assert await _counts(database) == (5, 2, 4)
    assert lines(learnflow("purge", "--json"))[0]["questions"] == 2
    assert await _counts(database) == (3, 1, 2)
    assert lines(learnflow("purge", "--json"))[0]["questions"] == 0
    await _age(database, 4)
    assert lines(learnflow("purge", "--json"))[0]["questions"] == 1
    noted = await database.fetch("SELECT student_id, queries FROM purged_queries ORDER BY 1")
    assert [tuple(row) for row in noted] == [("ann", 1), ("bob", 2)]


async def test_how_long_a_question_is_kept_does_not_follow_its_senders_clock(
    learnflow: Cli, database: asyncpg.Connection
) -> None:
    await database.execute("UPDATE query_history SET timestamp = '1999-12-31T23:59:59Z'")
    assert lines(learnflow("purge", "--json"))[0]["questions"] == 0, "they were received just now"
    await _age(database, 1)
    await database.execute("UPDATE query_history SET timestamp = now()")
    assert lines(learnflow("purge", "--json"))[0]["questions"] == 1
    days = await database.fetchval("SELECT extract(day FROM now() - until)::int FROM purged_queries")
    assert days == 91


async def test_up_purges_when_it_starts_and_once_a_day(
    learnflow: Cli, database: asyncpg.Connection, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert learnflow("search", "").returncode == 0

    def up(url: str, settings: Settings = Settings()) -> None:  # noqa: B008 - it is frozen
        hours, looks = iter([0, 0, 1, 23, 25]), iter([False, False, False, False, True])
        watch(System("", url, "", {}), settings, lambda _seconds: next(looks), lambda: next(hours) * 3_600.0)

    await _age(database, 1)
    before = await _counts(database)
    await asyncio.to_thread(up, database_url, Settings.model_validate({"database": {"url": database_url}}))
    assert await _counts(database) == before, "it is another's database"
    await asyncio.to_thread(up, database_url)
    assert await _counts(database) == (4, 1, 3)
    await asyncio.to_thread(up, database_url.rpartition("/")[0] + "/none")
    assert capsys.readouterr().err == 'nothing was purged: database "none" does not exist\n' * 2


async def test_who_lacks_questions_is_not_rebuilt(
    learnflow: Cli, cli: Cli, database: asyncpg.Connection, database_url: str
) -> None:
    await _age(database, 3)
    assert learnflow("purge").returncode == 0
    named = cli("rebuild", "bob", "ann", LEARNFLOW_DATABASE_URL=database_url)
    assert named.returncode == 1
    assert "bob cannot be rebuilt: questions up to " in named.stderr
    assert named.stdout == "1 students rebuilt; the learner takes them over\n"
    everybody = cli("rebuild", LEARNFLOW_DATABASE_URL=database_url)
    assert everybody.returncode == 0
    assert "1 students stay as they are, as some of their questions are deleted" in everybody.stdout
    assert lines(cli("rebuild", "ann", "--json", LEARNFLOW_DATABASE_URL=database_url)) == [
        {"rebuilt": 1, "unknown": [], "incomplete": 0}
    ]
    complete = await load_complete_histories(database, ["ann", "bob", "nobody"])
    assert {student: len(history) for student, history in complete.items()} == {"ann": 2}, "nor is bob's put in order"


async def _age(database: asyncpg.Connection, *numbers: int) -> None:
    """Have received questions 91 days ago, and all others now."""
    old = [f"00000000-0000-4000-8000-00000000000{number}" for number in numbers]
    await database.execute("UPDATE query_history SET received_at = now()")
    await database.execute(
        "UPDATE query_history SET received_at = now() - interval '91 days' WHERE query_id = ANY($1)", old
    )


async def _counts(database: asyncpg.Connection) -> tuple[Any, ...]:
    tables = ("query_history", "agent_responses", "message_flow")
    return tuple([await database.fetchval(f"SELECT count(*) FROM {table}") for table in tables])  # noqa: S608 - ours
