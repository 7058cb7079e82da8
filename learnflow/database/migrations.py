"""Applies schema/NNN_name.sql, each once, in order, and refuses when what ran is not what is there."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import asyncpg

from learnflow.database.postgres import one_line

_NAME: Final = re.compile(r"^\d{3}_[a-z0-9_]+\.sql$")
_LOCK: Final = 7_322_660_771  # any number, the same in every process
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name TEXT PRIMARY KEY,
    checksum TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
)
"""


class MigrationError(Exception):
    """The database's schema cannot be brought up to date; one line says why."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A file of SQL."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """What tells a changed file."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> tuple[Migration, ...]:
    """Return the files of schema/, in their order."""
    present = (file for file in files("learnflow").joinpath("schema").iterdir() if _NAME.match(file.name))
    return tuple(
        Migration(file.name, file.read_text(encoding="utf-8")) for file in sorted(present, key=lambda file: file.name)
    )


def pending(declared: Sequence[Migration], applied: Mapping[str, str]) -> list[Migration]:
    """Return what has not run yet, given name → checksum of what has. Raises MigrationError when they contradict."""
    by_name = {migration.name: migration for migration in declared}
    for name, checksum in sorted(applied.items()):
        if name not in by_name:
            raise MigrationError(f"schema/{name}: has been applied to the database, but the file is missing")
        if by_name[name].checksum != checksum:
            raise MigrationError(
                f"schema/{name}: has changed since it was applied to the database; write a new file instead"
            )
    new = [migration for migration in declared if migration.name not in applied]
    if new and applied and new[0].name < max(applied):
        raise MigrationError(f"schema/{new[0].name}: comes before {max(applied)}, which has been applied already")
    return new


async def migrate(url: str) -> list[str]:
    """Bring a database's schema up to date, and return the names of the files that were applied now.

    Safe to call from several processes at once. Raises MigrationError.
    """
    declared = migrations()
    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise MigrationError(f"PostgreSQL cannot be reached: {one_line(error)}") from error
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)  # until the connection ends
        await connection.execute(_TABLE)
        records = await connection.fetch("SELECT name, checksum FROM schema_migrations")
        new = pending(declared, {record["name"]: record["checksum"] for record in records})
        for migration in new:
            await _apply(connection, migration)
    finally:
        await connection.close()
    return [migration.name for migration in new]


async def _apply(connection: "asyncpg.Connection[asyncpg.Record]", migration: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(
                "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", migration.name, migration.checksum
            )
    except asyncpg.PostgresError as error:
        raise MigrationError(f"schema/{migration.name}: {one_line(error)}") from error
