"""While PostgreSQL is away, views that need it say so within seconds."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from learnflow.database.migrations import migrate
from learnflow.embedded import postgres
from learnflow.embedded.data_directories import throwaway
from learnflow.web.database_views import AWAY, StoredViews, WebDatabase
from learnflow.web.json_http import Refused
from learnflow.web.models import ClassAsked, Searched


async def test_away() -> None:
    with throwaway() as directory:
        with postgres(directory, durable=False) as url:
            await migrate(url)
            database = WebDatabase(url)
            stored = StoredViews(database)
            assert (await stored.search(Searched(text="loops"))).found == ()
        with pytest.raises(Refused) as refused:
            await stored.mastery_of_class(ClassAsked())
        assert (refused.value.status, str(refused.value)) == (503, AWAY)
        await database.close()


@pytest.mark.timeout(20)
async def test_a_server_that_says_nothing_is_given_up_within_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = WebDatabase(f"postgresql://learnflow:x@127.0.0.1:{silent.getsockname()[1]}/none")
        with pytest.raises(Refused) as refused:
            await database.fetch("SELECT 1")
        assert refused.value.status == 503
        await database.close()


@contextmanager
def silenced(directory: Path, backend: int) -> Iterator[None]:
    """Keep a connection's backend, and the server that would call it off, from running."""
    server = int(next(directory.rglob("postmaster.pid")).read_text().splitlines()[0])
    for process in (server, backend):
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in (server, backend):
            os.kill(process, signal.SIGCONT)


@pytest.mark.timeout(40)
async def test_a_server_that_falls_silent_is_given_up_within_seconds() -> None:
    with throwaway() as directory, postgres(directory, durable=False) as url:
        database = WebDatabase(url)
        [[backend]] = await database.fetch("SELECT pg_backend_pid()")
        with silenced(directory, backend), pytest.raises(Refused) as refused:
            await database.fetch("SELECT 1")
        assert refused.value.status == 503
        assert [row[0] for row in await database.fetch("SELECT 1")] == [1]
        await database.close()
