"""While PostgreSQL is away the sink waits, and loses and doubles nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager

import asyncpg
import pytest

from learnflow import embedded
from learnflow.database.migrations import migrate
from learnflow.sink.sink import Sink
from tests.support.sink_messages import Way

LOCK = "BEGIN; LOCK TABLE query_history IN EXCLUSIVE MODE"
WAITING = "SELECT pid FROM pg_stat_activity WHERE application_name = 'learnflow-sink' AND wait_event_type = 'Lock'"


class Door:
    """A port that stays the same while the server behind it comes and goes."""

    def __init__(self) -> None:
        self.behind: tuple[str, int] | None = None
        self.url = ""

    def lead_to(self, url: str) -> None:
        """Let those who come in to a server."""
        address = url.partition("@")[2].partition("/")[0]
        host, port = address.split(":")
        self.behind = (host, int(port))
        self.url = url.replace(address, f"127.0.0.1:{self.port}")

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(*(self.behind or ("127.0.0.1", 1)))
        except OSError:
            writer.close()
            return
        await asyncio.gather(self.carry(reader, back), self.carry(there, writer))

    async def carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
        except OSError:
            pass
        finally:
            target.close()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Door"]:
        """Open the door for as long as the context lasts."""
        server = await asyncio.start_server(self.enter, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()


async def waits_for_a_lock(connection: asyncpg.Connection) -> int:
    """Return the sink's backend, once it waits."""
    while (pid := await connection.fetchval(WAITING)) is None:
        await connection.execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.01)")
    return int(pid)


async def statuses(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    found = await connection.fetch("SELECT status FROM query_history JOIN agent_responses USING (query_id)")
    await connection.close()
    return [row[0] for row in found]


async def test_a_server_that_stops_and_starts_during_a_write(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "learnflow.sink.connection_writer")
    messages = [one for number in range(50) for one in Way(number).whole()]
    async with AsyncExitStack() as end, Door().opened() as door:
        directory = end.enter_context(embedded.throwaway())
        server = ExitStack()
        url = await asyncio.to_thread(server.enter_context, embedded.postgres(directory))
        door.lead_to(url)
        await migrate(url)
        sink = Sink(door.url)
        await sink.start()
        watcher = await asyncpg.connect(url)
        await watcher.execute(LOCK)
        writing = asyncio.create_task(sink.write(messages))
        await waits_for_a_lock(watcher)
        await asyncio.to_thread(server.close)
        assert not writing.done()
        url = await asyncio.to_thread(server.enter_context, embedded.postgres(directory))
        end.callback(server.close)
        door.lead_to(url)
        assert await writing == []
        assert await statuses(url) == ["completed"] * 50
        await sink.close()
        watcher.terminate()
    words = [record.levelname for record in caplog.records if record.name == "learnflow.sink.connection_writer"]
    assert words == ["WARNING", "INFO"]


async def test_a_connection_that_is_cut_during_a_write(database_url: str) -> None:
    sink = Sink(database_url)
    await sink.start()
    watcher = await asyncpg.connect(database_url)
    await watcher.execute(LOCK)
    writing = asyncio.create_task(sink.write(Way(1).whole()))
    backend = await waits_for_a_lock(watcher)
    await watcher.execute("SELECT pg_terminate_backend($1)", backend)
    await watcher.execute("COMMIT")
    assert await writing == []
    assert await statuses(database_url) == ["completed"]
    await sink.close()
    await watcher.close()


async def test_a_write_that_is_cancelled_leaves_nothing_and_the_next_one_works(database_url: str) -> None:
    sink = Sink(database_url)
    await sink.start()
    watcher = await asyncpg.connect(database_url)
    await watcher.execute(LOCK)
    writing = asyncio.create_task(sink.write(Way(1).whole()))
    await waits_for_a_lock(watcher)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await watcher.execute("COMMIT")
    assert await statuses(database_url) == []
    assert await sink.write(Way(2).whole()) == []
    assert await statuses(database_url) == ["completed"]
    await sink.close()
    await watcher.close()


async def test_writes_are_committed_in_the_order_of_their_calls(database_url: str) -> None:
    sink = Sink(database_url)
    way = Way(1)
    large = [one for number in range(2, 100) for one in Way(number).whole()]
    await asyncio.gather(sink.write([*large, way.failed()]), sink.write([way.completed()]))
    assert len(await statuses(database_url)) == 98, "the late answer came second"
    await sink.close()


async def test_a_wrong_password_is_not_waited_for(database_url: str) -> None:
    user, _, rest = database_url.rpartition("@")
    sink = Sink(f"{user}x@{rest}")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await sink.start()


async def test_a_database_without_the_schema_is_not_waited_for(empty_database_url: str) -> None:
    sink = Sink(empty_database_url)
    with pytest.raises(asyncpg.UndefinedTableError):
        await sink.write(Way(1).whole())
    await sink.close()
