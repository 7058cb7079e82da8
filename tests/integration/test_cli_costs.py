"""`learnflow costs` and `learnflow purge` against a real database."""

from collections.abc import Iterator
from typing import Final

import asyncpg
import pytest

from learnflow.models.draft import Usage
from learnflow.models.vocabulary import Specialist
from learnflow.sandbox import Sandbox, SandboxSettings
from learnflow.settings import Settings
from learnflow.tutor.claude.prompts import agent_prompt
from learnflow.tutor.factory import tutor
from tests.conftest import execute, run
from tests.support.claude_server import Player, playing_claude
from tests.support.claude_tutor import ANSWERS, CODE, STANDING, draft_of, now
from tests.support.command_line import Cli, lines
from tests.support.messages_api import KEY
from tests.support.offline_requests import request
from tests.support.prompt_cache import PromptCache, tokens

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


EACH: Final = 6  # questions to each agent
PAID: Final = """
    INSERT INTO claude_usage (message_id, agent, model, query_id, calls, input_tokens, output_tokens, cache_read_tokens,
        cache_write_tokens, price_usd, at)
    VALUES (gen_random_uuid(), $1, $2, gen_random_uuid(), $3, $4, $5, $6, $7, $8, now())"""


async def ask_all(url: str) -> None:
    """Ask each agent some questions over the SDK, and store what they cost."""
    usages: list[Usage] = []
    async with Sandbox(SandboxSettings()) as sandbox:
        claude = tutor(Settings.model_validate({"claude": {"cache_days": 0}}), sandbox, now)
        for number in range(EACH):
            asked = request(f"Why does it stop, in try {number}?", CODE, topic="list-indexing", standing=STANDING)
            for agent in ANSWERS:
                usages += (await draft_of(claude, agent, asked)).usage
        await claude.close()
    connection = await asyncpg.connect(url)
    for usage in usages:
        await connection.execute(
            PAID, usage.agent, usage.model, usage.calls, usage.input_tokens, usage.output_tokens,
            usage.cache_read_tokens, usage.cache_write_tokens, usage.price_usd,
        )  # fmt: skip
    await connection.close()


@pytest.fixture
def player(monkeypatch: pytest.MonkeyPatch) -> Iterator[Player]:
    with playing_claude() as found:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", found.environment["ANTHROPIC_BASE_URL"])
        yield found


def test_most_of_the_common_part_comes_from_the_cache_and_costs_show_how_much(
    bare: Cli, database_url: str, player: Player
) -> None:
    run(ask_all(database_url))
    assert len(player.cache.first_blocks) == EACH * len(ANSWERS)
    assert player.cache.share_of_first_blocks > 0.8
    rows = lines(bare("costs", "--json", LEARNFLOW_DATABASE_URL=database_url))
    shares = {row["agent"]: row["cached_share"] for row in rows}
    assert shares.keys() == set(ANSWERS)
    assert all(row["cached_share"] == round(row["cache_read_tokens"] / row["input_tokens"], 4) for row in rows)
    common = sum(whole for _, whole in player.cache.first_blocks)
    assert sum(row["cache_read_tokens"] for row in rows) > 0.8 * common
    shown = bare("costs", LEARNFLOW_DATABASE_URL=database_url).stdout.splitlines()[-1].split()
    whole = sum(row["cache_read_tokens"] for row in rows) / sum(row["input_tokens"] for row in rows)
    assert shown[0] == "all"
    assert f"{whole:.0%}" in shown


def test_what_differs_in_the_common_part_is_not_read_again() -> None:
    cache, common = PromptCache(), agent_prompt(Specialist.DEBUG).common

    def read(text: str, form: str = "a", model: str = "claude-sonnet-5-5") -> int:
        system = [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]
        body = {"model": model, "system": system, "messages": [], "output_config": {"format": form}}
        return cache.usage(body, "")["cache_read_input_tokens"]

    assert read(common) == 0
    assert read(common) == tokens(common)
    assert read(f"At noon. {common}") == read(common, form="b") == 0
    assert read("Short.") == read("Short.") == 0, "below the floor"
    assert read(common, model="claude-haiku-5-5") == read(common, model="claude-haiku-5-5") == 0


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
