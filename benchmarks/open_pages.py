"""How long answers take while 200 pages are open, against none, in one run.

    python -m benchmarks.open_pages [--json] [--pages N] [--questions N]

A whole system runs, with the offline tutor; questions of many students are sent over Kafka, a few at once, and their
answers awaited there. In turn with and without open pages, which are read by another process, as browsers would.
Figures are milliseconds from the question's sending to its answer's arrival.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from learnflow.cli import kafka_clients
from learnflow.cli.up import system
from learnflow.embedded import throwaway
from learnflow.models.examples import EXAMPLES
from learnflow.settings import load
from learnflow.topics import AGENT_RESPONSES, STUDENT_QUERIES

ROUNDS: Final = 3
AT_ONCE: Final = 4
WARM_UP: Final = 100
TEXTS: Final = ("Explain recursion", "What is a loop?", "What is a dictionary?", "How am I doing?")


def main() -> None:
    """Measure in turn, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--pages", type=int, default=200, help="open pages (%(default)s)")
    parser.add_argument("--questions", type=int, default=200, help="questions each time (%(default)s)")
    parser.add_argument("--read", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        asyncio.run(_open_pages(options.read, options.pages))
    else:
        _print(_compare(options.pages, options.questions), as_json=options.json)


def _compare(pages: int, questions: int) -> dict[str, float]:
    own = load({"LEARNFLOW_TUTOR": "offline"}, Path(os.devnull))
    latencies: dict[int, list[float]] = {0: [], pages: []}
    with throwaway() as directory, system(own, directory, lambda _: None, durable=False, any_port=True) as running:
        bootstrap = [running.broker.removeprefix("kafka://")]
        asyncio.run(_latencies(bootstrap, WARM_UP))
        for _ in range(ROUNDS):
            latencies[0] += asyncio.run(_latencies(bootstrap, questions))
            with _pages(running.web, pages):
                latencies[pages] += asyncio.run(_latencies(bootstrap, questions))
    alone, watched = (quantiles(latencies[number], n=20) for number in latencies)
    return {
        "pages": pages,
        "questions": len(latencies[0]),
        "median_ms_alone": round(median(latencies[0]), 1),
        "median_ms_watched": round(median(latencies[pages]), 1),
        "p95_ms_alone": round(alone[-1], 1),
        "p95_ms_watched": round(watched[-1], 1),
        "median_ratio": round(median(latencies[pages]) / median(latencies[0]), 2),
        "p95_ratio": round(watched[-1] / alone[-1], 2),
    }


async def _latencies(bootstrap: list[str], questions: int) -> list[float]:
    """Ask, a few at once, and return how long each answer took."""
    answered: dict[str, asyncio.Future[float]] = {}
    partitions = await kafka_clients.partitions_of(bootstrap, [AGENT_RESPONSES.name])
    places = asyncio.Semaphore(AT_ONCE)
    async with kafka_clients.consumer(bootstrap, partitions) as reader, kafka_clients.producer(bootstrap) as sender:

        async def listen() -> None:
            while True:
                for records in (await reader.getmany(timeout_ms=1000)).values():
                    for record in records:
                        future = answered.get(json.loads(record.value)["payload"]["query_id"])
                        if future is not None and not future.done():
                            future.set_result(perf_counter())

        async def ask(number: int) -> float:
            async with places:
                query_id = str(uuid4())
                answer: asyncio.Future[float] = asyncio.get_running_loop().create_future()
                answered[query_id] = answer
                started = perf_counter()
                await _send(sender, query_id, number)
                return 1000 * (await answer - started)

        listening = asyncio.create_task(listen())
        latencies = await asyncio.gather(*(ask(number) for number in range(questions)))
        listening.cancel()
        return latencies


async def _send(sender: AIOKafkaProducer, query_id: str, number: int) -> None:
    example = EXAMPLES["student.query.submitted"]
    payload = example.payload.model_copy(update={"query_text": TEXTS[number % len(TEXTS)], "context": None})
    event = example.model_copy(
        update={"message_id": UUID(query_id), "student_id": f"student-{number}", "payload": payload}
    )
    await sender.send_and_wait(STUDENT_QUERIES.name, event.encode(), key=event.key)


@contextmanager
def _pages(web: str, pages: int) -> Iterator[None]:
    """Keep pages open, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.open_pages", "--read", web, "--pages", str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]) as process:
        assert process.stdout is not None  # noqa: S101 - as asked for
        if not process.stdout.readline():
            raise RuntimeError("the pages could not be opened")
        try:
            yield
        finally:
            process.terminate()


async def _open_pages(web: str, pages: int) -> None:
    """Open pages, say so, and read all that comes until terminated."""
    address = urlsplit(web)
    request = f"GET /api/events HTTP/1.1\r\nHost: {address.netloc}\r\nAccept: text/event-stream\r\n\r\n".encode()
    readers = []
    for _ in range(pages):
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(request)
        await reader.readuntil(b"retry: 2000\n\n")
        readers.append((reader, writer))
    print("open", flush=True)
    await asyncio.gather(*(_read(reader) for reader, _ in readers))


async def _read(reader: asyncio.StreamReader) -> None:
    while await reader.read(65_536):
        pass
    raise RuntimeError("a page was dropped")


def _print(figures: dict[str, float], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures))
        return
    print(f"answers to {figures['questions']:,} questions, milliseconds: median, 95th percentile")
    print(f"no page        {figures['median_ms_alone']:>8} {figures['p95_ms_alone']:>8}")
    print(f"{figures['pages']} open pages {figures['median_ms_watched']:>8} {figures['p95_ms_watched']:>8}")
    print(f"ratio          {figures['median_ratio']:>8} {figures['p95_ratio']:>8}")


if __name__ == "__main__":
    main()
