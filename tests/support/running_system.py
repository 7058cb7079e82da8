"""Running workers, and the plain Kafka client that talks to them: it knows the data model's envelope, and no more."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import confluent_kafka

from learnflow.cli.up import ready
from learnflow.embedded import CLIENT_SETTINGS
from learnflow.embedded.processes import LOCALHOST, reserved_port
from learnflow.settings import variable
from learnflow.streams import topic_admin
from learnflow.tables import changelogs
from learnflow.topics import TOPICS
from tests.support import fork_server
from tests.support.apache_kafka import Broker

START_SECONDS: Final = 180.0
STOP_SECONDS: Final = 120.0
OUTCOME_SECONDS: Final = 180.0
FETCH_WAIT_MS: Final = 100  # at 10 ms a reader alone took a fifth of a core of Kafka; the embedded broker wakes nobody
COMPLETED: Final = "agent.response.completed"
FAILED: Final = "agent.response.failed"


@dataclass(slots=True)
class Worker:
    """A worker process of its own."""

    process: fork_server.Process
    web: str
    log: Path

    def kill(self) -> None:
        """End it with -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def wait_ready(self) -> None:
        """Return when it is ready; fail with its log when it ends before."""
        until(lambda: self.process.poll() is not None or ready(self.web), START_SECONDS)
        assert self.process.poll() is None, self.log.read_text()[-3000:]


