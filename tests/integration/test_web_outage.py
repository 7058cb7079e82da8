"""While PostgreSQL is away, views that need it say so within seconds."""

import socket

import pytest

from learnflow.embedded import postgres
from learnflow.embedded.directories import throwaway
from learnflow.sink.migrations import migrate
from learnflow.web.answers import Refused
from learnflow.web.database import AWAY, WebDatabase
from learnflow.web.models import ClassAsked, Searched
from learnflow.web.stored import Stored


async def test_away() -> None:
    with throwaway() as directory:
        with postgres(directory, durable=False) as url:
            await migrate(url)
            database = WebDatabase(url)
            stored = Stored(database)
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
