"""How long core takes until it works again with many students: `python -m benchmarks.recovery [--students N] [--json]`.

On genuine Kafka with RocksDB. Once with an empty data directory, so that the changelogs are read from their beginning,
and once more with the directory that the first start has filled.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import psutil
from confluent_kafka import Producer

from learnflow import embedded
from learnflow.cli.up import ready
from learnflow.database.migrations import migrate
from learnflow.domain.conversation import Conversation
from learnflow.domain.learner.learner_state import current, state_from_history
from learnflow.domain.learner.progress import progress
from learnflow.domain.mastery.model import shipped
from learnflow.embedded.processes import LOCALHOST, reserved_port
from learnflow.models.events.learning import ProgressUpdated
from learnflow.models.fields import Model
from learnflow.models.learner_model import Asked, Graded, Observation
from learnflow.models.student import Profile
from learnflow.models.vocabulary import Intent
from learnflow.streams import topic_admin
from learnflow.tables import CORE, changelogs
from learnflow.topics import TOPICS, changelog
from tests.support.apache_kafka import apache

STUDENTS: Final = 100_000
KINDS: Final = 1_000  # different states; students share them
OBSERVED: Final = 60  # of each student: most is no longer open
LONGEST: Final = 600.0  # seconds
MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Start:
    """One start: until it answers /ready, and what it holds then."""

    seconds: float
    resident_mb: float
    disk_mb: float


def main() -> None:
    """Measure, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--students", type=int, default=STUDENTS, help="students in the tables (%(default)s)")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as place,
        apache(Path(place)) as kafka,
        embedded.throwaway() as directory,
        embedded.postgres(directory) as database,
    ):
        asyncio.run(migrate(database))
        asyncio.run(topic_admin.create(kafka.address, (*TOPICS, *changelogs())))
        sent = _fill(kafka.address, options.students)
        starts = {name: _start(kafka.address, database, Path(place)) for name in ("empty", "filled")}
    if options.json:
        result = {name: asdict(start) for name, start in starts.items()}
        sys.stdout.write(json.dumps({"students": options.students, "changelog_mb": sent, **result}) + "\n")
        return
    sys.stdout.write(f"{options.students:,} students, {sent:,.0f} MB of changelogs\n")
    for name, start in starts.items():
        sys.stdout.write(
            f"{name:<7} data directory  {start.seconds:6.1f} s  {start.resident_mb:6.0f} MB of memory  "
            f"{start.disk_mb:6.0f} MB on disk\n"
        )


def _fill(address: str, students: int) -> float:
    """Write every student's values into the changelogs; return how many MB that are."""
    producer = Producer({
        "bootstrap.servers": address,
        "partitioner": "murmur2_random",
        "linger.ms": 50,
        "compression.type": "none",
        "queue.buffering.max.messages": 1_000_000,
    })
    states = [_progress_update(number) for number in range(KINDS)]
    sent = 0
    for number in range(students):
        student = f"student-{number}"
        values: Mapping[str, Model] = {
            "profiles": Profile(name=student),
            "conversations": Conversation(),
            "progress": states[number % KINDS],
        }
        for table, value in values.items():
            data = value.model_dump_json().encode()
            producer.produce(changelog(CORE, table).name, value=data, key=student.encode())
            sent += len(data)
        producer.poll(0)
    producer.flush()
    return sent / MEGABYTE


def _progress_update(number: int) -> ProgressUpdated:
    state = state_from_history(_history(number), shipped())
    now = datetime.now(UTC)
    stands = progress(f"student-{number}", current(state, shipped()), now)
    return ProgressUpdated(version=OBSERVED, progress=stands, state=state)


def _history(number: int) -> Iterator[Observation]:
    start = datetime.now(UTC) - timedelta(days=20)
    for each in range(OBSERVED):
        at, message_id = start + timedelta(hours=8 * each), UUID(int=number * OBSERVED + each, version=4)
        topic = ("loops", "lists", "functions", "strings", "recursion")[each % 5]
        if each % 3:
            yield Asked(at=at, id=message_id, intent=Intent.CONCEPTS, topic=topic)
        else:
            yield Graded(at=at, id=message_id, topic=topic, exercise=message_id, score=(each + number) % 4 / 3)


def _start(address: str, database: str, place: Path) -> Start:
    data = place / "data"
    data.mkdir(exist_ok=True)
    with reserved_port() as port, (place / "worker.log").open("ab") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "learnflow", "worker", "--only", "core"],
            stdout=log,
            stderr=log,
            env=os.environ
            | {
                "LEARNFLOW_BROKER": f"kafka://{address}",
                "LEARNFLOW_DATABASE_URL": database,
                "LEARNFLOW_WEB_PORT": str(port),
                "LEARNFLOW_DATA_DIRECTORY": str(data),
            },
        )
        try:
            _wait_ready(process, f"http://{LOCALHOST}:{port}", place / "worker.log")
            took = time.perf_counter() - started
            resident = psutil.Process(process.pid).memory_info().rss
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
    disk = sum(file.stat().st_size for file in data.rglob("*") if file.is_file())
    return Start(round(took, 1), round(resident / MEGABYTE, 1), round(disk / MEGABYTE, 1))


def _wait_ready(process: subprocess.Popen[bytes], web: str, log: Path) -> None:
    deadline = time.monotonic() + LONGEST
    while not ready(web):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"core is not ready:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
