"""The sink against plain COPY of the same rows into the same tables: `python -m benchmarks.sink [--json]`."""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import asyncpg
import uvloop

from benchmarks import query_messages
from learnflow import embedded
from learnflow.agents.sink import AT_ONCE
from learnflow.database.migrations import migrate
from learnflow.settings import Settings
from learnflow.sink.messages import SinkMessage
from learnflow.sink.sink import Sink
from learnflow.streams.stream_app import relax_garbage_collection

QUERIES: Final = 10_000
STUDENTS: Final = 20_000  # a hundred questions a second: one of each student every three minutes
ROUNDS: Final = 5
BATCH: Final = Settings().sink.batch
TEMPLATE: Final = "benchmark_template"
# Parents first. query_vector is left to the trigger, for both.
TABLES: Final = {
    "students": "student_id, name, email, created_at, learning_style, skill_level, active",
    "query_history": "query_id, student_id, query_text, timestamp, detected_intent, routed_to_agent, status, "
    "triage_confidence, code_snippet, language, context, failure_reason, topic, question_key",
    "agent_responses": "*",
    "message_flow": "*",
    "student_progress": "*",
    "student_state": "*",
}

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a table, ready to be copied."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Result:
    """Rows a second, and their ratio within a round, which the machine's moods change less: medians over the rounds."""

    copy_rows_per_s: int
    sink_rows_per_s: int
    ratio: float


async def measure(server: str, messages: Sequence[SinkMessage]) -> Result:
    """Run both in turns, each time into an empty database with the same schema."""
    await _execute(server, f"CREATE DATABASE {TEMPLATE}")
    await migrate(_sibling(server, TEMPLATE))
    tables: list[Table] = []
    sink, copy = list[float](), list[float]()
    for number in range(ROUNDS):
        sink_url = await _database(server, f"benchmark_sink_{number}")
        sink.append(await _timed_sink(sink_url, messages))
        tables = tables or await _tables(sink_url)
        copy_url = await _database(server, f"benchmark_copy_{number}")
        copy.append(await _timed_copy(copy_url, tables))
        if await _counts(sink_url) != await _counts(copy_url):
            raise RuntimeError("the two sides have written different rows")
    rows = sum(len(table.rows) for table in tables)
    ratio = statistics.median(copied / sunk for copied, sunk in zip(copy, sink, strict=True))
    return Result(round(rows / statistics.median(copy)), round(rows / statistics.median(sink)), round(ratio, 3))


async def _timed_sink(url: str, messages: Sequence[SinkMessage]) -> float:
    sink = Sink(url)
    await sink.start()
    room = asyncio.Semaphore(AT_ONCE)

    async def write(batch: Sequence[SinkMessage]) -> None:
        try:
            if rejected := await sink.write(batch):
                raise RuntimeError(rejected[0].reason)
        finally:
            room.release()

    started = time.perf_counter()
    async with asyncio.TaskGroup() as writes:
        for batch in _batches(messages):
            await room.acquire()
            writes.create_task(write(batch))
    took = time.perf_counter() - started
    await sink.close()
    return took


async def _timed_copy(url: str, tables: Sequence[Table]) -> float:
    connection = await asyncpg.connect(url)
    started = time.perf_counter()
    for table in tables:
        for rows in _batches(table.rows):  # each is committed, as the sink's batches are
            await connection.copy_records_to_table(table.name, records=rows, columns=table.columns)
    took = time.perf_counter() - started
    await connection.close()
    return took


async def _tables(url: str) -> list[Table]:
    connection = await asyncpg.connect(url)
    tables = []
    for name, columns in TABLES.items():
        records = await connection.fetch(f"SELECT {columns} FROM {name}")  # noqa: S608 - of the constant above
        tables.append(Table(name, tuple(records[0].keys()), [tuple(record) for record in records]))
    await connection.close()
    return tables


async def _counts(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    counts = [await connection.fetchval(f"SELECT count(*) FROM {name}") for name in TABLES]  # noqa: S608 - as above
    await connection.close()
    return counts


async def _database(server: str, name: str) -> str:
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    await _execute(server, "CHECKPOINT")  # of what came before, so that it falls into nobody's time
    return _sibling(server, name)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def _sibling(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def main() -> None:
    """Measure, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    messages = query_messages.messages(QUERIES, STUDENTS)
    relax_garbage_collection()  # as workers do
    with embedded.throwaway() as directory, embedded.postgres(directory) as server:
        result = uvloop.run(measure(server, messages))
    if arguments.json:
        sys.stdout.write(json.dumps({name: getattr(result, name) for name in Result.__slots__}) + "\n")
        return
    sys.stdout.write(
        f"{len(messages):,} messages of {QUERIES:,} queries of {STUDENTS:,} students, medians of {ROUNDS} rounds\n"
        f"plain COPY  {result.copy_rows_per_s:>8,} rows/s\n"
        f"sink        {result.sink_rows_per_s:>8,} rows/s  {result.ratio:.0%}\n"
    )


if __name__ == "__main__":
    main()
