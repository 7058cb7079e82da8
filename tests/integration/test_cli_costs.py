"""`learnflow costs` and `learnflow purge` against a real database."""

from typing import Final

import pytest

from tests.conftest import execute, run
from tests.support.command_line import Cli, lines

USAGE: Final = """
    INSERT INTO students (student_id, name, email) VALUES ('ann', 'Ann', 'a@b.c');
    INSERT INTO claude_usage (message_id, agent, model, query_id, student_id, topic, calls, input_tokens, output_tokens,
        cache_read_tokens, cache_write_tokens, price_usd, at)
    VALUES
    (gen_random_uuid(), 'triage', 'claude-haiku-5-5', '00000000-0000-4000-8000-000000000001', 'ann', 'loops', 1, 1000,
        50, 500, 0, 0.5, now()),
    (gen_random_uuid(), 'debug', 'claude-sonnet-5-5', '00000000-0000-4000-8000-000000000001', 'ann', 'loops', 2, 3000,
        800, 0, 0, 2.25, now()),
    (gen_random_uuid(), 'triage', 'claude-haiku-5-5', '00000000-0000-4000-8000-000000000002', NULL, NULL, 1, 1000, 50,
        500, 0, 0.5, now()),
    (gen_random_uuid(), 'debug', 'claude-sonnet-5-5', '00000000-0000-4000-8000-000000000003', 'ann', 'lists', 1, 10, 10,
        0, 0, 9, now() - interval '3 days')"""
EXPLAINED: Final = """
    INSERT INTO concepts_cache (key, question, level, style, language, draft, model, prompt_version, created_at)
    SELECT 'concepts:cache:' || age, 'what', 'beginner', 'visual', 'python', '{}', 'm', '1',
        now() - make_interval(days => age)
    FROM unnest(ARRAY[0, 6, 7, 30]) AS age"""


@pytest.fixture
def learnflow(bare: Cli, database_url: str) -> Cli:
    run(execute(database_url, USAGE))
    run(execute(database_url, EXPLAINED))
    return lambda *arguments, **more: bare(*arguments, LEARNFLOW_DATABASE_URL=database_url, **more)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--days", "1"], [("debug", 1, 2, 2.25), ("triage", 2, 2, 1.0)]),
        (["--by", "agent"], [("debug", 2, 3, 11.25), ("triage", 2, 2, 1.0)]),
        (["--by", "topic"], [("lists", 1, 1, 9.0), ("loops", 1, 3, 2.75), ("general", 1, 1, 0.5)]),
        (["--by", "student"], [("ann", 2, 4, 11.75), ("(deleted)", 1, 1, 0.5)]),
        (["--by", "model"], [("claude-sonnet-5-5", 2, 3, 11.25), ("claude-haiku-5-5", 2, 2, 1.0)]),
    ],
)
def test_costs_are_summed(learnflow: Cli, arguments: list[str], expected: list[tuple[object, ...]]) -> None:
    by = arguments[1] if arguments[0] == "--by" else "agent"
    rows = lines(learnflow("costs", *arguments, "--json"))
    assert [(row[by], row["questions"], row["calls"], row["price_usd"]) for row in rows] == expected


def test_costs_are_shown_with_all_at_the_end(learnflow: Cli) -> None:
    head, *rows = learnflow("costs", "--days", "1").stdout.splitlines()
    assert head.split()[:2] == ["agent", "questions"]
    assert [row.split() for row in rows] == [
        ["debug", "1", "2", "3,000", "0%", "800", "2.2500"],
        ["triage", "2", "2", "2,000", "50%", "100", "1.0000"],
        ["all", "2", "4", "5,000", "20%", "900", "3.2500"],
    ]


def test_where_claude_was_not_asked_that_is_said(bare: Cli, database_url: str) -> None:
    result = bare("costs", LEARNFLOW_DATABASE_URL=database_url)
    assert result.stdout == "Claude was not asked in the last 7 days.\n"
    assert bare("costs", "--json", LEARNFLOW_DATABASE_URL=database_url).stdout == ""


def test_what_is_too_old_is_purged(learnflow: Cli) -> None:
    assert lines(learnflow("purge", "--json")) == [{"questions": 0, "explanations": 2}]
    assert learnflow("purge").stdout == (
        "0 questions older than 90 days deleted\n0 explanations older than 7 days deleted\n"
    )
    assert lines(learnflow("purge", "--json", LEARNFLOW_CLAUDE_CACHE_DAYS="3")) == [{"questions": 0, "explanations": 1}]
    assert lines(learnflow("purge", "--json", LEARNFLOW_CLAUDE_CACHE_DAYS="0")) == [{"questions": 0, "explanations": 1}]
