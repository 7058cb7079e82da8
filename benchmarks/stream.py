"""How fast messages pass through our streams, against Faust as it comes and bare aiokafka, in one run.

    python -m benchmarks.stream [--json] [--messages N]

Each contender reads the same messages from 12 partitions, decodes them with the production codec, and produces each to
another topic, acknowledged. Figures are messages per second from the first message read to the last one acknowledged.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from learnflow.embedded import broker, throwaway
from learnflow.models.examples import EXAMPLES
from learnflow.models.vocabulary import Agent
from learnflow.streams import topic_admin
from learnflow.streams.agent_stats import Activity
from learnflow.streams.codec import Clock, Refusal, decode
from learnflow.streams.dead_letters import Redrives
from learnflow.streams.event_producer import EventProducer, Outgoing
from learnflow.streams.message_processor import Delivery, MessageProcessor
from learnflow.streams.outcomes import Outcomes
from learnflow.streams.processing import Intake
from learnflow.streams.stream_app import StreamApp
from learnflow.topics import AGENT_LOGS, DAY, DEAD_LETTERS, STUDENT_QUERIES, Topic

OUT: Final = Topic("bench-out", 12, 1, DAY, "What came through", Agent.SINK)
CONTENDERS: Final = ("faust", "learnflow", "aiokafka")
ROUNDS: Final = 3
STUDENTS: Final = 200


def main() -> None:
    """Run the contenders in turn, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--messages", type=int, default=10_000, help="messages each time (%(default)s)")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        _run(options.contender, options.messages)
    else:
        _print(_compare(options.messages), as_json=options.json)


def _compare(messages: int) -> dict[str, float]:
    rates: dict[str, list[float]] = {contender: [] for contender in CONTENDERS}
    with throwaway() as directory, broker(directory) as address:
        bootstrap = address.removeprefix("kafka://")
        asyncio.run(topic_admin.create(bootstrap, (STUDENT_QUERIES, OUT, AGENT_LOGS, DEAD_LETTERS)))
        asyncio.run(_fill(bootstrap, messages))
        for _ in range(ROUNDS):
            for contender in CONTENDERS:
                rates[contender].append(_rate(contender, address, messages))
    medians = {f"{name}_per_s": round(median(measured)) for name, measured in rates.items()}
    ours = medians["learnflow_per_s"]
    return {
        **medians,
        "ratio_to_faust": round(ours / medians["faust_per_s"], 2),
        "ratio_to_aiokafka": round(ours / medians["aiokafka_per_s"], 2),
    }


def _rate(contender: str, address: str, messages: int) -> float:
    command = [sys.executable, "-m", "benchmarks.stream", "--contender", contender, "--messages", str(messages)]
    environment = {**os.environ, "LEARNFLOW_BROKER": address}
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1])
    return float(done.stdout.splitlines()[-1])


async def _fill(bootstrap: str, messages: int) -> None:
    example = EXAMPLES["student.query.submitted"]
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=5) as producer:
        for number in range(messages):
            student = f"student-{number % STUDENTS}"
            event = example.model_copy(update={"message_id": uuid4(), "student_id": student})
            await producer.send(STUDENT_QUERIES.name, event.encode(), key=event.key)
        await producer.flush()


class Stopwatch:
    """Counts messages; at the last it prints the rate and ends the process."""

    def __init__(self, messages: int) -> None:
        self._left = messages
        self._messages = messages
        self._started: float | None = None

    def begin(self) -> None:
        """Start at the first message."""
        self._started = self._started or perf_counter()

    def end(self) -> None:
        """Count a message that is through."""
        self._left -= 1
        if not self._left:
            print(self._messages / (perf_counter() - (self._started or 0.0)), flush=True)
            os._exit(0)


def _run(contender: str, messages: int) -> None:
    watch = Stopwatch(messages)
    if contender == "aiokafka":
        asyncio.run(_aiokafka(watch))
        return
    app = _faust(watch) if contender == "faust" else _learnflow(watch)
    app.finalize()
    faust.Worker(app, loglevel="error", redirect_stdouts=False).execute_from_commandline()


