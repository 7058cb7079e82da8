"""The schema is applied once, by whoever comes first, and what ran stays as it was."""

import asyncio
from itertools import chain

import asyncpg
import pytest

from learnflow.database import migrations
from learnflow.database.migrations import Migration, MigrationError, migrate, pending

ONE, TWO, THREE = (Migration(f"00{n}_{n}.sql", f"SELECT {n}") for n in (1, 2, 3))


async def test_files_are_applied_once_and_in_order(empty_database_url: str) -> None:
    names = [migration.name for migration in migrations.migrations()]
    assert names == sorted(names)
    assert names[0] == "001_data_model.sql"
    assert await migrate(empty_database_url) == names
    assert await migrate(empty_database_url) == []


async def test_two_at_once_apply_each_file_once(empty_database_url: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_database_url) for _ in range(4)))
    assert sorted(chain(*applied)) == [migration.name for migration in migrations.migrations()]


async def test_a_file_that_fails_leaves_nothing(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Migration("002_broken.sql", "CREATE TABLE half (id INT); CREATE TABLE half (id INT)")
    monkeypatch.setattr(migrations, "migrations", lambda: (ONE, broken))
    with pytest.raises(MigrationError, match=r'^schema/002_broken\.sql: relation "half" already exists$'):
        await migrate(empty_database_url)
    connection = await asyncpg.connect(empty_database_url)
    assert await connection.fetchval("SELECT to_regclass('half')") is None
    assert await connection.fetchval("SELECT array_agg(name) FROM schema_migrations") == [ONE.name]
    await connection.close()


async def test_an_absent_server_is_one_line() -> None:
    with pytest.raises(MigrationError, match=r"^PostgreSQL cannot be reached: .*") as caught:
        await migrate("postgresql://nobody:nothing@127.0.0.1:1/nowhere")
    assert "\n" not in str(caught.value)
    assert "nothing" not in str(caught.value)


def applied(*known: Migration) -> dict[str, str]:
    return {migration.name: migration.checksum for migration in known}


def test_what_has_not_run_is_pending() -> None:
    assert pending((ONE, TWO, THREE), applied(ONE)) == [TWO, THREE]


@pytest.mark.parametrize(
    ("known", "ran", "words"),
    [
        pytest.param((ONE, Migration(TWO.name, "SELECT 9")), applied(ONE, TWO), "has changed", id="changed"),
        pytest.param((ONE,), applied(ONE, TWO), "is missing", id="missing"),
        pytest.param((ONE, TWO, THREE), applied(ONE, THREE), "comes before 003", id="slipped in"),
    ],
)
def test_what_contradicts_the_database_is_refused(
    known: tuple[Migration, ...], ran: dict[str, str], words: str
) -> None:
    with pytest.raises(MigrationError, match=words):
        pending(known, ran)


async def test_a_changed_file_is_refused(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "migrations", lambda: (ONE,))
    await migrate(empty_database_url)
    monkeypatch.setattr(migrations, "migrations", lambda: (Migration(ONE.name, "SELECT 2"),))
    with pytest.raises(MigrationError, match=r"^schema/001_1\.sql: has changed since it was applied"):
        await migrate(empty_database_url)
