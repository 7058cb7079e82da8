"""Apache Kafka on this machine, for as long as the process that asked for it lives.

By hand: `python -m tests.support.apache_kafka [NODES]` prints the address and stays until Ctrl-C.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Final, Literal

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

SCRIPT: Final = Path(__file__).parents[1] / "kafka" / "kafka.sh"
READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
REPLICATED: Final = 3  # nodes from which on topics have three replicas

# PR_SET_PDEATHSIG (1) makes the kernel kill (9) the node when the thread that started it ends.
DIE_WITH_PARENT: Final = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); os.execv(sys.argv[1], sys.argv[1:])"

CONFIGURATION: Final = """\
process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
listeners=PLAINTEXT://{address},CONTROLLER://{controller}
advertised.listeners=PLAINTEXT://{address}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={directory}/log
auto.create.topics.enable=false
default.replication.factor={replication}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={replication}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={replication}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
{extra}
"""


@dataclass(frozen=True, slots=True)
class Broker:
    """The broker of this session: where it is, host:port, and what it is."""

    address: str
    kind: Literal["apache", "embedded"]


class KafkaNotStartedError(Exception):
    """Kafka cannot be used here; the text says why."""


@dataclass
class ApacheKafka:
    """A cluster; its nodes count from 1 and keep their ports and data over a stop and a start."""

    directory: Path
    addresses: tuple[str, ...]
    running: dict[int, tuple[subprocess.Popen[bytes], Thread]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the first node listens, host:port."""
        return self.addresses[0]

    def start_node(self, number: int) -> None:
        """Start a node and wait until it is part of the cluster."""
        self._launch(number)
        self._wait_for(number)

    def start_nodes(self) -> None:
        """Start all nodes together: one alone is no majority and never becomes ready."""
        numbers = range(1, len(self.addresses) + 1)
        for number in numbers:
            self._launch(number)
        for number in numbers:
            self._wait_for(number)

    def stop_node(self, number: int, *, kill: bool = False) -> None:
        """Shut a node down, or kill it with -9."""
        process, keeper = self.running.pop(number)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
        keeper.join(STOP_SECONDS)
        if keeper.is_alive():
            process.kill()
            keeper.join()

    def _launch(self, number: int) -> None:
        started: Future[subprocess.Popen[bytes]] = Future()
        keeper = Thread(target=self._keep, args=(number, started), daemon=True)
        keeper.start()
        self.running[number] = (started.result(), keeper)

    def _keep(self, number: int, started: Future[subprocess.Popen[bytes]]) -> None:
        node = self.directory / f"node{number}"
        with (node / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", DIE_WITH_PARENT, str(SCRIPT), "node", str(node)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.set_result(process)
        process.wait()

    def _wait_for(self, number: int) -> None:
        host, port = self.addresses[number - 1].split(":")
        deadline = time.monotonic() + READY_SECONDS
        while not _accepts(host, int(port)) or not _serves(self.addresses[number - 1], number):
            ended = self.running[number][0].returncode is not None
            if ended or time.monotonic() > deadline:
                log = (self.directory / f"node{number}" / "server.log").read_text()
                raise KafkaNotStartedError(
                    f"Kafka node {number} {'ended' if ended else 'is not ready'}:\n{log[-2000:]}"
                )
            time.sleep(0.05)


@contextmanager
def apache(directory: Path, nodes: int = 1, extra_conf: str = "") -> Iterator[ApacheKafka]:
    """Run Kafka nodes with their data in a directory; yields them when all are ready, and kills them at the end.

    The first use on a machine fetches Kafka with Maven. KafkaNotStartedError when that or a start fails.
    """
    require_kafka()
    with contextlib.ExitStack() as reservations:
        ports = [reservations.enter_context(_reserved_port()) for _ in range(2 * nodes)]
        addresses = tuple(f"127.0.0.1:{port}" for port in ports[:nodes])
        controllers = tuple(f"127.0.0.1:{port}" for port in ports[nodes:])
        for number in range(1, nodes + 1):
            _configure(directory / f"node{number}", number, addresses, controllers, extra_conf)
        kafka = ApacheKafka(directory, addresses)
        try:
            kafka.start_nodes()
            yield kafka
        finally:
            for number in list(kafka.running):
                kafka.stop_node(number, kill=True)


def require_kafka() -> None:
    """Fetch Kafka unless that was done; KafkaNotStartedError when it is not possible."""
    done = subprocess.run([str(SCRIPT), "libs"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise KafkaNotStartedError(f"Apache Kafka cannot be fetched: {done.stderr.strip()[-2000:]}")


def _configure(
    node: Path, number: int, addresses: tuple[str, ...], controllers: tuple[str, ...], extra_conf: str
) -> None:
    replicated = len(addresses) >= REPLICATED
    node.mkdir(parents=True)
    text = CONFIGURATION.format(
        number=number,
        voters=",".join(f"{n}@{controller}" for n, controller in enumerate(controllers, start=1)),
        address=addresses[number - 1],
        controller=controllers[number - 1],
        directory=node,
        replication=3 if replicated else 1,
        in_sync=2 if replicated else 1,
        extra=extra_conf,
    )
    (node / "server.properties").write_text(text)


@contextmanager
def _reserved_port() -> Iterator[int]:
    # Bound and never listening: the kernel gives it to nobody else, and Java, which sets SO_REUSEADDR, may listen.
    with socket.socket() as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind(("127.0.0.1", 0))
        yield reservation.getsockname()[1]


def _accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _serves(address: str, number: int) -> bool:
    try:
        return number in AdminClient({"bootstrap.servers": address}).list_topics(timeout=2).brokers
    except KafkaException:
        return False


def main() -> None:
    """Run as many nodes as the command line says."""
    with (
        tempfile.TemporaryDirectory(prefix="kafka-") as directory,
        apache(Path(directory), nodes=int((*sys.argv, "1")[1])) as kafka,
        contextlib.suppress(KeyboardInterrupt),
    ):
        sys.stdout.write(",".join(kafka.addresses) + "\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    main()