def _options(directory: str) -> dict[str, Any]:
    return {
        "broker": os.environ["LEARNFLOW_BROKER"],
        "datadir": directory,
        "store": "memory://",
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "web_enabled": False,
        "consumer_auto_offset_reset": "earliest",
    }


def _raw(app: faust.App) -> Any:  # noqa: ANN401 - Faust's topic
    return app.topic(
        STUDENT_QUERIES.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )


def _faust(watch: Stopwatch) -> faust.App:
    app = faust.App(f"faust-{uuid4().hex}", **_options(f"/tmp/{uuid4().hex}"))  # noqa: S108 - holds nothing
    out = app.topic(OUT.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    @app.agent(_raw(app))
    async def through(stream: Any) -> None:  # noqa: ANN401 - Faust's types for agents
        async for item in stream.events():
            watch.begin()
            event = decode(STUDENT_QUERIES, item.key, item.value)
            sent = await out.send(key=event.key, value=event.encode())
            await sent
            watch.end()

    return app


def _learnflow(watch: Stopwatch) -> faust.App:
    options = _options(f"/tmp/{uuid4().hex}")  # noqa: S108 - holds nothing
    options |= {"stream_buffer_maxsize": 65_536, "broker_max_poll_records": 5_000}
    options |= {"producer_linger": 0.002, "producer_max_batch_size": 131_072}
    app = StreamApp(f"learnflow-{uuid4().hex}", fetch_wait_ms=10, drain_seconds=1, **options)

    async def handle(delivery: Delivery) -> list[Outgoing]:
        watch.begin()
        return [Outgoing(OUT, delivery.event)]

    activity, silent = Activity(Agent.TRIAGE, "bench", lambda: datetime.now(UTC)), _Silent(watch)
    clock = Clock(lambda: datetime.now(UTC), timedelta(minutes=5))
    processor = MessageProcessor(
        STUDENT_QUERIES,
        handle,
        activity=activity,
        intake=Intake(EventProducer(app), Redrives([], 10), Outcomes([], 10), clock, silent.error),
        executor=app.executor(64, 1024),
        reporter=silent,
        taken_over=lambda _: None,
        is_lost=app.is_lost,
    )

    @app.agent(_raw(app))
    async def through(stream: Any) -> None:  # noqa: ANN401 - as above
        await processor.run(stream)

    return app


class _Silent:
    """Counts what is done, and logs it as the agents do."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch

    def refused(self, *_: Any) -> Any:  # noqa: ANN401 - there is nothing to refuse
        raise AssertionError

    broken = refused

    def error(self, activity: Activity, refusal: Refusal, action: str) -> Outgoing:
        """Nothing fails."""
        raise AssertionError(activity, refusal, action)

    def done(self, _activity: Activity, event: Any, _milliseconds: int) -> Outgoing:  # noqa: ANN401 - as Reporter
        """Count a message; what goes to the log stands in for the real entry."""
        self._watch.end()
        return Outgoing(AGENT_LOGS, event)


async def _aiokafka(watch: Stopwatch) -> None:
    bootstrap = os.environ["LEARNFLOW_BROKER"].removeprefix("kafka://")
    consumer = AIOKafkaConsumer(
        STUDENT_QUERIES.name,
        bootstrap_servers=bootstrap,
        group_id=uuid4().hex,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=10,
    )
    async with consumer, AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=2) as producer:
        while True:
            for records in (await consumer.getmany(timeout_ms=100)).values():
                watch.begin()
                events = [decode(STUDENT_QUERIES, record.key, record.value) for record in records]
                sent = [await producer.send(OUT.name, event.encode(), key=event.key) for event in events]
                await asyncio.gather(*sent)
                for _ in events:
                    watch.end()


def _print(figures: dict[str, float], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures))
        return
    for name in CONTENDERS:
        print(f"{name:10} {figures[f'{name}_per_s']:>9,.0f} messages/s")
    print(f"ours: {figures['ratio_to_faust']} times Faust, {figures['ratio_to_aiokafka']} times bare aiokafka")


if __name__ == "__main__":
    main()