@dataclass(slots=True)
class Systems:
    """Starts workers against one broker and one database."""

    broker: Broker
    database_url: str
    directory: Path
    settings: dict[str, str] = field(default_factory=dict)
    workers: list[Worker] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def start(self, *command: str, name: str = "", wait: bool = True) -> Worker:
        """Start `learnflow COMMAND`; the same name has the same data directory again."""
        port = self._stack.enter_context(reserved_port())
        own = self.directory / (name or f"{command[-1]}-{uuid4().hex[:6]}")
        own.mkdir(exist_ok=True)
        log = own / "log"
        with Path(os.devnull).open("rb") as stdin, log.open("ab") as output:
            own_settings = {"LEARNFLOW_WEB_PORT": str(port), "LEARNFLOW_DATA_DIRECTORY": str(own)}
            process = fork_server.start(
                command, self.environment | own_settings, fork_server.REPOSITORY, stdin, output, output
            )
        self._stack.callback(_end, process)
        worker = Worker(process, f"http://{LOCALHOST}:{port}", log)
        self.workers.append(worker)
        if wait:
            worker.wait_ready()
        return worker

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to find this broker and this database."""
        embedded = CLIENT_SETTINGS if self.broker.kind == "embedded" else {}
        return {
            **os.environ,
            "LEARNFLOW_BROKER": f"kafka://{self.broker.address}",
            "LEARNFLOW_DATABASE_URL": self.database_url,
            **{variable("kafka", key): str(value) for key, value in embedded.items()},
            **self.settings,
        }

    def close(self) -> None:
        """End every worker."""
        self._stack.close()


@contextmanager
def systems(broker: Broker, database_url: str, directory: Path, **settings: str) -> Iterator[Systems]:
    """Create the topics, and yield what starts workers; none is left at the end."""
    asyncio.run(topic_admin.create(broker.address, (*TOPICS, *changelogs())))
    found = Systems(broker, database_url, directory, settings)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def workers(started: Systems, *commands: list[str]) -> Iterator[list[Worker]]:
    """Run workers; they leave their groups at the end, or those of the next module would wait for them."""
    found = [started.start(*command, wait=False) for command in commands]
    for worker in found:
        worker.wait_ready()
    try:
        yield found
    finally:
        with ThreadPoolExecutor() as threads:
            codes = list(threads.map(Worker.stop, found))
        assert codes == [0] * len(found), found


def _end(process: fork_server.Process) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()


@dataclass(slots=True)
class Client:
    """Sends questions and reads outcomes, as any program would."""

    address: str
    producer: confluent_kafka.Producer = field(init=False)

    def __post_init__(self) -> None:
        """Connect."""
        self.producer = confluent_kafka.Producer({
            "bootstrap.servers": self.address, "partitioner": "murmur2_random", "linger.ms": 1, "log_level": 0,
            "message.max.bytes": 4_000_000,
        })  # fmt: skip

    def ask(self, student: str, text: str, *, message_id: str | None = None, **payload: Any) -> str:
        """Send a question, and return its id."""
        query_id = message_id or str(uuid4())
        content = {"query_text": text, "query_type": "text", "code_snippet": None, **payload}
        self.send("student-queries", student, envelope(student, "student.query.submitted", content, query_id))
        return str(payload.get("query_id", query_id))

    def send(self, topic: str, key: str | None, value: dict[str, Any] | bytes | None) -> None:
        """Send a message, whatever it is, and wait until the broker has it."""
        data = json.dumps(value).encode() if isinstance(value, dict) else value
        errors: list[Any] = []
        self.producer.produce(topic, value=data, key=key, on_delivery=lambda error, _: errors.append(error))
        self.producer.flush(20)
        if errors and errors[0]:
            raise confluent_kafka.KafkaException(errors[0])

    def send_later(self, topic: str, key: str, value: dict[str, Any]) -> None:
        """Send without waiting; `producer.flush` waits for all."""
        self.producer.produce(topic, value=json.dumps(value).encode(), key=key)
        self.producer.poll(0)

    @contextmanager
    def reading(self, *topics: str) -> Iterator["Reader"]:
        """Yield a reader of topics, from their beginning."""
        consumer = confluent_kafka.Consumer({
            "bootstrap.servers": self.address, "group.id": uuid4().hex, "enable.auto.commit": False,
            "fetch.wait.max.ms": FETCH_WAIT_MS, "log_level": 0, "fetch.message.max.bytes": 4_000_000,
        })  # fmt: skip
        try:
            described = consumer.list_topics(timeout=20).topics
            consumer.assign([
                confluent_kafka.TopicPartition(topic, number, confluent_kafka.OFFSET_BEGINNING)
                for topic in topics
                for number in described[topic].partitions
            ])
            yield Reader(consumer)
        finally:
            consumer.close()

    def outcomes(self, query_ids: Sequence[str], seconds: float = OUTCOME_SECONDS) -> dict[str, list[dict[str, Any]]]:
        """Return what `agent-responses` says of queries, once each has an outcome or the time is up."""
        wanted: dict[str, list[dict[str, Any]]] = {query_id: [] for query_id in query_ids}
        with self.reading("agent-responses") as reader:
            for message in reader.until(seconds):
                event = json.loads(message.value() or b"")
                if (found := wanted.get(event["payload"]["query_id"])) is not None:
                    found.append(event)
                if all(wanted.values()):
                    break
        return wanted


@dataclass(slots=True)
class Reader:
    """Messages of some topics."""

    consumer: confluent_kafka.Consumer

    def until(self, seconds: float) -> Iterator[confluent_kafka.Message]:
        """Yield messages as they come, for so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            message = self.consumer.poll(0.1)
            if message is not None and not message.error():
                yield message

    def everything(self, quiet_seconds: float = 1.0) -> list[confluent_kafka.Message]:
        """Return all messages, once none has come for a while."""
        found: list[confluent_kafka.Message] = []
        last = time.monotonic()
        while time.monotonic() - last < quiet_seconds:
            message = self.consumer.poll(0.1)
            if message is not None and not message.error():
                found.append(message)
                last = time.monotonic()
        return found


def envelope(student: str, event_type: str, payload: dict[str, Any], message_id: str | None = None) -> dict[str, Any]:
    """Return the data model's envelope around a payload."""
    return {
        "schema_version": "1.0",
        "message_id": message_id or str(uuid4()),
        "timestamp": "2026-01-02T14:23:45Z",
        "student_id": student,
        "trace_id": str(uuid4()),
        "event_type": event_type,
        "payload": payload,
    }


def until(condition: Callable[[], object], seconds: float = 120.0) -> bool:
    """Say whether a condition came true in time.

    What is waited for needs the time of this machine: looking takes a third of it at most.
    """
    deadline = (looked := time.monotonic()) + seconds
    while not condition():
        now = time.monotonic()
        if now > deadline:
            return False
        time.sleep(max(0.05, 2 * (now - looked)))
        looked = time.monotonic()
    return True
