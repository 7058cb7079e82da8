"""Explanations in a real PostgreSQL: for all workers, for some days, and without it when it is away."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from learnflow.database.postgres import PAUSE_SECONDS, Database
from learnflow.models.draft import Draft
from learnflow.models.vocabulary import Language, LearningStyle, SkillLevel
from learnflow.tutor.claude.cache.cacheable_question import CacheableQuestion
from learnflow.tutor.claude.cache.explanation_cache import ExplanationCache
from tests.support.claude_clients import Time

ABSENT = "postgresql://nobody:secret@127.0.0.1:1/nowhere"
DRAFT = Draft(
    text="A function that calls itself.", code_examples=("f = 1",), confidence=0.9, topic="recursion", model="claude-x",
    metadata={"level": "beginner"},
)  # fmt: skip


def question(words: str = "what is recursion", level: SkillLevel = SkillLevel.BEGINNER) -> CacheableQuestion:
    return CacheableQuestion(words, "recursion", level, LearningStyle.VISUAL, Language.PYTHON)


class Workers:
    """Each with a memory of its own, over one database."""

    def __init__(self) -> None:
        self.time = Time()
        self._databases: list[Database] = []

    def new(self, url: str, version: str = "1", days: int = 7) -> ExplanationCache:
        self._databases.append(Database(url, self.time.tick, lacking="nothing"))
        return ExplanationCache(self._databases[-1], version, days, self.time.now)

    async def close(self) -> None:
        for database in self._databases:
            await database.close()


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    found = Workers()
    yield found
    await found.close()


async def keep(explanations: ExplanationCache, asked: CacheableQuestion, draft: Draft = DRAFT) -> None:
    explanations.keep(asked, draft)
    await explanations.settled()


async def test_another_worker_knows_what_was_explained(workers: Workers, database_url: str) -> None:
    await keep(workers.new(database_url), question())
    assert await workers.new(database_url).find(question()) == DRAFT
    assert await workers.new(database_url).find(question(level=SkillLevel.ADVANCED)) is None
    assert await workers.new(database_url, version="2").find(question()) is None


async def test_the_row_is_what_the_data_model_calls_it(
    workers: Workers, database_url: str, database: asyncpg.Connection
) -> None:
    await keep(workers.new(database_url), question())
    (row,) = await database.fetch("SELECT * FROM concepts_cache")
    assert row["key"] == question().key("1")
    assert (row["question"], row["level"], row["style"], row["language"], row["model"], row["prompt_version"]) == (
        "what is recursion", "beginner", "visual", "python", "claude-x", "1",
    )  # fmt: skip
    assert row["created_at"] == workers.time.at


async def test_after_its_days_it_is_explained_anew(workers: Workers, database_url: str) -> None:
    await keep(workers.new(database_url), question())
    workers.time.passes(timedelta(days=7))
    other = workers.new(database_url)
    assert await other.find(question()) is None
    newer = DRAFT.model_copy(update={"text": "Something that needs itself."})
    await keep(other, question(), newer)
    assert await workers.new(database_url).find(question()) == newer


async def test_of_any_level_the_nearest_is_found(workers: Workers, database_url: str) -> None:
    first = workers.new(database_url)
    for level in (SkillLevel.ADVANCED, SkillLevel.BEGINNER):
        await keep(first, question(level=level), DRAFT.model_copy(update={"metadata": {"level": str(level)}}))
        workers.time.passes(timedelta(hours=1))
    for asked, nearest in (("advanced", "advanced"), ("beginner", "beginner"), ("intermediate", "beginner")):
        found = await workers.new(database_url, version="2").find_of_any_level(question(level=SkillLevel(asked)))
        assert found is not None
        assert found.metadata["level"] == nearest
    assert await workers.new(database_url).find_of_any_level(question("what are loops")) is None


async def test_without_postgres_it_is_remembered_in_the_process(workers: Workers) -> None:
    here = workers.new(ABSENT)
    assert await here.find(question()) is None
    await keep(here, question())
    assert await here.find(question()) == DRAFT
    assert await here.find_of_any_level(question(level=SkillLevel.ADVANCED)) == DRAFT
    await here.close()


async def test_what_cannot_be_read_is_not_known(
    workers: Workers, database_url: str, database: asyncpg.Connection
) -> None:
    await keep(workers.new(database_url), question())
    await database.execute("UPDATE concepts_cache SET draft = '{}'")
    assert await workers.new(database_url).find(question()) is None
    await database.execute("DROP TABLE concepts_cache")
    other = workers.new(database_url)
    assert await other.find(question()) is None
    workers.time.passes(timedelta(seconds=PAUSE_SECONDS))
    await keep(other, question())
    assert await other.find(question()) == DRAFT
